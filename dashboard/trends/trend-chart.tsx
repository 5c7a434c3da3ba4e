// One pane: minimum–maximum band and mean of one point, its limits as lines, gaps as gaps; drag zooms, shift-drag pans, double click zooms out.
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import uPlot from 'uplot';
import type { PointView } from '../../domain/api/plant-api.ts';
import { useWords } from '../language/language.ts';
import { shownTheme } from '../look/theme.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { formatNumber } from '../values/format-value.ts';
import { timeSplits, timeSteps, timeTexts } from './time-axis.ts';
import { type TrendColumns, valueRange } from './trend-data.ts';
import 'uplot/dist/uPlot.min.css';
import './trends.css';

export interface TrendChartProps {
  readonly point: PointView;
  readonly columns: TrendColumns;
  readonly fromMs: number;
  readonly toMs: number;
  readonly height: number;
  /** Panes with the same key move their cursors together. */
  readonly syncKey: string;
  readonly onRange?: (fromMs: number, toMs: number) => void;
  /** Limit that must be seen whatever the data: the one of the alarm looked at. */
  readonly shownLimit?: number | null;
  /** Moments drawn as upright lines. */
  readonly marksMs?: readonly number[];
}

interface Latest {
  readonly props: TrendChartProps;
  readonly zone: string;
}

export function TrendChart(props: TrendChartProps): ReactNode {
  const { point, columns, fromMs, toMs, height } = props;
  const { t, text } = useWords();
  const zone = useZone();
  const theme = useSyncExternalStore(shownTheme.subscribe, shownTheme.get);
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef<Latest>({ props, zone });
  latest.current = { props, zone };
  const [cursor, setCursor] = useState<number | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the document while the chart is made
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const chart = new uPlot(optionsOf(latest, element, point, setCursor), alignedOf(latest.current.props.columns), element);
    plot.current = chart;
    const stopPanning = enablePanning(chart, latest);
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: latest.current.props.height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      stopPanning();
      chart.destroy();
      plot.current = null;
    };
  }, [point, theme]);

  useEffect(() => {
    const chart = plot.current;
    if (chart === null) return;
    chart.batch(() => {
      chart.setData(alignedOf(columns), false);
      const { minimum, maximum } = shownRange(latest.current.props);
      chart.setScale('y', { min: minimum, max: maximum });
      chart.setScale('x', { min: fromMs / 1_000, max: toMs / 1_000 });
    });
  }, [columns, fromMs, toMs]);

  const at = cursor ?? columns.times.length - 1;
  const time = columns.times[at];
  const number = (value: number | null | undefined): string =>
    value === null || value === undefined ? '—' : formatNumber(value, point.digits);
  return (
    <figure className="trend" data-testid={`trend-${point.id}`}>
      <figcaption className="trend-legend number">
        <b>{point.tag}</b>
        <span>{text(point.name)}</span>
        <span className="trend-figures">
          {time !== undefined && <span className="muted">{formatDateTime(time * 1_000, zone)}</span>}
          <span>
            <span className="muted">{t('trends.mean')}</span> <b>{number(columns.means[at])}</b>
          </span>
          <span>
            <span className="muted">{t('trends.min')}</span> {number(columns.minima[at])}
          </span>
          <span>
            <span className="muted">{t('trends.max')}</span> {number(columns.maxima[at])}
          </span>
          <span className="muted">{point.unit}</span>
        </span>
      </figcaption>
      <div ref={holder} className="trend-holder" role="img" aria-label={t('trends.chart', { name: text(point.name) })} style={{ height }} />
    </figure>
  );
}

function alignedOf(columns: TrendColumns): uPlot.AlignedData {
  return [columns.times, columns.minima, columns.maxima, columns.means];
}

function shownRange({ point, columns, shownLimit }: TrendChartProps): { readonly minimum: number; readonly maximum: number } {
  const span = point.range === null ? 0 : (point.range.max - point.range.min) * 0.02;
  const [minimum, maximum] = valueRange(columns, {
    limits: point.limits.flatMap((limit) => (limit.setpoint === null ? [] : [limit.setpoint])),
    always: shownLimit === undefined || shownLimit === null ? [] : [shownLimit],
    minimumSpan: span,
  });
  return { minimum, maximum };
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function optionsOf(
  latest: { readonly current: Latest },
  element: HTMLElement,
  point: PointView,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const colours = { ink: colour('ink'), muted: colour('muted'), line: colour('line'), band: colour('band'), surface: colour('surface') };
  const font = '12px "Noto Sans SC Variable", "Noto Sans SC", system-ui, sans-serif';
  const { props } = latest.current;
  const range = shownRange(props);
  const axis: uPlot.Axis = {
    stroke: colours.muted,
    font,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1, size: 5 },
  };
  return {
    width: element.clientWidth || 600,
    height: props.height,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: {
      sync: { key: props.syncKey, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6, fill: colours.ink },
      bind: {
        dblclick: () => () => {
          const { fromMs, toMs, onRange } = latest.current.props;
          const half = toMs - fromMs;
          onRange?.(fromMs - half / 2, toMs + half / 2);
          return null;
        },
      },
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: false, auto: false, min: props.fromMs / 1_000, max: props.toMs / 1_000 },
      y: { auto: false, min: range.minimum, max: range.maximum },
    },
    axes: [
      {
        ...axis,
        size: 30,
        space: 80,
        incrs: timeSteps,
        splits: (_, __, minimum, maximum, step) => timeSplits(minimum, maximum, step, latest.current.zone),
        values: (_, splits, __, ___, step) => timeTexts(splits, step, latest.current.zone),
      },
      { ...axis, size: 62, space: 32, values: (_, splits) => splits.map((value) => formatNumber(value, digitsOf(splits, point.digits))) },
    ],
    series: [
      {},
      { stroke: colours.band, width: 1, points: { show: false } },
      { stroke: colours.band, width: 1, points: { show: false } },
      { stroke: colours.ink, width: 1.6, points: { show: false } },
    ],
    bands: [{ series: [2, 1], fill: colours.band }],
    hooks: {
      drawAxes: [(chart) => drawNormalBand(chart, point)],
      draw: [(chart) => drawLimits(chart, point, font), (chart) => drawMarks(chart, latest.current.props.marksMs ?? [])],
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          const from = chart.posToVal(left, 'x') * 1_000;
          const to = chart.posToVal(left + width, 'x') * 1_000;
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          latest.current.props.onRange?.(from, to);
        },
      ],
    },
  };
}

/** As many digits as the marks need to differ, but not more than two beyond the instrument's. */
function digitsOf(splits: readonly number[], digits: number): number {
  const step = splits.length > 1 ? Math.abs((splits[1] ?? 0) - (splits[0] ?? 0)) : 1;
  const needed = step >= 1 ? 0 : Math.ceil(-Math.log10(step) - 1e-9);
  return Math.min(needed, digits + 2);
}

function drawNormalBand(chart: uPlot, point: PointView): void {
  if (point.normal === null) return;
  const { ctx, bbox } = chart;
  const top = Math.max(bbox.top, chart.valToPos(point.normal.max, 'y', true));
  const bottom = Math.min(bbox.top + bbox.height, chart.valToPos(point.normal.min, 'y', true));
  if (bottom <= top) return;
  ctx.save();
  ctx.globalAlpha = 0.35;
  ctx.fillStyle = colour('raised');
  ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  ctx.restore();
}

const limitSigns: Readonly<Record<string, string>> = { highHigh: 'HH', high: 'H', low: 'L', lowLow: 'LL' };

function drawLimits(chart: uPlot, point: PointView, font: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = font.replace('12px', `${11 * devicePixelRatio}px`);
  ctx.lineWidth = 1.2 * devicePixelRatio;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  for (const limit of point.limits) {
    if (limit.setpoint === null) continue;
    const y = chart.valToPos(limit.setpoint, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = colour(`${limit.priority}-edge`);
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    const sign = limitSigns[limit.kind];
    if (sign === undefined) continue;
    ctx.fillStyle = colour(`${limit.priority}-text`);
    ctx.fillText(`${sign} ${formatNumber(limit.setpoint, point.digits)}`, bbox.left + 6 * devicePixelRatio, y - 2 * devicePixelRatio);
  }
  ctx.restore();
}

function drawMarks(chart: uPlot, marksMs: readonly number[]): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour('ink');
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const markMs of marksMs) {
    const x = chart.valToPos(markMs / 1_000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/** Shift-drag moves the window. Caught before the chart's own drag sees it. */
function enablePanning(chart: uPlot, latest: { readonly current: Latest }): () => void {
  const onPointerDown = (event: MouseEvent): void => {
    if (!event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { fromMs, toMs } = latest.current.props;
    const msPerPixel = (toMs - fromMs) / chart.over.clientWidth;
    const startX = event.clientX;
    const onMove = (move: MouseEvent): void => {
      const by = (startX - move.clientX) * msPerPixel;
      latest.current.props.onRange?.(fromMs + by, toMs + by);
    };
    const onUp = (): void => {
      removeEventListener('mousemove', onMove);
      removeEventListener('mouseup', onUp);
    };
    addEventListener('mousemove', onMove);
    addEventListener('mouseup', onUp);
  };
  chart.root.addEventListener('mousedown', onPointerDown, { capture: true });
  return () => chart.root.removeEventListener('mousedown', onPointerDown, { capture: true });
}
