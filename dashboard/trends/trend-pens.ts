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

/** Pens with the same key share an axis: those of one unit; a state has its own. */
export function scaleKeyOf(point: Pick<PointView, 'kind' | 'id' | 'unit'>): string {
  return point.kind === 'discrete' ? `state ${point.id}` : `unit ${point.unit}`;
}
