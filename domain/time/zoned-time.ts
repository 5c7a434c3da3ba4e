// Moments (epoch milliseconds) and the wall clock of the plant's time zone, right over the hours that a zone repeats or leaves out.
// The rules of zones come from Temporal.
import { Temporal } from 'temporal-polyfill';

/** The moment of a wall-clock time. A time that the zone leaves out is moved forward by the gap; of one that it repeats, the first. */
export function momentOf(date: string, timeOfDay: string, zone: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone, plainTime: timeOfDay }).epochMilliseconds;
}

/** The plant's calendar day at a moment. */
export function dateAt(atMs: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** Minutes since the plant's wall clock showed midnight: 0 to 1439. */
export function minuteOfDayAt(atMs: number, zone: string): number {
  const time = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(zone);
  return time.hour * 60 + time.minute;
}

/** How far the zone's wall clock is ahead of UTC at a moment, in milliseconds. */
export function offsetMsOf(atMs: number, zone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
}
