// The network as a drawing made from the plant's pipelines: gate stations left, districts right; the worst alarm and a pressure at each station; each
// pipe by the pressures at its ends.
import { useNavigate } from '@tanstack/react-router';
import { type CSSProperties, memo, type ReactNode, useMemo } from 'react';
import type { PlantView, PointView, StationSummary } from '../../domain/api/plant-api.ts';
import { type AlarmSummary, noAlarms } from '../alarms/alarm-order.ts';
import { PriorityShape, useFlashStyle } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { useSubscription } from '../live/live-context.tsx';
import { usePlant } from '../session/plant-context.tsx';
import { usePointById } from '../values/all-points.ts';
import { formatValue } from '../values/format-value.ts';
import { usePointReading } from '../values/point-reading.ts';
import { denseHeight, layOutNetwork, nodeWidth, type PlacedPipe, type PlacedStation, smallSize } from './network-layout.ts';
import { type PipeEnd, type PipeState, pipeStateOf } from './pipe-state.ts';

type Pipeline = PlantView['pipelines'][number];

export const NetworkSchematic = memo(function NetworkSchematic({
  stations,
  byStation,
}: {
  readonly stations: readonly StationSummary[];
  readonly byStation: ReadonlyMap<string, AlarmSummary>;
}): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  const pointById = usePointById();
  // The list is fetched again every few seconds; the drawing changes with the stations in it alone.
  const stationKey = stations.map((station) => station.id).join(' ');
  const layout = useMemo(
    () => layOutNetwork(stationKey === '' ? [] : stationKey.split(' '), plant.pipelines),
    [stationKey, plant.pipelines],
  );
  const stationById = new Map(stations.map((station) => [station.id, station]));
  const feedOf = new Map(plant.pipelines.map((pipe) => [pipe.to, pipe]));
  const pipeline = new Map(plant.pipelines.map((pipe) => [`${pipe.from}→${pipe.to}`, pipe]));
  useSubscription(
    [],
    useMemo(() => {
      const shown = new Set(stationKey.split(' '));
      const ends = plant.pipelines.filter(({ from, to }) => shown.has(from) && shown.has(to));
      return ends.flatMap(({ fromPointId, toPointId }) => [fromPointId, toPointId].filter((id) => id !== null));
    }, [plant.pipelines, stationKey]),
  );
  useSubscription(
    [],
    useMemo(() => stations.flatMap((station) => station.keyPointIds.slice(0, 1)), [stations]),
  );
  return (
    <>
      {/* A picture of what the tiles say in words: not a second set of stops for the keyboard. */}
      <svg
        className="network"
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        style={{ '--network-height': `${Math.round(layout.height * 1.3)}px` } as CSSProperties}
        role="img"
        aria-label={t('overview.networkLabel')}
        data-testid="network"
      >
        {layout.blocks.map((block) => (
          <rect key={`${block.x} ${block.y}`} className="network-block" {...block} rx="4" />
        ))}
        {layout.pipes.map((pipe) => {
          const [to = ''] = pipe.to;
          const single = pipe.to.length === 1 ? pipeline.get(`${pipe.from}→${to}`) : undefined;
          return single === undefined ? (
            <PipeLine key={pipe.path} pipe={pipe} state="unmeasured" />
          ) : (
            <MeasuredPipe key={pipe.path} pipe={pipe} pipeline={single} pointById={pointById} />
          );
        })}
        {layout.stations.map((placed) => {
          const station = stationById.get(placed.id);
          if (station === undefined) return null;
          return (
            <StationNode
              key={placed.id}
              placed={placed}
              height={placed.isSmall ? smallSize.height : layout.nodeHeight}
              station={station}
              point={pointById.get(station.keyPointIds[0] ?? '')}
              feed={placed.isSmall ? (feedOf.get(placed.id) ?? null) : null}
              pointById={pointById}
              summary={byStation.get(placed.id) ?? noAlarms}
            />
          );
        })}
      </svg>
      {layout.unconnected.length > 0 && layout.unconnected.length < 20 && (
        <p className="network-rest muted small no-margin">
          {t('overview.unconnected', {
            names: layout.unconnected.map((id) => text(stationById.get(id)?.name ?? { zh: id, en: id })).join(' · '),
          })}
        </p>
      )}
    </>
  );
});

function MeasuredPipe({
  pipe,
  pipeline,
  pointById,
}: {
  readonly pipe: PlacedPipe;
  readonly pipeline: Pipeline;
  readonly pointById: ReadonlyMap<string, PointView>;
}): ReactNode {
  const upstream = usePipeEnd(pointById.get(pipeline.fromPointId ?? ''));
  const downstream = usePipeEnd(pointById.get(pipeline.toPointId ?? ''));
  return <PipeLine pipe={pipe} state={pipeStateOf(upstream, downstream)} />;
}

function usePipeEnd(point: PointView | undefined): PipeEnd | null {
  const reading = usePointReading(point?.id ?? '');
  if (point === undefined) return null;
  const value = reading.kind === 'known' && typeof reading.value === 'number' ? reading.value : null;
  return { unit: point.unit, normal: point.normal, value };
}

/** Painted anew only when its state changes, not at every reading. */
const PipeLine = memo(function PipeLine({ pipe, state }: { readonly pipe: PlacedPipe; readonly state: PipeState }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const nameOf = (id: string): string => text(stations.find((station) => station.id === id)?.name ?? { zh: id, en: id });
  const from = nameOf(pipe.from);
  const to = pipe.to.map(nameOf).slice(0, 3).join(' · ');
  return (
    <g className="network-pipe" data-state={state} data-testid={`pipe-${pipe.from}-${pipe.to[0] ?? ''}`}>
      <title>{t('overview.pipe', { from, to, state: t(`overview.pipeState.${state}`, { from, to }) })}</title>
      <path className="network-line" d={pipe.path} />
      <path className="network-arrow" d={`M${pipe.tip.x - 9} ${pipe.tip.y - 5}l9 5l-9 5z`} />
    </g>
  );
});

const StationNode = memo(
  function StationNode({
    placed,
    height,
    station,
    point,
    feed,
    pointById,
    summary,
  }: {
    readonly placed: PlacedStation;
    readonly height: number;
    readonly station: StationSummary;
    readonly point: PointView | undefined;
    /** Of a station in a block, whose pipe is not drawn for itself. */
    readonly feed: Pipeline | null;
    readonly pointById: ReadonlyMap<string, PointView>;
    readonly summary: AlarmSummary;
  }): ReactNode {
    const { t, text } = useWords();
    const navigate = useNavigate();
    const flashStyle = useFlashStyle();
    const name = text(station.name);
    const width = placed.isSmall ? smallSize.width : nodeWidth;
    const isFull = height > denseHeight;
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: the tile of the same station is the keyboard's way
      <g
        className="network-node"
        data-hue={summary.worstPriority ?? undefined}
        data-small={placed.isSmall || undefined}
        transform={`translate(${placed.x} ${placed.y})`}
        onClick={() => void navigate({ to: '/stations/$stationId', params: { stationId: station.id } })}
      >
        <title>{`${station.id} ${name}`}</title>
        <rect width={width} height={height} rx="4" />
        {feed !== null && <FeedMark feed={feed} pointById={pointById} />}
        <text className="network-name" x={placed.isSmall ? 6 : 10} y={placed.isSmall ? 16 : isFull ? 19 : 16}>
          {shorten(name, placed.isSmall ? 15 : 21)}
        </text>
        {isFull && (
          <text className="network-id" x="10" y="34">
            {station.id} {shorten(t(`stationType.${station.type}`), 15)}
          </text>
        )}
        {!placed.isSmall && point !== undefined && <NodeValue point={point} y={isFull ? 52 : 33} />}
        {summary.worstPriority !== null && (
          <g
            className={summary.isWorstUnacknowledged ? 'flash-fast' : undefined}
            style={summary.isWorstUnacknowledged ? flashStyle : undefined}
          >
            <svg x={width - 13} y={-8} width="22" height="22" viewBox="0 0 24 24" overflow="visible" aria-hidden="true">
              <PriorityShape priority={summary.worstPriority} />
            </svg>
          </g>
        )}
      </g>
    );
  },
  (before, after) =>
    before.placed === after.placed &&
    before.height === after.height &&
    before.station.name === after.station.name &&
    before.point === after.point &&
    before.feed === after.feed &&
    before.pointById === after.pointById &&
    before.summary.worstPriority === after.summary.worstPriority &&
    before.summary.isWorstUnacknowledged === after.summary.isWorstUnacknowledged,
);

/** At the left edge of a station in a block: what its pipe would show. */
function FeedMark({ feed, pointById }: { readonly feed: Pipeline; readonly pointById: ReadonlyMap<string, PointView> }): ReactNode {
  const upstream = usePipeEnd(pointById.get(feed.fromPointId ?? ''));
  const downstream = usePipeEnd(pointById.get(feed.toPointId ?? ''));
  return <path className="network-feed" data-state={pipeStateOf(upstream, downstream)} d={`M2 2V${smallSize.height - 2}`} />;
}

function NodeValue({ point, y }: { readonly point: PointView; readonly y: number }): ReactNode {
  const { language, text } = useWords();
  const reading = usePointReading(point.id);
  const isKnown = reading.kind === 'known';
  return (
    <>
      {!isKnown && (
        <path className="network-hatch" d={Array.from({ length: 9 }, (_, index) => `M${10 + index * 7},${y + 3}l6,-14`).join('')} />
      )}
      <text className="network-value" x="10" y={y}>
        <title>{text(point.name)}</title>
        {isKnown ? formatValue(point, reading.value, language) : '—'}
        {isKnown && (
          <tspan className="network-unit" dx="4">
            {point.unit}
          </tspan>
        )}
      </text>
    </>
  );
}

/** What fits in a box: a Chinese character is as wide as two Latin letters. */
function shorten(name: string, most: number): string {
  let width = 0;
  for (const [index, character] of [...name].entries()) {
    width += character > '⺀' ? 2 : 1.1;
    if (width > most) return `${[...name].slice(0, Math.max(1, index)).join('')}…`;
  }
  return name;
}
