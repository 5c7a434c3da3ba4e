// How the lines of a pane are told apart: each by a letter on it, a dash and a lightness of its own; the hue helps those who see it. None is an alarm's.
import type { PointView } from '../../domain/api/plant-api.ts';
import type { QualitySpan, TrendLimit } from '../../domain/api/trends-api.ts';
import type { Span, TrendColumns } from './trend-data.ts';

export interface PenStyle {
  /** Custom property of `trends.css`. */
  readonly colour: string;
  readonly dash: readonly number[];
}

export const penStyles: readonly PenStyle[] = [
  { colour: '--pen-1', dash: [] },
  { colour: '--pen-2', dash: [9, 4] },
  { colour: '--pen-3', dash: [2, 3] },
  { colour: '--pen-4', dash: [11, 3, 2, 3] },
  { colour: '--pen-5', dash: [5, 5] },
  { colour: '--pen-6', dash: [14, 3, 2, 3, 2, 3] },
];

/** One point in a pane, with all that is drawn of it. */
export interface Pen {
  readonly point: PointView;
  /** A, B, C … over the whole page. */
  readonly letter: string;
  readonly style: PenStyle;
  /** Lines with the same key share an axis. */
  readonly scaleKey: string;
  readonly columns: TrendColumns;
  /** The same time earlier, moved here; null without a comparison. */
  readonly earlier: TrendColumns | null;
  /** How long a row holds where nothing follows it. */
  readonly holdMs: number;
  readonly gaps: readonly Span[];
  readonly quality: readonly QualitySpan[];
  readonly limits: readonly TrendLimit[];
}

export function letterOf(index: number): string {
  return String.fromCharCode(65 + (index % 26));
}

/** Within a pane every line looks different from the first ones; alone, it is the plain one. */
export function styleOf(indexInPane: number): PenStyle {
  return penStyles[indexInPane % penStyles.length] ?? { colour: '--pen-1', dash: [] };
}

/** Lines of one unit share an axis, unless one instrument's range would flatten another's; a state has its own. */
export function scaleKeysOf(points: readonly Pick<PointView, 'kind' | 'id' | 'unit' | 'range'>[]): Map<string, string> {
  const keys = new Map<string, string>();
  const groups: { readonly unit: string; readonly span: number; readonly key: string }[] = [];
  for (const point of points.toSorted((one, other) => spanOf(one) - spanOf(other))) {
    if (point.kind === 'discrete') {
      keys.set(point.id, `state ${point.id}`);
      continue;
    }
    const span = spanOf(point);
    let group = groups.find(({ unit, span: smallest }) => unit === point.unit && span <= smallest * mostUnequal);
    if (group === undefined) {
      group = { unit: point.unit, span, key: `unit ${point.unit} ${groups.length}` };
      groups.push(group);
    }
    keys.set(point.id, group.key);
  }
  return keys;
}

const mostUnequal = 4;

/** Of a point without a range nothing is known that would set it apart. */
function spanOf({ range }: Pick<PointView, 'range'>): number {
  return range === null ? 1 : range.max - range.min;
}

export function sharesAxis(one: PointView, other: PointView): boolean {
  return new Set(scaleKeysOf([one, other]).values()).size === 1;
}
