// The times that ANSI/ISA-18.2 leaves to a company's alarm philosophy, as `alarmManagement` of the plant file states them.
import { z } from 'zod';
import { durationSchema } from '../time/duration.ts';
import type { AlarmPriority } from './priority.ts';

export interface AlarmTimes {
  /** Null: never. */
  readonly reannounceAfterMs: Readonly<Record<AlarmPriority, number | null>>;
  readonly longestMaintenanceMs: number;
}

const minuteMs = 60_000;
const durationOrNever = z.union([z.literal('never').transform(() => null), durationSchema]);

export const alarmTimesShape = {
  /**
   * An acknowledged alarm that is still active is announced again after this, counted from its acknowledgement; `never` for not at all. ISA-18.2 calls
   * it re-alarming and asks for care: for what endangers people it keeps a shift from forgetting, for the rest it would be noise.
   */
  reannounceAfter: z
    .strictObject({
      critical: durationOrNever.default(30 * minuteMs),
      high: durationOrNever.default(120 * minuteMs),
      medium: durationOrNever.default(null),
      low: durationOrNever.default(null),
    })
    .prefault({}),
  /** Maintenance of a station ends at most this long after somebody has set its end. */
  longestMaintenance: durationSchema.default(24 * 60 * minuteMs),
} as const;
