// Trends: any points, live or past, in panes that share one time window and one cursor. The address holds all of it, so that the browser's own back and
// forward go through the views and a link shows another person the same.
import { getRouteApi } from '@tanstack/react-router';
import { type DragEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import { mostTrendPanes, type TrendWindow, type ValueRange } from '../../domain/trends/trend-view.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient, useSubscription } from '../live/live-context.tsx';
import { Observable } from '../live/observable.ts';
import { useZone } from '../session/plant-context.tsx';
import { useKeys } from '../shell/keys.ts';
import { useAllPoints } from '../values/all-points.ts';
import { useNow } from '../values/use-now.ts';
import { PickDialog } from './pick-dialog.tsx';
import { sidesOf } from './plot-options.ts';
import { draggedPoint } from './trend-legend.tsx';
import { TrendPane } from './trend-pane.tsx';
import { letterOf, type Pen, scaleKeysOf, sharesAxis, styleOf } from './trend-pens.ts';
import type { RangeStep } from './trend-plot.tsx';
import {
  addPoint,
  movePoint,
  type Panes,
  panesOf,
  panned,
  removePoint,
  type TrendsSearch,
  valuesOf,
  windowOf,
  withPanes,
  withValues,
  withWindow,
  zoomed,
} from './trend-search.ts';
import { TrendsBar } from './trends-bar.tsx';
import { useLimits, useMarks } from './use-marks.ts';
import { usePaneHeight } from './use-pane-height.ts';
import { useSettled } from './use-settled.ts';
import { useTrends } from './use-trends.ts';
import './trends.css';

const route = getRouteApi('/trends');
/** Small steps of the window within this time are one step back. */
const oneStepMs = 900;

export function TrendsScreen(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const nowMs = useNow(1_000);
  const pointsQuery = useAllPoints();
  const panes = useKnownPanes(search, pointsQuery.data);
  const points = useMemo(() => panes.flat(), [panes]);
  const pointIds = points.map(({ id }) => id);
  const idPanes: Panes = panes.map((pane) => pane.map(({ id }) => id));
  const [isPicking, setIsPicking] = useState(false);
  const [isDragging, setIsDragging] = useState(false);
  const [cursor] = useState(() => new Observable<number | null>(null));
  const movedAtMs = useRef(0);
  const window = windowOf(search);
  const values = useMemo(() => valuesOf({ ...(search.values === undefined ? {} : { values: search.values }) }), [search.values]);
  const settled = useSettled(window, 150);
  const toMs = window.kind === 'live' ? nowMs : window.toMs;
  const fromMs = window.kind === 'live' ? nowMs - window.minutes * 60_000 : window.fromMs;
  useSubscription([], pointIds);
  const comparison = search.compare ?? 'none';
  const trends = useTrends(points, { window: settled, nowMs, zone, comparison });
  const limits = useLimits(pointIds);
  const marks = useMarks(search.marks === 'off' ? [] : pointIds, settled, nowMs);

  const height = usePaneHeight(panes.map((pane) => pane.length));

  const go = (next: TrendsSearch, replace = false): void => void navigate({ search: next, replace });
  const setWindow = (next: TrendWindow, step: RangeStep = 'new'): void => {
    const isSameStep = step === 'moving' && performance.now() - movedAtMs.current < oneStepMs;
    if (step === 'moving') movedAtMs.current = performance.now();
    go(withWindow(search, next), isSameStep);
  };
  const pastOf = (from: number, to: number): TrendWindow => ({
    kind: 'past',
    ...zoomed({ fromMs: from, toMs: to }, 1, to, serverNowMs()),
  });
  const setRange = (from: number, to: number, step: RangeStep = 'new'): void => setWindow(pastOf(from, to), step);
  /** Where only the values change, a live window stays live. */
  const setBox = (ids: readonly string[], from: number, to: number, values: readonly ValueRange[]): void => {
    const isSameTime = from === fromMs && to === toMs;
    go(withValues(isSameTime ? search : withWindow(search, pastOf(from, to)), ids, values));
  };
  const setPanes = (next: Panes): void => go(withPanes(search, next));
  const minutes = search.minutes ?? Math.max(1, Math.round((toMs - fromMs) / 60_000));
  const goLive = (): void =>
    setWindow({ kind: 'live', minutes: search.minutes ?? (window.kind === 'live' ? window.minutes : Math.min(minutes, 1_440)) });
  const pause = (): void => {
    if (window.kind === 'live') setRange(fromMs, toMs);
  };
  const shown = { fromMs, toMs };
  const move = (share: number): void => {
    const next = panned(shown, share, serverNowMs());
    setRange(next.fromMs, next.toMs, 'moving');
  };
  const zoom = (factor: number): void => {
    const next = zoomed(shown, factor, cursor.get() ?? (window.kind === 'live' ? toMs : (fromMs + toMs) / 2), serverNowMs());
    setRange(next.fromMs, next.toMs, 'moving');
  };
  const compareNext = (): void => {
    const { compare, ...rest } = search;
    go(compare === undefined ? { ...rest, compare: 'day' } : compare === 'day' ? { ...rest, compare: 'week' } : rest);
  };
  useKeys([
    ['l', goLive],
    ['p', pause],
    ['+', () => zoom(0.5)],
    ['=', () => zoom(0.5)],
    ['-', () => zoom(2)],
    ['ArrowLeft', () => move(-0.25)],
    ['ArrowRight', () => move(0.25)],
    ['c', compareNext],
  ]);

  let index = -1;
  const penPanes: Pen[][] = panes.map((pane) => {
    const scaleKeys = scaleKeysOf(pane);
    return pane.map((point, inPane): Pen => {
      index += 1;
      const trend = trends[index];
      return {
        point,
        letter: letterOf(index),
        style: styleOf(inPane),
        scaleKey: scaleKeys.get(point.id) ?? '',
        columns: trend?.columns ?? noColumns,
        earlier: trend?.earlier ?? null,
        holdMs: trend?.holdMs ?? 0,
        gaps: trend?.gaps ?? [],
        quality: trend?.quality ?? [],
        limits: limits.filter(({ pointId }) => pointId === point.id),
      };
    });
  });
  const sidesOfPanes = penPanes.map(sidesOf);
  const sides = {
    left: Math.max(0, ...sidesOfPanes.map(({ left }) => left)),
    right: Math.max(0, ...sidesOfPanes.map(({ right }) => right)),
  };
  const dropTo = (event: DragEvent, pane: number): void => {
    const pointId = event.dataTransfer.getData(draggedPoint);
    setIsDragging(false);
    if (pointId === '') return;
    event.preventDefault();
    setPanes(movePoint(idPanes, pointId, pane));
  };
  const sameUnitAs = (id: string) => {
    const wanted = pointsQuery.data?.find((point) => point.id === id);
    return (other: string): boolean => {
      const found = points.find((point) => point.id === other);
      return wanted !== undefined && found !== undefined && sharesAxis(found, wanted);
    };
  };

  return (
    <div className="trends">
      <TrendsBar
        search={search}
        window={window}
        fromMs={fromMs}
        toMs={toMs}
        penPanes={penPanes}
        onSearch={go}
        onRange={setRange}
        onLive={(wanted) => setWindow({ kind: 'live', minutes: wanted })}
        onGoLive={goLive}
        onPause={pause}
        onMove={move}
        onZoom={zoom}
        onAdd={() => setIsPicking(true)}
      />
      {marks.isCut && <p className="notice">{t('trends.marksCut')}</p>}
      {panesOf(search).flat().length > points.length && pointsQuery.data !== undefined && (
        <p className="notice">{t('trends.viewLost', { count: panesOf(search).flat().length - points.length })}</p>
      )}
      {points.length === 0 && (
        <div className="panel empty">
          <strong>{pointsQuery.isPending ? t('common.loading') : t('trends.empty')}</strong>
          {t('trends.emptyHint')}
        </div>
      )}
      {penPanes.map((pens, paneIndex) => (
        <TrendPane
          key={pens[0]?.point.id}
          pens={pens}
          trends={trends.filter((_, at) => pens.some(({ point }) => point.id === points[at]?.id))}
          marks={marks.of(pens.map(({ point }) => point))}
          paneIndex={paneIndex}
          paneCount={penPanes.length}
          fromMs={fromMs}
          toMs={toMs}
          nowMs={nowMs}
          scale={search.scale ?? 'data'}
          height={height}
          cursor={cursor}
          sides={sides}
          values={values}
          onRange={(from, to, step, chosen) => {
            if (chosen === undefined) setRange(from, to, step);
            else
              setBox(
                pens.map(({ point }) => point.id),
                from,
                to,
                chosen,
              );
          }}
          onMovePoint={(id, to) => setPanes(movePoint(idPanes, id, to))}
          onRemovePoint={(id) => setPanes(removePoint(idPanes, id))}
          onDragging={setIsDragging}
          onDrop={(event) => dropTo(event, paneIndex)}
        />
      ))}
      {isDragging && penPanes.length < mostTrendPanes && (
        // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse; the menu of each line does the same by keys
        <div
          className="panel trend-drop"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => dropTo(event, penPanes.length)}
          data-testid="drop-new"
        >
          {t('trends.dropNew')}
        </div>
      )}
      {isPicking && (
        <PickDialog
          pointIds={pointIds}
          onToggle={(id) => setPanes(pointIds.includes(id) ? removePoint(idPanes, id) : addPoint(idPanes, id, sameUnitAs(id)))}
          onClose={() => setIsPicking(false)}
        />
      )}
    </div>
  );
}

const noColumns = { times: [], minima: [], maxima: [], means: [], lasts: [], goodShares: [], gapRows: new Set<number>() };

/** Points that there are; texts have no line. */
function useKnownPanes(search: TrendsSearch, all: readonly PointView[] | undefined): readonly (readonly PointView[])[] {
  const { points } = search;
  return useMemo(() => {
    const byId = new Map((all ?? []).map((point) => [point.id, point]));
    return panesOf({ ...(points === undefined ? {} : { points }) })
      .map((pane) => pane.map((id) => byId.get(id)).filter((point): point is PointView => point !== undefined && point.kind !== 'text'))
      .filter((pane) => pane.length > 0);
  }, [points, all]);
}
