// Where the marks of a time axis stand and what they say, in the zone of the plant. The chart library's own axis follows the browser's zone and
// stumbles over summer time there, so it is not used.
import { formatClock, formatDate, formatDay, formatMinute, plantTimeOf, zoneOffsetMs } from '../time/plant-time.ts';

const second = 1;
const minute = 60;
const hour = 3_600;
const day = 86_400;
/** Every zone's offset is a whole number of quarters of an hour. */
const quarter = 900;

/** Steps between marks that people count in, seconds. From 28 days on: a month, a quarter, half a year, a year. */
export const timeSteps: number[] = [
  second / 10,
  second / 5,
  second / 2,
  second,
  2,
  5,
  10,
  15,
  30,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  28 * day,
  91 * day,
  182 * day,
  364 * day,
];

const monthsOfStep = new Map([
  [28 * day, 1],
  [91 * day, 3],
  [182 * day, 6],
  [364 * day, 12],
]);
const marksMaximum = 500;

/** Marks between two times (epoch seconds), on round local times. */
export function timeSplits(minimum: number, maximum: number, step: number, zone: string): number[] {
  const months = monthsOfStep.get(step);
  if (months !== undefined) return monthSplits(minimum, maximum, months, zone);
  if (step >= day) return daySplits(minimum, maximum, Math.round(step / day), zone);
  const splits: number[] = [];
  const stride = step < second ? step : commonDivisor(step, quarter);
  for (let index = Math.ceil(minimum / stride - 1e-6); splits.length < marksMaximum; index++) {
    const utc = step < second ? Math.round(index * stride * 1_000) / 1_000 : index * stride;
    if (utc > maximum) return splits;
    // Asked at each mark: the offset may change within the axis. A local hour that comes twice has its marks twice, one that is left out has none.
    const local = Math.round((utc + zoneOffsetMs(utc * 1_000, zone) / 1_000) * 1_000);
    if (local % Math.round(step * 1_000) === 0) splits.push(utc);
  }
  return splits;
}

function daySplits(minimum: number, maximum: number, stepDays: number, zone: string): number[] {
  const first = plantTimeOf(minimum * 1_000, zone);
  const firstDay = Math.floor(Date.UTC(first.year, first.month - 1, first.day) / 86_400_000);
  const splits: number[] = [];
  for (let index = firstDay; splits.length < marksMaximum; index++) {
    // Counted from a Monday, so that marks stay where they are while the window moves.
    if ((index + 3) % stepDays !== 0) continue;
    const utc = startOfDay(index * day, zone);
    if (utc > maximum) return splits;
    if (utc >= minimum) splits.push(utc);
  }
  return splits;
}

function monthSplits(minimum: number, maximum: number, stepMonths: number, zone: string): number[] {
  const first = plantTimeOf(minimum * 1_000, zone);
  const splits: number[] = [];
  for (let month = Math.floor((first.month - 1) / stepMonths) * stepMonths; splits.length < marksMaximum; month += stepMonths) {
    const utc = startOfDay(Date.UTC(first.year, month, 1) / 1_000, zone);
    if (utc > maximum) return splits;
    if (utc >= minimum) splits.push(utc);
  }
  return splits;
}

/** First moment of a local day, given as its midnight were the zone UTC. Where summer time skips midnight, the moment after it. */
function startOfDay(localMidnight: number, zone: string): number {
  const offsetAt = (utc: number): number => zoneOffsetMs(utc * 1_000, zone) / 1_000;
  const before = localMidnight - offsetAt(localMidnight - day);
  const after = localMidnight - offsetAt(localMidnight + day);
  for (const utc of before < after ? [before, after] : [after, before]) if (utc + offsetAt(utc) === localMidnight) return utc;
  // Skipped: the change itself, found on its quarter of an hour.
  for (let utc = Math.min(before, after); utc <= Math.max(before, after); utc += quarter)
    if (utc + offsetAt(utc) > localMidnight) return utc;
  return after;
}

function commonDivisor(one: number, other: number): number {
  return other === 0 ? one : commonDivisor(other, one % other);
}

/**
 * Texts of the marks: the day where a day begins, otherwise the time as fine as the step. Where the zone's offset changes within the axis, each time
 * names its offset, because the same clock comes twice.
 */
export function timeTexts(splits: readonly number[], step: number, zone: string): string[] {
  const offsets = splits.map((split) => zoneOffsetMs(split * 1_000, zone));
  const isChanging = step < day && offsets.some((offset) => offset !== offsets[0]);
  return splits.map((split, index) => {
    const timeMs = split * 1_000;
    const local = plantTimeOf(timeMs, zone);
    if (step >= 28 * day) return formatDate(timeMs, zone).slice(0, 7);
    if (step >= day || (local.hour === 0 && local.minute === 0 && local.second === 0 && timeMs % 1_000 === 0))
      return formatDay(timeMs, zone);
    const clock =
      step < second
        ? `${formatClock(timeMs, zone).slice(6)}.${Math.round(timeMs % 1_000) / 100}`
        : step < minute
          ? formatClock(timeMs, zone)
          : formatMinute(timeMs, zone);
    return isChanging ? `${clock}${offsetText(offsets[index] ?? 0)}` : clock;
  });
}

/** `+08`, `+05:45`, `−03:30` */
export function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.round(offsetMs / 60_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offsetMs < 0 ? '−' : '+'}${two(Math.floor(minutes / 60))}${minutes % 60 === 0 ? '' : `:${two(minutes % 60)}`}`;
}

/** The moment with the same local time so many days later; in an hour that is left out, the moment that follows. */
export function daysLater(timeMs: number, days: number, zone: string): number {
  const local = timeMs + zoneOffsetMs(timeMs, zone) + days * 86_400_000;
  const guess = local - zoneOffsetMs(timeMs + days * 86_400_000, zone);
  const settled = local - zoneOffsetMs(guess, zone);
  return settled + zoneOffsetMs(settled, zone) === local ? settled : guess;
}
