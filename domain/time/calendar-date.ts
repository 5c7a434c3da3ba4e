// Calendar dates `2026-07-03` and times of day `23:30` as texts, and reckoning with them. Knows no time zone: see zoned-time.ts.
import { z } from 'zod';

/** Of a time that a plant has to do with: reckoning with the year 9999 leads out of what a date can be. */
export const calendarDateSchema = z.iso
  .date('expected a date such as 2026-07-03')
  .refine((date) => date >= '1900-01-01' && date <= '2199-12-31', 'expected a date from 1900 to 2199');
export const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 07:30');

const dayMs = 86_400_000;

export function minuteOfDay(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** 1 Monday … 7 Sunday. */
export function weekdayOf(date: string): number {
  return new Date(Date.parse(date)).getUTCDay() || 7;
}

export function mondayOf(date: string): string {
  return addDays(date, 1 - weekdayOf(date));
}
