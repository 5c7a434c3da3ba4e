// The overview on a wall: the board of the areas that its address names, all at once or in turns, without a single control.
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { OverviewBoard } from '../overview/overview-board.tsx';
import { OverviewFigures } from '../overview/overview-screen.tsx';
import { areaInTurn, chosenAreas } from '../overview/wall-order.ts';
import { usePlant } from '../session/plant-context.tsx';
import { useNow } from '../values/use-now.ts';

const route = getRouteApi('/wall');

export function WallScreen(): ReactNode {
  const { t, text } = useWords();
  const { plant, stations } = usePlant();
  const { area, every, order = 'area', view = 'tiles' } = route.useSearch();
  const nowMs = useNow(1_000);
  // An area without a station that this wall may see would be an empty turn.
  const seen = plant.areas.map(({ id }) => id).filter((id) => stations.some((station) => station.areaId === id));
  const areaIds = chosenAreas(area, seen);
  const turn = every === undefined ? null : areaInTurn(areaIds, every, nowMs);
  const shown = turn === null ? areaIds : [turn];
  const names = plant.areas.filter(({ id }) => shown.includes(id)).map(({ name }) => text(name));
  return (
    <OverviewBoard areaIds={shown} order={order} view={view} mustFit>
      <div className="overview-line">
        <h1>{shown.length === plant.areas.length ? t('overview.title') : names.join(' · ')}</h1>
        <OverviewFigures areaIds={shown} />
        {turn !== null && (
          <span className="wall-turn muted number" data-testid="wall-turn">
            {areaIds.indexOf(turn) + 1} / {areaIds.length}
          </span>
        )}
      </div>
    </OverviewBoard>
  );
}
