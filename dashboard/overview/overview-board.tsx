// Level 1 itself, the same at the desk and on the wall: tiles with the network and the waiting alarms beside them, or the network or the map alone.
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { summarizeBy } from '../alarms/alarm-order.ts';
import { useWords } from '../language/language.ts';
import { useAlarms } from '../live/live-context.tsx';
import { useMaps } from '../map/use-maps.ts';
import { usePlant } from '../session/plant-context.tsx';
import { NetworkSchematic } from './network-schematic.tsx';
import { StationTiles } from './station-tiles.tsx';
import { WaitingAlarms } from './waiting-alarms.tsx';
import type { WallOrder } from './wall-order.ts';
import './overview.css';

const StationMap = lazy(() => import('../map/station-map.tsx').then((module) => ({ default: module.StationMap })));

export type OverviewView = 'tiles' | 'network' | 'map';

/** More stations than this in the small drawing beside the tiles would be a grey haze: the network has its own view. */
const mostInSidePanel = 30;

export interface OverviewBoardProps {
  /** Areas that are shown, in the order of the plant. */
  readonly areaIds: readonly string[];
  readonly order: WallOrder;
  readonly view: OverviewView;
  /** On a wall, where nobody scrolls. */
  readonly mustFit?: boolean;
  /** Line above the board: title, figures, controls. */
  readonly children: ReactNode;
}

export function useShownStations(areaIds: readonly string[]) {
  const { plant, stations } = usePlant();
  // By content: a wall asks anew every second.
  const key = areaIds.length === plant.areas.length ? null : areaIds.join(',');
  return useMemo(() => {
    if (key === null) return stations;
    const wanted = new Set(key.split(','));
    return stations.filter((station) => wanted.has(station.areaId));
  }, [key, stations]);
}

export function useStationAlarms() {
  const alarms = useAlarms();
  return useMemo(() => summarizeBy(alarms, (alarm) => alarm.stationId), [alarms]);
}

export function OverviewBoard({ areaIds, order, view, mustFit = false, children }: OverviewBoardProps): ReactNode {
  const { t } = useWords();
  const { plant } = usePlant();
  const byStation = useStationAlarms();
  const stations = useShownStations(areaIds);
  const stationIds = useMemo(() => new Set(stations.map((station) => station.id)), [stations]);
  const [map] = useMaps();
  const [hasMapFailed, setHasMapFailed] = useState(false);
  // Without tiles, or where the browser cannot draw them, the schematic takes the map's place.
  const isMap = view === 'map' && map !== undefined && !hasMapFailed;
  const network = <NetworkSchematic stations={stations} byStation={byStation} />;
  if (view !== 'tiles') {
    return (
      <div className="overview" data-view={view}>
        {children}
        <section className="panel overview-whole" aria-label={t(isMap ? 'overview.viewMap' : 'overview.network')}>
          {isMap ? (
            <Suspense fallback={<p className="empty">{t('common.loading')}</p>}>
              <StationMap map={map} stations={stations} byStation={byStation} onFailed={() => setHasMapFailed(true)} />
            </Suspense>
          ) : (
            <>
              {view === 'map' && hasMapFailed && <p className="notice">{t('overview.mapFailed')}</p>}
              {network}
            </>
          )}
        </section>
      </div>
    );
  }
  const hasNetwork =
    stations.length <= mostInSidePanel && plant.pipelines.some(({ from, to }) => stationIds.has(from) || stationIds.has(to));
  return (
    <div className="overview" data-view="tiles">
      {children}
      <StationTiles stations={stations} order={order} byStation={byStation} mustFit={mustFit} />
      <aside className="overview-side">
        {hasNetwork && (
          <section className="panel overview-network" aria-label={t('overview.network')}>
            <div className="panel-head">
              <h2>{t('overview.network')}</h2>
            </div>
            {network}
          </section>
        )}
        <WaitingAlarms stationIds={stationIds} />
      </aside>
    </div>
  );
}
