// Where the marks of a time axis stand and what they say, in the zone of the plant. The chart library's own axis follows the browser's zone and
// stumbles over summer time there, so it is not used.
import { formatClock, formatDay, formatMinute, plantTimeOf, zoneOffsetMs } from '../time/plant-time.ts';

const second = 1;
const minute = 60;
const hour = 3_600;
const day = 86_400;

/** Steps between marks that people count in, seconds. */
export const timeSteps: number[] = [
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

/** Marks between two times (epoch seconds), on round local times. */
export function timeSplits(minimum: number, maximum: number, step: number, zone: string): number[] {
  const splits: number[] = [];
  if (step < day) {
    // From local midnight on; the offset is asked again at each mark, because it may change within the axis.
    let local = Math.ceil((minimum + zoneOffsetMs(minimum * 1_000, zone) / 1_000) / step) * step;
    for (let guard = 0; guard < 500; guard++) {
      const utc = local - zoneOffsetMs((local - zoneOffsetMs(minimum * 1_000, zone) / 1_000) * 1_000, zone) / 1_000;
      if (utc > maximum) break;
      if (utc >= minimum && utc !== splits.at(-1)) splits.push(utc);
      local += step;
    }
    return splits;
  }
  const first = plantTimeOf(minimum * 1_000, zone);
  const stepDays = Math.round(step / day);
  for (let index = 0; index < 500; index++) {
    const localMidnight = Date.UTC(first.year, first.month - 1, first.day + index * stepDays) / 1_000;
    const guess = localMidnight - zoneOffsetMs(localMidnight * 1_000, zone) / 1_000;
    const utc = localMidnight - zoneOffsetMs(guess * 1_000, zone) / 1_000;
    if (utc > maximum) break;
    if (utc >= minimum) splits.push(utc);
  }
  return splits;
}

/** Texts of the marks: the day where a day begins, otherwise the time as fine as the step. */
export function timeTexts(splits: readonly number[], step: number, zone: string): string[] {
  return splits.map((split) => {
    const timeMs = split * 1_000;
    const local = plantTimeOf(timeMs, zone);
    if (step >= day || (local.hour === 0 && local.minute === 0 && local.second === 0)) return formatDay(timeMs, zone);
    return step < minute ? formatClock(timeMs, zone) : formatMinute(timeMs, zone);
  });
}
