// One pane drawn: every pen's minimum–maximum band and mean, its own axis for each unit. Drag zooms (a high box in both directions), shift-drag and the wheel move and
// zoom, arrows move the cursor. What is asked of it is told upward as a new window; it holds no window of its own.
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import uPlot from 'uplot';
import type { TrendMark } from '../../domain/api/trends-api.ts';
import type { TrendScale, ValueRange } from '../../domain/trends/trend-view.ts';
import { useWords } from '../language/language.ts';
import type { Observable } from '../live/observable.ts';
import { shownTheme } from '../look/theme.ts';
import { useZone } from '../session/plant-context.tsx';
import { drawGround, drawLetters, drawLimits, drawMarkLines } from './draw-plot.ts';
import { MarkStrip } from './mark-strip.tsx';
import { type AxisSides, type HorizontalBox, optionsOf, type PlotState, shownRanges } from './plot-options.ts';
import { joinColumns } from './trend-data.ts';
import type { Pen } from './trend-pens.ts';
import { panned, zoomed } from './trend-search.ts';
import 'uplot/dist/uPlot.min.css';
import './trends.css';

/** `new`: one step that can be gone back; `moving`: one of many small ones. */
export type RangeStep = 'new' | 'moving';

export interface TrendPlotProps {
  readonly pens: readonly Pen[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly height: number;
  readonly scale?: TrendScale;
  /** Moment under the cursor; panes that share it move their cursors together. */
  readonly cursor: Observable<number | null>;
  readonly marks?: readonly TrendMark[];
  /** Values that must be seen whatever the data. */
  readonly shownValues?: readonly number[];
  /** Point whose line is pointed at in the legend: drawn stronger, with its limits. */
  readonly pointedAt?: string | null;
  /** Axes of the pane with the most of them. */
  readonly sides?: AxisSides;
  /** Values chosen by a person, of any of the points. */
  readonly values?: readonly ValueRange[];
  /** `values`: of the axes of this pane from now on; absent: as they are. */
  readonly onRange?: (fromMs: number, toMs: number, step: RangeStep, values?: readonly ValueRange[]) => void;
}

const noValues: readonly ValueRange[] = [];

export function TrendPlot(props: TrendPlotProps): ReactNode {
  const { pens, fromMs, toMs, height, cursor, marks = [], scale, values = noValues } = props;
  const { t, text, language } = useWords();
  const zone = useZone();
  const theme = useSyncExternalStore(shownTheme.subscribe, shownTheme.get);
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [box, setBox] = useState<HorizontalBox>({ left: 0, width: 0 });
  const state: PlotState = { props, zone, language };
  const latest = useRef(state);
  latest.current = state;
  const identity = JSON.stringify([
    pens.map(({ point, letter }) => [point.id, letter]),
    pens[0]?.earlier === null,
    props.sides,
    theme,
    zone,
    language,
  ]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: pens, theme and zone are in the identity; the rest is read through `latest`
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const options = optionsOf(latest, element, setBox);
    options.hooks = {
      ...options.hooks,
      drawAxes: [(chart) => drawGround(chart, latest.current.props.pens)],
      draw: [
        (chart) => drawLimits(chart, latest.current.props.pens, latest.current.props.nowMs, latest.current.props.pointedAt ?? null),
        (chart) => drawMarkLines(chart, latest.current.props.marks ?? []),
        (chart) => drawLetters(chart, latest.current.props.pens),
      ],
    };
    const chart = new uPlot(options, dataOf(latest.current.props.pens), element);
    plot.current = chart;
    const stopMoving = followPointer(chart, latest);
    const stopFollowing = cursor.subscribe(() => showCursor(chart, cursor.get()));
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: latest.current.props.height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      stopFollowing();
      stopMoving();
      chart.destroy();
      plot.current = null;
    };
  }, [identity, cursor]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what the ranges are made of
  useEffect(() => {
    const chart = plot.current;
    if (chart === null) return;
    chart.batch(() => {
      chart.setData(dataOf(pens), false);
      for (const [key, [min, max]] of shownRanges(latest.current)) chart.setScale(key, { min, max });
      chart.setScale('x', { min: fromMs / 1_000, max: toMs / 1_000 });
    });
  }, [pens, fromMs, toMs, values, scale, marks]);

  const { pointedAt = null } = props;
  useEffect(() => {
    const chart = plot.current;
    if (chart === null) return;
    for (const [index, pen] of latest.current.props.pens.entries()) {
      const series = chart.series[3 + index * (pen.earlier === null ? 3 : 4)];
      if (series !== undefined) series.width = pen.point.id === pointedAt ? 2.8 : 1.6;
    }
    chart.redraw(false);
  }, [pointedAt]);

  useEffect(() => {
    const element = holder.current;
    if (element !== null) plot.current?.setSize({ width: element.clientWidth, height });
  }, [height]);

  const hasValues = values.some(({ pointId }) => pens.some(({ point }) => point.id === pointId));

  function onKeyDown(event: KeyboardEvent): void {
    const { onRange, nowMs } = props;
    const window = { fromMs, toMs };
    const at = cursor.get() ?? toMs;
    const step = (toMs - fromMs) / 200;
    const range = (next: { readonly fromMs: number; readonly toMs: number }): void => onRange?.(next.fromMs, next.toMs, 'moving');
    const keep = (timeMs: number): void => cursor.set(Math.min(toMs, Math.max(fromMs, timeMs)));
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight': {
        const sign = event.key === 'ArrowLeft' ? -1 : 1;
        if (event.shiftKey) range(panned(window, 0.25 * sign, nowMs));
        else keep(at + sign * step);
        break;
      }
      case 'PageUp':
      case 'PageDown':
        keep(at + step * 10 * (event.key === 'PageUp' ? -1 : 1));
        break;
      case 'Home':
        keep(fromMs);
        break;
      case 'End':
        keep(toMs);
        break;
      case '+':
      case '=':
        range(zoomed(window, 0.5, at, nowMs));
        break;
      case '-':
        range(zoomed(window, 2, at, nowMs));
        break;
      case 'Escape':
        cursor.set(null);
        if (hasValues) onRange?.(fromMs, toMs, 'new', []);
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  return (
    <div className="trend-plot">
      <MarkStrip marks={marks} fromMs={fromMs} toMs={toMs} box={box} />
      <div
        ref={holder}
        className="trend-holder"
        role="application"
        aria-roledescription={t('trends.chartRole')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a chart whose cursor is moved by keys
        tabIndex={0}
        aria-label={t('trends.chart', { name: pens.map(({ point }) => text(point.name)).join(', ') })}
        style={{ height }}
        onKeyDown={onKeyDown}
        data-testid="trend-holder"
      />
      {hasValues && (
        <button
          type="button"
          className="button button-small trend-autoscale"
          onClick={() => props.onRange?.(fromMs, toMs, 'new', [])}
          data-testid="auto-scale"
        >
          {t('trends.autoScale')}
        </button>
      )}
    </div>
  );
}

function dataOf(pens: readonly Pen[]): uPlot.AlignedData {
  const joined = joinColumns(
    pens.flatMap(({ columns, earlier }) => [
      { times: columns.times, values: [columns.minima, columns.maxima, columns.means] },
      ...(earlier === null ? [] : [{ times: earlier.times, values: [earlier.means] }]),
    ]),
  );
  return joined as unknown as uPlot.AlignedData;
}

function showCursor(chart: uPlot, timeMs: number | null): void {
  const left = timeMs === null ? -10 : chart.valToPos(timeMs / 1_000, 'x');
  if (Math.abs((chart.cursor.left ?? -10) - left) < 0.5) return;
  chart.setCursor({ left, top: timeMs === null ? -10 : Math.max(0, chart.cursor.top ?? 0) }, false);
}

/** Shift-drag moves the window, the wheel zooms. Caught before the chart's own drag sees it. */
function followPointer(chart: uPlot, latest: { readonly current: PlotState }): () => void {
  let letGo = (): void => undefined;
  const onPointerDown = (event: MouseEvent): void => {
    const { fromMs, toMs } = latest.current.props;
    if (!event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const startX = event.clientX;
    const onMove = (move: MouseEvent): void => {
      const { nowMs, onRange } = latest.current.props;
      const next = panned({ fromMs, toMs }, (startX - move.clientX) / chart.over.clientWidth, nowMs);
      onRange?.(next.fromMs, next.toMs, 'moving');
    };
    letGo = () => {
      removeEventListener('mousemove', onMove);
      removeEventListener('mouseup', letGo);
    };
    addEventListener('mousemove', onMove);
    addEventListener('mouseup', letGo);
  };
  const onWheel = (event: WheelEvent): void => {
    const { fromMs, toMs, nowMs, onRange } = latest.current.props;
    if (onRange === undefined || event.deltaY === 0) return;
    event.preventDefault();
    const about = chart.posToVal(event.clientX - chart.over.getBoundingClientRect().left, 'x') * 1_000;
    const next = zoomed({ fromMs, toMs }, event.deltaY < 0 ? 0.8 : 1.25, about, nowMs);
    onRange(next.fromMs, next.toMs, 'moving');
  };
  chart.root.addEventListener('mousedown', onPointerDown, { capture: true });
  chart.over.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    letGo();
    chart.root.removeEventListener('mousedown', onPointerDown, { capture: true });
    chart.over.removeEventListener('wheel', onWheel);
  };
}
