// What is painted on a pane beside the lines themselves: gaps, bad quality, limits with their history, set-points, marks, and the letters on the lines.
import type uPlot from 'uplot';
import type { TrendMark } from '../../domain/api/trends-api.ts';
import { formatNumber } from '../values/format-value.ts';
import type { Span } from './trend-data.ts';
import type { Pen } from './trend-pens.ts';

export const chartFont = '"Noto Sans SC Variable", "Noto Sans SC", system-ui, sans-serif';
const limitSigns: Readonly<Record<string, string>> = { highHigh: 'HH', high: 'H', low: 'L', lowLow: 'LL' };

const laneHeight = 5;
const pensWithLimits = 2;

export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function within(chart: uPlot, paint: (ctx: CanvasRenderingContext2D, box: uPlot.BBox, ratio: number) => void): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paint(ctx, bbox, devicePixelRatio);
  ctx.restore();
}

function xOf(chart: uPlot, timeMs: number): number {
  return chart.valToPos(timeMs / 1_000, 'x', true);
}

function hatchOf(ctx: CanvasRenderingContext2D, ink: string, kind: 'lines' | 'dots'): CanvasPattern | string {
  const tile = document.createElement('canvas');
  const size = Math.round(8 * devicePixelRatio);
  tile.width = size;
  tile.height = size;
  const brush = tile.getContext('2d');
  if (brush === null) return ink;
  brush.strokeStyle = ink;
  brush.fillStyle = ink;
  brush.lineWidth = devicePixelRatio;
  if (kind === 'dots') brush.fillRect(size / 2, size / 2, 1.5 * devicePixelRatio, 1.5 * devicePixelRatio);
  else {
    brush.beginPath();
    for (const shift of [-size, 0, size]) {
      brush.moveTo(shift - 1, size + 1);
      brush.lineTo(shift + size + 1, -1);
    }
    brush.stroke();
  }
  return ctx.createPattern(tile, 'repeat') ?? ink;
}

/** Under the lines. One pen: over the whole height. Several: a lane for each at the foot, in the order of the legend. */
export function drawGround(chart: uPlot, pens: readonly Pen[]): void {
  within(chart, (ctx, box, ratio) => {
    const alone = pens.length === 1 ? pens[0] : undefined;
    if (alone !== undefined) drawNormalBand(chart, alone, ctx, box);
    const gapHatch = hatchOf(ctx, colour('--hatch'), 'lines');
    const badHatch = hatchOf(ctx, colour('--diagnostic'), 'lines');
    const uncertainDots = hatchOf(ctx, colour('--diagnostic-text'), 'dots');
    const badWash = colour('--diagnostic-wash');
    const lane = laneHeight * ratio;
    for (const [index, pen] of pens.entries()) {
      const height = alone === undefined ? lane : box.height;
      const top = alone === undefined ? box.top + box.height - (pens.length - index) * (lane + ratio) : box.top;
      const fill = (span: Span, style: CanvasPattern | string, alpha: number): void => {
        const left = xOf(chart, span.fromMs);
        ctx.globalAlpha = alpha;
        ctx.fillStyle = style;
        ctx.fillRect(left, top, Math.max(ratio, xOf(chart, span.toMs) - left), height);
      };
      for (const gap of pen.gaps) fill(gap, gapHatch, 0.55);
      for (const span of pen.quality) {
        fill(span, badWash, span.severity === 'bad' ? 0.85 : 0.35);
        fill(span, span.severity === 'bad' ? badHatch : uncertainDots, span.severity === 'bad' ? 0.4 : 0.8);
      }
    }
  });
}

function drawNormalBand(chart: uPlot, pen: Pen, ctx: CanvasRenderingContext2D, box: uPlot.BBox): void {
  const { normal } = pen.point;
  if (normal === null) return;
  const top = Math.max(box.top, chart.valToPos(normal.max, pen.scaleKey, true));
  const bottom = Math.min(box.top + box.height, chart.valToPos(normal.min, pen.scaleKey, true));
  if (bottom <= top) return;
  ctx.globalAlpha = 0.35;
  ctx.fillStyle = colour('--raised');
  ctx.fillRect(box.left, top, box.width, bottom - top);
  ctx.globalAlpha = 1;
}

/** Limits as steps: what was in force when. Of many lines, only those of the one that is pointed at in the legend. */
export function drawLimits(chart: uPlot, pens: readonly Pen[], untilMs: number, pointedAt: string | null): void {
  within(chart, (ctx, box, ratio) => {
    ctx.font = `${11 * ratio}px ${chartFont}`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'bottom';
    const labelled: number[] = [];
    const label = (text: string, x: number, y: number): void => {
      if (labelled.some((other) => Math.abs(other - y) < 11 * ratio)) return;
      labelled.push(y);
      ctx.fillText(text, x + 6 * ratio, y - 2 * ratio);
    };
    for (const pen of pens.filter(({ point }) => (pointedAt === null ? pens.length <= pensWithLimits : point.id === pointedAt))) {
      const key = pen.scaleKey;
      const name = pens.length > 1 ? `${pen.letter} ` : '';
      const yOf = (value: number): number => chart.valToPos(value, key, true);
      for (const limit of pen.limits) {
        ctx.strokeStyle = colour(`--${limit.priority}-edge`);
        ctx.fillStyle = colour(`--${limit.priority}-text`);
        ctx.lineWidth = 1.2 * ratio;
        ctx.setLineDash([6 * ratio, 4 * ratio]);
        let beforeY: number | null = null;
        for (const [index, step] of limit.steps.entries()) {
          const startX = index === 0 ? box.left : xOf(chart, step.fromMs);
          const next = limit.steps[index + 1];
          const endX = next === undefined ? Math.max(startX, box.left + box.width) : xOf(chart, next.fromMs);
          if (step.setpoint === null || endX < box.left || startX > box.left + box.width) {
            beforeY = null;
            continue;
          }
          const y = yOf(step.setpoint);
          ctx.beginPath();
          if (beforeY !== null) ctx.moveTo(startX, beforeY);
          else ctx.moveTo(startX, y);
          ctx.lineTo(startX, y);
          ctx.lineTo(endX, y);
          ctx.stroke();
          beforeY = y;
          const sign = limitSigns[limit.kind] ?? '';
          label(`${name}${sign} ${formatNumber(step.setpoint, pen.point.digits)}`, Math.max(startX, box.left), y);
        }
      }
      const { setpoint } = pen.point;
      if (setpoint === null) continue;
      ctx.strokeStyle = colour(pen.style.colour);
      ctx.fillStyle = colour('--muted');
      ctx.lineWidth = ratio;
      ctx.setLineDash([2 * ratio, 5 * ratio]);
      ctx.beginPath();
      ctx.moveTo(box.left, yOf(setpoint));
      ctx.lineTo(Math.min(box.left + box.width, xOf(chart, untilMs)), yOf(setpoint));
      ctx.stroke();
      label(`${name}SP ${formatNumber(setpoint, pen.point.digits)}`, box.left, yOf(setpoint));
    }
    ctx.setLineDash([]);
  });
}

/** Upright lines; their signs stand above the pane, as buttons. */
export function drawMarkLines(chart: uPlot, marks: readonly Pick<TrendMark, 'timeMs' | 'kind' | 'priority'>[]): void {
  within(chart, (ctx, box, ratio) => {
    for (const mark of marks) {
      const x = xOf(chart, mark.timeMs);
      if (x < box.left - 1 || x > box.left + box.width + 1) continue;
      const isRaise = mark.kind === 'alarm.raise';
      ctx.strokeStyle = isRaise && mark.priority !== null ? colour(`--${mark.priority}-edge`) : colour('--faint');
      ctx.lineWidth = (isRaise ? 1.5 : 1) * ratio;
      ctx.setLineDash(isRaise ? [] : [3 * ratio, 3 * ratio]);
      ctx.globalAlpha = isRaise ? 0.9 : 0.6;
      ctx.beginPath();
      ctx.moveTo(x, box.top);
      ctx.lineTo(x, box.top + box.height);
      ctx.stroke();
    }
    ctx.setLineDash([]);
  });
}

/** The letter of each pen on its line, twice, so that lines are told apart without any colour. */
export function drawLetters(chart: uPlot, pens: readonly Pen[]): void {
  if (pens.length < 2) return;
  within(chart, (ctx, box, ratio) => {
    const side = 15 * ratio;
    ctx.font = `600 ${11 * ratio}px ${chartFont}`;
    ctx.textAlign = 'center';
    ctx.setLineDash([]);
    ctx.textBaseline = 'middle';
    for (const [index, pen] of pens.entries()) {
      for (const half of [0, 0.5]) {
        const x = box.left + box.width * (half + (0.5 * (index + 0.5)) / pens.length);
        const value = meanNear(pen, chart.posToVal((x - box.left) / ratio, 'x'));
        if (value === null) continue;
        const y = chart.valToPos(value, pen.scaleKey, true);
        ctx.fillStyle = colour('--surface');
        ctx.strokeStyle = colour(pen.style.colour);
        ctx.lineWidth = 1.2 * ratio;
        ctx.beginPath();
        ctx.roundRect(x - side / 2, y - side / 2, side, side, 3 * ratio);
        ctx.fill();
        ctx.stroke();
        ctx.fillStyle = colour(pen.style.colour);
        ctx.fillText(pen.letter, x, y + ratio * 0.5);
      }
    }
  });
}

function meanNear(pen: Pen, time: number): number | null {
  const { times, means } = pen.columns;
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((times[middle] ?? 0) <= time) low = middle;
    else high = middle - 1;
  }
  const at = times[low];
  return at === undefined || Math.abs(at - time) * 1_000 > pen.holdMs ? null : (means[low] ?? null);
}
