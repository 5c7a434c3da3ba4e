// The address of the trend page is the whole of what it shows: points by pane, window, comparison. Here it is read, written and changed. Pure.
import {
  mostTrendPanes,
  mostTrendPoints,
  type TrendComparison,
  type TrendContent,
  type TrendScale,
  type TrendWindow,
  trendComparisons,
  trendScales,
  type ValueRange,
  valueRangeSchema,
} from '../../domain/trends/trend-view.ts';

export interface TrendsSearch {
  /** Point ids; a comma between points of one pane, a semicolon between panes. */
  readonly points?: string;
  /** Epoch ms; both absent while live. */
  readonly from?: number;
  readonly to?: number;
  /** Length of the live window, minutes. */
  readonly minutes?: number;
  readonly compare?: Exclude<TrendComparison, 'none'>;
  readonly scale?: Exclude<TrendScale, 'data'>;
  readonly marks?: 'off';
  /** Values shown of a point's axis: `GS-01.PT-101:0.39:0.41;…` */
  readonly values?: string;
}

export type Panes = readonly (readonly string[])[];

const defaultMinutes = 60;
export const shortestWindowMs = 1_000;
export const longestWindowMs = 10 * 366 * 86_400_000;

/** Of any address, what makes sense. */
export function readTrendsSearch(search: Readonly<Record<string, unknown>>): TrendsSearch {
  const { points, from, to, minutes } = search;
  const compare = trendComparisons.find((name) => name === search.compare);
  const scale = trendScales.find((name) => name === search.scale);
  return {
    ...(typeof points === 'string' && points !== '' ? { points } : {}),
    ...(isMoment(from) && isMoment(to) && from < to ? { from, to } : {}),
    ...(typeof minutes === 'number' && minutes > 0 && minutes <= longestWindowMs / 60_000 ? { minutes } : {}),
    ...(compare === undefined || compare === 'none' ? {} : { compare }),
    ...(scale === undefined || scale === 'data' ? {} : { scale }),
    ...(search.marks === 'off' ? { marks: 'off' } : {}),
    ...(typeof search.values === 'string' && search.values !== '' ? { values: search.values } : {}),
  };
}

function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 8e15;
}

export function panesOf(search: TrendsSearch): Panes {
  const seen = new Set<string>();
  const panes = (search.points ?? '').split(';').map((pane) =>
    pane.split(',').filter((id) => {
      if (id === '' || seen.has(id) || seen.size >= mostTrendPoints) return false;
      seen.add(id);
      return true;
    }),
  );
  return panes.filter((pane) => pane.length > 0).slice(0, mostTrendPanes);
}

export function windowOf(search: TrendsSearch): TrendWindow {
  return search.from !== undefined && search.to !== undefined
    ? { kind: 'past', fromMs: search.from, toMs: search.to }
    : { kind: 'live', minutes: search.minutes ?? defaultMinutes };
}

export function withPanes(search: TrendsSearch, panes: Panes): TrendsSearch {
  const { points: _, ...rest } = search;
  const text = panes
    .filter((pane) => pane.length > 0)
    .map((pane) => pane.join(','))
    .join(';');
  return text === '' ? rest : { ...rest, points: text };
}

export function withWindow(search: TrendsSearch, window: TrendWindow): TrendsSearch {
  const { from: _from, to: _to, minutes: _minutes, ...rest } = search;
  if (window.kind === 'past') return { ...rest, from: Math.round(window.fromMs), to: Math.round(window.toMs) };
  return { ...rest, minutes: window.minutes };
}

export function valuesOf({ values = '' }: TrendsSearch): ValueRange[] {
  return values.split(';').flatMap((text) => {
    const [pointId = '', minimum, maximum] = text.split(':');
    const parsed = valueRangeSchema.safeParse({ pointId, minimum: Number(minimum), maximum: Number(maximum) });
    return parsed.success ? [parsed.data] : [];
  });
}

/** Of these points' axes, what is shown now; of all others nothing changes. */
export function withValues(search: TrendsSearch, pointIds: readonly string[], values: readonly ValueRange[]): TrendsSearch {
  const { values: _, ...rest } = search;
  const all = [...valuesOf(search).filter(({ pointId }) => !pointIds.includes(pointId)), ...values];
  const text = all.map(({ pointId, minimum, maximum }) => `${pointId}:${rounded(minimum)}:${rounded(maximum)}`).join(';');
  return text === '' ? rest : { ...rest, values: text };
}

/** Finer than a pixel, and no longer than it must be. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

export function contentOf(search: TrendsSearch): TrendContent {
  return {
    panes: panesOf(search).map((pane) => [...pane]),
    window: windowOf(search),
    comparison: search.compare ?? 'none',
    scale: search.scale ?? 'data',
    hasMarks: search.marks !== 'off',
    values: valuesOf(search),
  };
}

export function searchOf(content: TrendContent): TrendsSearch {
  const base: TrendsSearch = {
    ...(content.comparison === 'none' ? {} : { compare: content.comparison }),
    ...(content.scale === 'data' ? {} : { scale: content.scale }),
    ...(content.hasMarks ? {} : { marks: 'off' }),
  };
  return withValues(withWindow(withPanes(base, content.panes), content.window), [], content.values);
}

/** To the pane with the same unit, or a new one; where there can be no new one, to the last. */
export function addPoint(panes: Panes, pointId: string, hasSameUnit: (pointId: string) => boolean): Panes {
  if (panes.flat().includes(pointId) || panes.flat().length >= mostTrendPoints) return panes;
  const target = panes.findIndex((pane) => pane.every(hasSameUnit));
  const to = target === -1 && panes.length >= mostTrendPanes ? panes.length - 1 : target;
  return to === -1 ? [...panes, [pointId]] : panes.map((pane, index) => (index === to ? [...pane, pointId] : pane));
}

export function removePoint(panes: Panes, pointId: string): Panes {
  return panes.map((pane) => pane.filter((id) => id !== pointId)).filter((pane) => pane.length > 0);
}

/** To another pane; `to` one past the last makes a new pane. */
export function movePoint(panes: Panes, pointId: string, to: number): Panes {
  if (to < 0 || to > panes.length || !panes.flat().includes(pointId)) return panes;
  if (panes[to]?.includes(pointId) === true) return panes;
  if (to === panes.length && panes.length >= mostTrendPanes) return panes;
  const moved = panes.map((pane, index) => {
    const without = pane.filter((id) => id !== pointId);
    return index === to ? [...without, pointId] : without;
  });
  return (to === panes.length ? [...moved, [pointId]] : moved).filter((pane) => pane.length > 0);
}

/** A window zoomed about a moment in it (a factor below 1 shows less), kept between the shortest and the longest, never beyond now. */
export function zoomed(
  window: { readonly fromMs: number; readonly toMs: number },
  factor: number,
  aboutMs: number,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const span = window.toMs - window.fromMs;
  const wanted = Math.min(longestWindowMs, Math.max(shortestWindowMs, span * factor));
  const share = span === 0 ? 0.5 : Math.min(1, Math.max(0, (aboutMs - window.fromMs) / span));
  const fromMs = aboutMs - wanted * share;
  return upTo({ fromMs, toMs: fromMs + wanted }, nowMs);
}

/** Moved by a share of its length. */
export function panned(
  window: { readonly fromMs: number; readonly toMs: number },
  share: number,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const by = (window.toMs - window.fromMs) * share;
  return upTo({ fromMs: window.fromMs + by, toMs: window.toMs + by }, nowMs);
}

function upTo(window: { readonly fromMs: number; readonly toMs: number }, nowMs: number) {
  const over = Math.max(0, window.toMs - nowMs);
  const fromMs = Math.max(0, window.fromMs - over);
  return { fromMs, toMs: Math.max(fromMs + shortestWindowMs, window.toMs - over) };
}
