// A reading as text: with the digits that the instrument deserves, or the name of its state; never a bare guess.
import type { PointView } from '../../domain/api/plant-api.ts';
import type { Language } from '../../domain/text/localized-text.ts';

export type ShownPoint = Pick<PointView, 'kind' | 'digits' | 'states' | 'unit'>;

export function formatNumber(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  // −0.00 is no number that anyone measures.
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

export function formatValue(point: ShownPoint, value: number | string, language: Language): string {
  if (typeof value === 'string') return value;
  const state = point.states?.find((candidate) => candidate.value === value);
  if (state !== undefined) return state.name[language];
  return point.kind === 'analog' ? formatNumber(value, point.digits) : formatNumber(value, point.kind === 'discrete' ? 0 : point.digits);
}

export function isAbnormalState(point: ShownPoint, value: number | string): boolean {
  return point.states?.some((candidate) => candidate.value === value && !candidate.isNormal) ?? false;
}

/** Two largest parts: `2 h 5 min`, `3 min 20 s`, `40 s`. */
export function durationParts(
  durationMs: number,
): readonly { readonly unit: 'days' | 'hours' | 'minutes' | 'seconds'; readonly count: number }[] {
  let seconds = Math.max(0, Math.round(durationMs / 1_000));
  const days = Math.floor(seconds / 86_400);
  seconds -= days * 86_400;
  const hours = Math.floor(seconds / 3_600);
  seconds -= hours * 3_600;
  const minutes = Math.floor(seconds / 60);
  seconds -= minutes * 60;
  const parts = [
    { unit: 'days', count: days },
    { unit: 'hours', count: hours },
    { unit: 'minutes', count: minutes },
    { unit: 'seconds', count: seconds },
  ] as const;
  const first = parts.findIndex((part) => part.count > 0);
  if (first === -1) return [{ unit: 'seconds', count: 0 }];
  return parts.slice(first, first + 2).filter((part) => part.count > 0);
}
