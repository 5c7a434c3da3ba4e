// The tiles of the wall: by area or worst first, reached with the arrow keys. Only the values that a tile shows are subscribed, and only of tiles near the screen.
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { PointView, StationSummary } from '../../domain/api/plant-api.ts';
import { type AlarmSummary, noAlarms } from '../alarms/alarm-order.ts';
import { useWords } from '../language/language.ts';
import { useSubscription } from '../live/live-context.tsx';
import { useOnScreen } from '../live/use-on-screen.ts';
import { useWork } from '../maintenance/use-work.ts';
import { usePlant } from '../session/plant-context.tsx';
import { useKeys } from '../shell/keys.ts';
import { usePointById } from '../values/all-points.ts';
import { useCameraCounts } from '../video/use-camera-counts.ts';
import { StationTile } from './station-tile.tsx';
import { nearestInDirection } from './tile-movement.ts';
import { densityOf, groupForWall, mostSteps, tightened, valuesShown, type WallOrder } from './wall-order.ts';

const mostRoomy = 100;

export interface StationTilesProps {
  readonly stations: readonly StationSummary[];
  readonly order: WallOrder;
  readonly byStation: ReadonlyMap<string, AlarmSummary>;
  /** Nobody can scroll here. */
  readonly mustFit: boolean;
}

export function StationTiles({ stations, order: wantedOrder, byStation, mustFit }: StationTilesProps): ReactNode {
  const { text } = useWords();
  const { plant } = usePlant();
  const pointById = usePointById();
  const { maintenanceByStation } = useWork();
  const cameraCounts = useCameraCounts();
  const steps = useSteps(mustFit, stations.map((station) => station.id).join(' '));
  const { density, order } = tightened(densityOf(stations.length), wantedOrder, steps);
  // Between few and very many: the same one value, larger.
  const isRoomy = density === 'compact' && stations.length <= mostRoomy && steps === 0;
  const shown = valuesShown[density];
  const tiles = useRef<HTMLDivElement>(null);
  const onScreen = useOnScreen(tiles, 'data-station');
  // Alarms of every station come by themselves: a tile that is scrolled away needs no readings to be red.
  useSubscription(
    [],
    useMemo(
      () => stations.flatMap((station) => (onScreen.has(station.id) ? station.keyPointIds.slice(0, shown) : [])),
      [stations, shown, onScreen],
    ),
  );

  const [focusedId, setFocusedId] = useState('');
  const areaIds = useMemo(() => plant.areas.map((area) => area.id), [plant.areas]);
  const groups = groupForWall(stations, areaIds, order, byStation);
  // One tile is a stop of the Tab key; the arrows go from there.
  const currentId = stations.some((station) => station.id === focusedId) ? focusedId : (groups[0]?.stations[0]?.id ?? '');
  const focusCurrent = (): void => tiles.current?.querySelector<HTMLElement>('[data-tile][tabindex="0"]')?.focus();
  useKeys((['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft'] as const).map((key) => [key, focusCurrent]));

  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const from = event.target;
    if (!(from instanceof HTMLElement) || tiles.current === null) return;
    const next = nearestInDirection(event.key, from, [...tiles.current.querySelectorAll<HTMLElement>('[data-tile]')]);
    if (next === null) return;
    event.preventDefault();
    next.focus();
  }

  // Few stations: the areas stand side by side. Many: one area under the other, tiles flowing.
  const mostInArea = Math.max(0, ...groups.map((group) => group.stations.length));
  const isColumns = order === 'area' && density === 'full' && groups.length > 1 && groups.length <= 4 && mostInArea <= 4;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only moves the focus among the links inside
    <div
      className="areas"
      ref={tiles}
      onKeyDown={move}
      data-shape={isColumns ? 'columns' : 'rows'}
      data-density={density}
      data-room={isRoomy || undefined}
      style={isColumns ? ({ '--area-columns': groups.length, '--area-rows': mostInArea } as CSSProperties) : undefined}
    >
      {groups.map((group) => {
        const area = plant.areas.find((candidate) => candidate.id === group.areaId);
        return (
          <section
            key={group.areaId ?? ''}
            className="area"
            style={{ flexGrow: group.stations.length }}
            aria-label={area === undefined ? undefined : text(area.name)}
          >
            {area !== undefined && <h2 className="area-name">{text(area.name)}</h2>}
            <div className="tiles">
              {group.stations.map((station) => (
                <StationTile
                  key={station.id}
                  station={station}
                  summary={byStation.get(station.id) ?? noAlarms}
                  points={station.keyPointIds
                    .slice(0, shown)
                    .map((id) => pointById.get(id))
                    .filter((point): point is PointView => point !== undefined)}
                  density={density}
                  cameras={cameraCounts.get(station.id) ?? null}
                  isInMaintenance={maintenanceByStation.has(station.id)}
                  isCurrent={station.id === currentId}
                  onFocus={setFocusedId}
                />
              ))}
            </div>
          </section>
        );
      })}
    </div>
  );
}

/** How many steps shorter the tiles must be told so that the page has nothing below its edge. Begins anew with other stations or another size. */
function useSteps(mustFit: boolean, stationKey: string): number {
  const [state, setState] = useState({ key: '', steps: 0 });
  const [size, setSize] = useState('');
  useEffect(() => {
    const measure = (): void => setSize(`${innerWidth}×${innerHeight}`);
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  const key = `${size} ${stationKey}`;
  const steps = state.key === key ? state.steps : 0;
  useLayoutEffect(() => {
    if (!mustFit || steps >= mostSteps || document.documentElement.scrollHeight <= innerHeight + 1) return;
    setState({ key, steps: steps + 1 });
  }, [mustFit, steps, key]);
  return mustFit ? steps : 0;
}
