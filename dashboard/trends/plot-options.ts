// The chart library told what a pane is: axes by unit, lines by pen, time in the plant's zone, zooming by drag.
import uPlot from 'uplot';
import type { Language } from '../../domain/text/localized-text.ts';
import { formatNumber } from '../values/format-value.ts';
import { chartFont, colour } from './draw-plot.ts';
import { timeSplits, timeSteps, timeTexts } from './time-axis.ts';
import { digitsOf, valueRange } from './trend-data.ts';
import type { Pen } from './trend-pens.ts';
import type { TrendPlotProps } from './trend-plot.tsx';

export interface PlotState {
  readonly props: TrendPlotProps;
  readonly zone: string;
  readonly language: Language;
}

/** The drawing area in CSS pixels, from the left of the chart. */
export interface HorizontalBox {
  readonly left: number;
  readonly width: number;
}

const axisHeight = 28;
const axisWidth = 62;
const labelWidth = 18;

export interface AxisSides {
  readonly left: number;
  readonly right: number;
}

/** Axes stand left and right in turns. */
export function sidesOf(pens: readonly Pick<Pen, 'scaleKey'>[]): AxisSides {
  const count = new Set(pens.map(({ scaleKey }) => scaleKey)).size;
  return { left: Math.ceil(count / 2), right: Math.floor(count / 2) };
}

export function pensByScale(pens: readonly Pen[]): Map<string, Pen[]> {
  const found = new Map<string, Pen[]>();
  for (const pen of pens) {
    found.set(pen.scaleKey, [...(found.get(pen.scaleKey) ?? []), pen]);
  }
  return found;
}

export function shownRanges({ props }: PlotState): Map<string, readonly [number, number]> {
  const ranges = new Map<string, readonly [number, number]>();
  for (const [key, pens] of pensByScale(props.pens)) {
    const chosen = props.values?.find(({ pointId }) => pens.some(({ point }) => point.id === pointId));
    ranges.set(key, chosen === undefined ? rangeOf(pens, props) : [chosen.minimum, chosen.maximum]);
  }
  return ranges;
}

function rangeOf(pens: readonly Pen[], props: TrendPlotProps): readonly [number, number] {
  const states = pens.flatMap(({ point }) => (point.kind === 'discrete' ? (point.states ?? []) : [])).map(({ value }) => value);
  if (states.length > 0) return [Math.min(...states) - 0.4, Math.max(...states) + 0.6];
  const instruments = pens.flatMap(({ point }) => (point.range === null ? [] : [point.range]));
  if (props.scale === 'instrument' && instruments.length > 0) {
    const low = Math.min(...instruments.map(({ min }) => min));
    const high = Math.max(...instruments.map(({ max }) => max));
    return [low, high + (high - low) * 0.04];
  }
  return valueRange(
    pens.flatMap(({ columns, earlier }) => (earlier === null ? [columns] : [columns, earlier])),
    {
      limits: pens.flatMap(({ limits, point }) => [
        ...limits.flatMap(({ steps }) => steps.flatMap(({ setpoint }) => setpoint ?? [])),
        ...(point.setpoint === null ? [] : [point.setpoint]),
      ]),
      always: props.shownValues ?? [],
      minimumSpan: Math.max(0, ...instruments.map(({ min, max }) => (max - min) * 0.02)),
    },
  );
}

export function optionsOf(
  latest: { readonly current: PlotState },
  element: HTMLElement,
  onBox: (box: HorizontalBox) => void,
): uPlot.Options {
  const { props } = latest.current;
  const { pens } = props;
  const font = `12px ${chartFont}`;
  const line = colour('--line');
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    font,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 5 },
  };
  const own = sidesOf(pens);
  const missing = (side: keyof AxisSides): number => Math.max(0, (props.sides?.[side] ?? 0) - own[side]) * (axisWidth + labelWidth);
  const ranges = shownRanges(latest.current);
  const scales: uPlot.Scales = { x: { time: false, auto: false, min: props.fromMs / 1_000, max: props.toMs / 1_000 } };
  for (const [key, [min, max]] of ranges) scales[key] = { auto: false, min, max };
  return {
    width: element.clientWidth || 600,
    height: props.height,
    legend: { show: false },
    // As wide as the pane with the most axes: the same moment stands under itself in every pane.
    padding: [6, 12 + missing('right'), 0, missing('left')],
    cursor: {
      drag: { x: true, y: props.onRange !== undefined, uni: 30, setScale: false },
      points: { size: 6, fill: colour('--ink') },
      // A point on each line, at its own nearest row; none where readings are not held so long. Bands and comparisons have none.
      dataIdx: (chart, series, nearest, time) => {
        const step = pens[0]?.earlier === null ? 3 : 4;
        const pen = pens[Math.floor((series - 1) / step)];
        if (series === 0 || pen === undefined) return nearest;
        return (series - 1) % step === 2 ? rowWithValue(chart, series, nearest, time, latestHoldMs(latest, pen) / 1_000) : null;
      },
      bind: {
        dblclick: () => () => {
          const { fromMs, toMs, onRange } = latest.current.props;
          const half = (toMs - fromMs) / 2;
          onRange?.(fromMs - half, toMs + half, 'new', []);
          return null;
        },
      },
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales,
    axes: [
      {
        ...axis,
        size: axisHeight,
        space: 80,
        incrs: timeSteps,
        splits: (_, __, minimum, maximum, step) => timeSplits(minimum, maximum, step, latest.current.zone),
        values: (_, splits, __, ___, step) => timeTexts(splits, step, latest.current.zone),
      },
      ...[...pensByScale(pens)].map(([key, pensOfScale], index) => valueAxis(axis, key, pensOfScale, index, latest)),
    ],
    series: [{}, ...pens.flatMap(seriesOf)],
    bands: bandsOf(pens),
    hooks: {
      setCursor: [
        (chart) => {
          const { left = -10 } = chart.cursor;
          latest.current.props.cursor.set(left < 0 ? null : chart.posToVal(left, 'x') * 1_000);
        },
      ],
      setSelect: [(chart) => select(chart, latest)],
      draw: [],
      setSize: [(chart) => onBox(boxOf(chart))],
      ready: [(chart) => onBox(boxOf(chart))],
    },
  };
}

function latestHoldMs(latest: { readonly current: PlotState }, pen: Pen): number {
  return latest.current.props.pens.find(({ point }) => point.id === pen.point.id)?.holdMs ?? 0;
}

const rowsLookedAt = 60;

/** Rows of other lines lie between those of this one. */
function rowWithValue(chart: uPlot, series: number, nearest: number, time: number, holdSeconds: number): number | null {
  const values = chart.data[series];
  const times = chart.data[0];
  for (let away = 0; away <= rowsLookedAt; away++) {
    for (const row of [nearest - away, nearest + away]) {
      const value = values?.[row];
      if (value !== null && value !== undefined) return Math.abs((times[row] ?? 0) - time) <= holdSeconds ? row : null;
    }
  }
  return null;
}

function boxOf(chart: uPlot): HorizontalBox {
  return { left: chart.bbox.left / devicePixelRatio, width: chart.bbox.width / devicePixelRatio };
}

function valueAxis(
  axis: uPlot.Axis,
  key: string,
  pens: readonly Pen[],
  index: number,
  latest: { readonly current: PlotState },
): uPlot.Axis {
  const [first] = pens;
  const digits = Math.max(...pens.map(({ point }) => point.digits));
  const letters = latest.current.props.pens.length > 1 ? `${pens.map(({ letter }) => letter).join(' ')}  ` : '';
  const states = first?.point.kind === 'discrete' ? first.point.states : null;
  const common = { ...axis, scale: key, side: index % 2 === 0 ? 3 : 1, ...(index === 0 ? {} : { grid: { show: false } }) };
  const label = `${letters}${first?.point.unit ?? ''}`.trim();
  // A blank keeps the place: all axes are of one width.
  const named = { label: label === '' ? ' ' : label, labelSize: labelWidth, labelGap: 0, labelFont: `12px ${chartFont}` };
  if (states !== null)
    return {
      ...common,
      ...named,
      size: axisWidth,
      splits: () => states.map(({ value }) => value),
      values: (_, splits) => splits.map((value) => states.find((state) => state.value === value)?.name[latest.current.language] ?? ''),
    };
  return {
    ...common,
    ...named,
    size: axisWidth,
    space: 34,
    values: (_, splits) => splits.map((value) => formatNumber(value, digitsOf(splits, digits))),
  };
}

function seriesOf(pen: Pen): uPlot.Series[] {
  const stroke = colour(pen.style.colour);
  const scale = pen.scaleKey;
  const isStepped = pen.point.kind === 'discrete';
  const paths = isStepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  const common: uPlot.Series = { scale, points: { show: false }, ...(paths === undefined ? {} : { paths }) };
  const edge: uPlot.Series = { ...common, stroke: 'transparent', width: 0 };
  const mean: uPlot.Series = {
    ...common,
    stroke,
    width: 1.6,
    dash: [...pen.style.dash],
    // A reading alone between two gaps makes no line.
    points: { show: true, size: 4, stroke, fill: stroke, filter: (chart, index) => alone(chart.data[index] ?? []) },
  };
  if (pen.earlier === null) return [edge, edge, mean];
  return [edge, edge, mean, { ...common, stroke, width: 1, dash: [3, 4], alpha: 0.55 }];
}

function alone(values: ArrayLike<number | null | undefined>): number[] {
  const found: number[] = [];
  let before: number | null = null;
  let isHeld = false;
  let held = -1;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === undefined) continue;
    if (value === null) {
      if (isHeld) found.push(held);
      isHeld = false;
    } else {
      isHeld = before === null;
      held = index;
    }
    before = value;
  }
  if (isHeld) found.push(held);
  return found;
}

function bandsOf(pens: readonly Pen[]): uPlot.Band[] {
  const bands: uPlot.Band[] = [];
  let index = 1;
  for (const pen of pens) {
    const fill = pens.length === 1 ? colour('--band') : `color-mix(in srgb, ${colour(pen.style.colour)} 22%, transparent)`;
    bands.push({ series: [index + 1, index], fill });
    index += pen.earlier === null ? 3 : 4;
  }
  return bands;
}

function select(chart: uPlot, latest: { readonly current: PlotState }): void {
  const { left, top, width, height } = chart.select;
  if (width < 4 && height < 4) return;
  const { clientWidth, clientHeight } = chart.over;
  const isHigh = height > 4 && height < clientHeight - 1;
  const isWide = width > 4 && width < clientWidth - 1;
  const { pens, fromMs, toMs, onRange } = latest.current.props;
  const values = [...pensByScale(pens)].flatMap(([key, [first]]) => {
    const [minimum, maximum] = [chart.posToVal(top + height, key), chart.posToVal(top, key)];
    return first === undefined ? [] : [{ pointId: first.point.id, minimum, maximum }];
  });
  const from = isWide ? chart.posToVal(left, 'x') * 1_000 : fromMs;
  const to = isWide ? chart.posToVal(left + width, 'x') * 1_000 : toMs;
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onRange?.(from, to, 'new', isHigh ? values : undefined);
}
