// New alarms over time as bars, with the most that one person can take in as a line, and floods shaded.
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react';
import uPlot from 'uplot';
import type { PerformanceView } from '../../domain/api/performance-api.ts';
import { useWords } from '../language/language.ts';
import { shownTheme } from '../look/theme.ts';
import { useZone } from '../session/plant-context.tsx';
import { timeSplits, timeSteps, timeTexts } from '../trends/time-axis.ts';
import 'uplot/dist/uPlot.min.css';

const height = 200;
const tenMinutesMs = 600_000;
const mostInTenMinutes = 10;

export interface RateChartProps {
  readonly buckets: PerformanceView['buckets'];
  readonly floods: PerformanceView['floods'];
  readonly toMs: number;
}

export function RateChart(props: RateChartProps): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const theme = useSyncExternalStore(shownTheme.subscribe, shownTheme.get);
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ props, zone });
  latest.current = { props, zone };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the document while the chart is made
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const chart = new uPlot(optionsOf(latest, element), dataOf(latest.current.props), element);
    plot.current = chart;
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [theme]);

  useEffect(() => {
    plot.current?.setData(dataOf(props), true);
  }, [props]);

  const { counts } = props.buckets;
  const label = t('performance.chartLabel', { count: counts.length, most: Math.max(0, ...counts) });
  return <div ref={holder} className="rate-chart" role="img" aria-label={label} style={{ height }} data-testid="rate-chart" />;
}

function dataOf({ buckets }: RateChartProps): uPlot.AlignedData {
  const times = buckets.counts.map((_, index) => (buckets.startMs + (index + 0.5) * buckets.bucketMs) / 1_000);
  const isTooMany = (count: number): boolean => buckets.bucketMs === tenMinutesMs && count > mostInTenMinutes;
  return [
    times,
    buckets.counts.map((count) => (isTooMany(count) ? null : count)),
    buckets.counts.map((count) => (isTooMany(count) ? count : null)),
  ];
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function optionsOf(
  latest: { readonly current: { readonly props: RateChartProps; readonly zone: string } },
  element: HTMLElement,
): uPlot.Options {
  const font = '12px "Noto Sans SC Variable", "Noto Sans SC", system-ui, sans-serif';
  const axis: uPlot.Axis = {
    stroke: colour('muted'),
    font,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { stroke: colour('line'), width: 1, size: 5 },
  };
  const bars = uPlot.paths.bars?.({ size: [0.85, Number.POSITIVE_INFINITY], align: 0 });
  const bar = (name: string): uPlot.Series => ({
    fill: colour(name),
    stroke: colour(name),
    width: 0,
    points: { show: false },
    ...(bars !== undefined && { paths: bars }),
  });
  return {
    width: element.clientWidth || 600,
    height,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: {
        time: false,
        range: () => {
          const { buckets, toMs } = latest.current.props;
          return [buckets.startMs / 1_000, Math.max(toMs, buckets.startMs + buckets.bucketMs) / 1_000];
        },
      },
      y: { range: (_, __, maximum) => [0, Math.max(mostInTenMinutes * 1.2, (maximum ?? 0) * 1.1)] },
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
      { ...axis, size: 48, space: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] },
    ],
    series: [{}, bar('spark'), bar('ink')],
    hooks: {
      drawAxes: [(chart) => shadeFloods(chart, latest.current.props)],
      draw: [(chart) => drawMost(chart, latest.current.props)],
    },
  };
}

function shadeFloods(chart: uPlot, { floods, toMs }: RateChartProps): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.fillStyle = colour('sunken');
  for (const flood of floods) {
    const left = Math.max(bbox.left, chart.valToPos(flood.startMs / 1_000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos((flood.endMs ?? toMs) / 1_000, 'x', true));
    if (right > left) ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  ctx.restore();
}

function drawMost(chart: uPlot, { buckets }: RateChartProps): void {
  if (buckets.bucketMs !== tenMinutesMs) return;
  const { ctx, bbox } = chart;
  const y = chart.valToPos(mostInTenMinutes, 'y', true);
  ctx.save();
  ctx.strokeStyle = colour('muted');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
