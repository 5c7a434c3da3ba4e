// The network as a drawing made from the plant's pipelines: gate stations left, districts right, the worst alarm at each station.
import { useNavigate } from '@tanstack/react-router';
import { memo, type ReactNode, useMemo } from 'react';
import type { StationSummary } from '../../domain/api/plant-api.ts';
import { type AlarmSummary, noAlarms } from '../alarms/alarm-order.ts';
import { PriorityShape, useFlashStyle } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { layOutNetwork, nodeHeight, nodeWidth } from './network-layout.ts';

export const NetworkSchematic = memo(function NetworkSchematic({
  stations,
  byStation,
}: {
  readonly stations: readonly StationSummary[];
  readonly byStation: ReadonlyMap<string, AlarmSummary>;
}): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  const navigate = useNavigate();
  const flashStyle = useFlashStyle();
  const layout = useMemo(
    () =>
      layOutNetwork(
        stations.map((station) => station.id),
        plant.pipelines,
      ),
    [stations, plant.pipelines],
  );
  const stationById = useMemo(() => new Map(stations.map((station) => [station.id, station])), [stations]);
  return (
    // A picture of what the tiles beside it say in words: not a second set of stops for the keyboard.
    <svg className="network" viewBox={`0 0 ${layout.width} ${layout.height}`} role="img" aria-label={t('overview.networkLabel')}>
      {layout.pipes.map((pipe) => (
        <path key={`${pipe.from}-${pipe.to}`} className="network-pipe" d={pipe.path} />
      ))}
      {layout.pipes.map((pipe) => {
        const end = layout.stations.find((placed) => placed.id === pipe.to);
        return (
          end !== undefined && (
            <path
              key={`${pipe.from}-${pipe.to}-arrow`}
              className="network-arrow"
              d={`M${end.x - 8} ${end.y + nodeHeight / 2 - 5}l8 5l-8 5z`}
            />
          )
        );
      })}
      {layout.stations.map((placed) => {
        const station = stationById.get(placed.id);
        if (station === undefined) return null;
        const summary = byStation.get(placed.id) ?? noAlarms;
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the tile of the same station is the keyboard's way
          <g
            key={placed.id}
            className="network-node"
            data-hue={summary.worstPriority ?? undefined}
            transform={`translate(${placed.x} ${placed.y})`}
            onClick={() => void navigate({ to: '/stations/$stationId', params: { stationId: placed.id } })}
          >
            <title>{text(station.name)}</title>
            <rect width={nodeWidth} height={nodeHeight} rx="4" />
            <text className="network-name" x="10" y="20">
              {shorten(text(station.name))}
            </text>
            <text className="network-id" x="10" y="36">
              {station.id} {t(`stationType.${station.type}`)}
            </text>
            {summary.worstPriority !== null && (
              <g
                className={summary.isWorstUnacknowledged ? 'flash-fast' : undefined}
                style={summary.isWorstUnacknowledged ? flashStyle : undefined}
              >
                <svg x={nodeWidth - 13} y={-8} width="22" height="22" viewBox="0 0 24 24" overflow="visible" aria-hidden="true">
                  <PriorityShape priority={summary.worstPriority} />
                </svg>
              </g>
            )}
          </g>
        );
      })}
    </svg>
  );
});

/** What fits in a box: a Chinese character is as wide as two Latin letters. */
function shorten(name: string): string {
  let width = 0;
  for (const [index, character] of [...name].entries()) {
    width += character > '⺀' ? 2 : 1.1;
    if (width > 16.5) return `${[...name].slice(0, Math.max(1, index)).join('')}…`;
  }
  return name;
}
