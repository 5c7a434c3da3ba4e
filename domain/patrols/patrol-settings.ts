// What the plant file says about patrols: places where a label hangs, and rounds that lead past them by a schedule. Parsed at the border; patrol-plan.ts makes
// each station's rounds of it.
import { z } from 'zod';
import { stationIdSchema } from '../plant/identifiers.ts';
import { stationTypes } from '../plant/plant-kinds.ts';
import { localizedTextSchema } from '../text/localized-text.ts';
import { timeOfDaySchema } from '../time/calendar-date.ts';
import { durationSchema } from '../time/duration.ts';

const idSchema = z.string().regex(/^[a-z][A-Za-z0-9]{0,23}$/, 'expected a short name such as gate or pumpRoom');

/** Where it applies: these stations, stations of these types; everywhere where neither is given. */
const whereShape = {
  stations: z.array(stationIdSchema).min(1).optional(),
  stationTypes: z.array(z.enum(stationTypes)).min(1).optional(),
} as const;

/** 巡查: going round the station. 检查表: fire equipment, fence, signs. Each serves an obligation of its own. */
export const patrolKinds = ['patrol', 'checkList'] as const;
export type PatrolKind = (typeof patrolKinds)[number];

const placeFileSchema = z.strictObject({
  id: idSchema,
  name: localizedTextSchema,
  /** Where to find the label: `behind the door, left`. */
  hint: localizedTextSchema.optional(),
  ...whereShape,
});

const itemFileSchema = z.strictObject({
  id: idSchema,
  text: localizedTextSchema,
  /** A value is read off and typed in. */
  reading: z.strictObject({ unit: z.string().max(16), min: z.number().optional(), max: z.number().optional() }).optional(),
});

const stopFileSchema = z.strictObject({
  place: idSchema,
  items: z.array(itemFileSchema).max(40).default([]),
  photo: z.boolean().default(false),
});

const roundFileSchema = z.strictObject({
  id: idSchema,
  name: localizedTextSchema,
  kind: z.enum(patrolKinds).default('patrol'),
  ...whereShape,
  /** When it may begin, by the plant's clock. */
  times: z.array(timeOfDaySchema).min(1).max(24),
  /** 1 Monday … 7 Sunday; every day where neither is given. */
  weekdays: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
  /** Days of the month that every month has. */
  monthDays: z.array(z.int().min(1).max(28)).min(1).max(28).optional(),
  /** Every point is to be confirmed so long after the beginning. */
  within: durationSchema,
  /** Told so long before the end while points are open. */
  warnBefore: durationSchema.default(30 * 60_000),
  /** After the end it can be made up for as long as this, and is late; then it is missed. */
  lateFor: durationSchema.default(2 * 3_600_000),
  points: z.array(stopFileSchema).min(1).max(100),
});

export const patrolSettingsSchema = z.strictObject({
  places: z.array(placeFileSchema).max(500).default([]),
  rounds: z.array(roundFileSchema).max(100).default([]),
});
export type PatrolSettings = z.output<typeof patrolSettingsSchema>;
