// Calendar days and wall-clock times of the plant's time zone, right over midnight and over the hours that a zone repeats or leaves out.
// Dates are texts `2026-07-03`, times of day `23:30`; moments are epoch milliseconds. The rules of zones come from Temporal.
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

export const plantDateSchema = z.iso.date('expected a date such as 2026-07-03');
export const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 07:30');

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

export function minuteOfDay(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}

export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

export function daysBetween(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(to, { largestUnit: 'days' }).days;
}

/** Monday of the week. */
export function mondayOf(date: string): string {
  const day = Temporal.PlainDate.from(date);
  return day.subtract({ days: day.dayOfWeek - 1 }).toString();
}
