// Months to choose from, by the plant's calendar.
import { plantTimeOf } from './plant-time.ts';

const monthsBack = 13;

/** `2026-11`: this month and the twelve before it, newest first. */
export function lastMonths(nowMs: number, zone: string): readonly string[] {
  const { year, month } = plantTimeOf(nowMs, zone);
  return Array.from({ length: monthsBack }, (_, back) => {
    const date = new Date(Date.UTC(year, month - 1 - back, 1));
    return `${date.getUTCFullYear()}-${String(date.getUTCMonth() + 1).padStart(2, '0')}`;
  });
}
