// Level 1: every station at once, by area, worst first to the eye; the network beside them.
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import { noAlarms, summarizeBy } from '../alarms/alarm-order.ts';
import { useWords } from '../language/language.ts';
import { useAlarms, useSubscription } from '../live/live-context.tsx';
import { useWork } from '../maintenance/use-work.ts';
import { usePlant } from '../session/plant-context.tsx';
import { useKeys } from '../shell/keys.ts';
import { useAllPoints } from '../values/all-points.ts';
import { NetworkSchematic } from './network-schematic.tsx';
import { StationTile } from './station-tile.tsx';
import { nearestInDirection } from './tile-movement.ts';
import './overview.css';

export function OverviewScreen(): ReactNode {
  const { t, text } = useWords();
  const { plant, stations } = usePlant();
  const alarms = useAlarms();
  const byStation = useMemo(() => summarizeBy(alarms, (alarm) => alarm.stationId), [alarms]);
  const points = useAllPoints();
  const { maintenanceByStation } = useWork();
  const pointById = useMemo(() => new Map((points.data ?? []).map((point) => [point.id, point])), [points.data]);
  const keyPointIds = useMemo(() => stations.flatMap((station) => station.keyPointIds), [stations]);
  useSubscription([], keyPointIds);

  const tiles = useRef<HTMLDivElement>(null);
  const [currentId, setCurrentId] = useState(stations[0]?.id ?? '');
  const focusFirst = (): void => tiles.current?.querySelector<HTMLElement>('[data-tile][tabindex="0"]')?.focus();
  useKeys((['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft'] as const).map((key) => [key, focusFirst]));

  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const from = event.target;
    if (!(from instanceof HTMLElement) || tiles.current === null) return;
    const all = [...tiles.current.querySelectorAll<HTMLElement>('[data-tile]')];
    const next = nearestInDirection(event.key, from, all);
    if (next === null) return;
    event.preventDefault();
    next.focus();
  }

  const areas = plant.areas
    .map((area) => ({ area, stations: stations.filter((station) => station.areaId === area.id) }))
    .filter((group) => group.stations.length > 0);
  const abnormal = stations.filter((station) => (byStation.get(station.id) ?? noAlarms).worstPriority !== null).length;

  // Few stations: the areas stand side by side. Many: one area under the other, tiles flowing; very many: shorter tiles.
  const isColumns = areas.length <= 4 && areas.every((group) => group.stations.length <= 4);
  return (
    <div className="overview" data-shape={isColumns ? 'columns' : 'rows'} data-density={stations.length > 24 ? 'dense' : 'normal'}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only moves the focus among the links inside */}
      <div className="overview-areas" ref={tiles} onKeyDown={move}>
        <div className="overview-line">
          <h1>{t('overview.title')}</h1>
          <span>{abnormal === 0 ? t('overview.quiet') : t('overview.abnormal', { count: abnormal })}</span>
          <span className="muted">{t('overview.stations', { count: stations.length })}</span>
          <span className="muted overview-keys">{t('overview.keys')}</span>
        </div>
        <div className="areas">
          {areas.map(({ area, stations: members }) => (
            <section key={area.id} aria-label={text(area.name)}>
              <h2 className="area-name">{text(area.name)}</h2>
              <div className="tiles">
                {members.map((station) => (
                  <StationTile
                    key={station.id}
                    station={station}
                    summary={byStation.get(station.id) ?? noAlarms}
                    points={station.keyPointIds.map((id) => pointById.get(id)).filter((point): point is PointView => point !== undefined)}
                    isInMaintenance={maintenanceByStation.has(station.id)}
                    isCurrent={station.id === currentId}
                    onFocus={setCurrentId}
                  />
                ))}
              </div>
            </section>
          ))}
        </div>
      </div>
      {plant.pipelines.length > 0 && (
        <aside className="panel overview-network" aria-label={t('overview.network')}>
          <div className="panel-head">
            <h2>{t('overview.network')}</h2>
          </div>
          <NetworkSchematic byStation={byStation} />
        </aside>
      )}
    </div>
  );
}
