// People and roster over HTTP: /api/people, /api/people/{username}/contact, /api/duty/plan, /api/duty/roster.
import { z } from 'zod';
import { roles } from '../access/roles.ts';
import { positionDuties } from '../duty/duty-plan.ts';
import { contactSettingsSchema } from '../duty/person-contact.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { calendarDateSchema } from '../time/calendar-date.ts';

export const contactViewSchema = contactSettingsSchema.extend({
  username: z.string(),
  /** 0 where nothing was ever set. */
  version: z.int(),
  updatedAtMs: z.number().nullable(),
  updatedBy: z.string().nullable(),
});
export type ContactView = z.output<typeof contactViewSchema>;

export const setContactSchema = contactSettingsSchema.extend({ version: z.int().min(0) });
export type SetContact = z.output<typeof setContactSchema>;

export const personViewSchema = z.object({
  username: z.string(),
  displayName: z.string(),
  role: z.enum(roles),
  isDisabled: z.boolean(),
  stationIds: z.array(z.string()).nullable(),
  /** Null where the asker may not see it: only the person himself, who has the watch, and who plans duty. */
  contact: contactSettingsSchema.nullable(),
});
export type PersonView = z.output<typeof personViewSchema>;

export const dutyPlanViewSchema = z.object({
  timeZone: z.string(),
  shifts: z.array(z.object({ id: z.string(), name: localizedTextViewSchema, start: z.string(), end: z.string() })),
  positions: z.array(z.object({ id: z.string(), name: localizedTextViewSchema, duty: z.enum(positionDuties), required: z.int() })),
  consoles: z.array(z.object({ id: z.string(), name: localizedTextViewSchema })),
  rotations: z.array(
    z.object({
      id: z.string(),
      name: localizedTextViewSchema,
      teams: z.int(),
      cycle: z.array(z.string().nullable()),
      offset: z.int(),
    }),
  ),
});
export type DutyPlanView = z.output<typeof dutyPlanViewSchema>;

const username = z.string().min(1).max(64);
const idList = z.array(z.string().min(1).max(64)).min(1).max(500).nullable();

const placeShape = {
  username,
  positionId: z.string().min(1).max(32),
  /** Stations and areas that the person answers for; both null: all. */
  stationIds: idList.default(null),
  areaIds: idList.default(null),
} as const;

export const newRosterEntrySchema = z.strictObject({ date: calendarDateSchema, shiftId: z.string().min(1).max(32), ...placeShape });
export const changeRosterEntrySchema = newRosterEntrySchema.extend({ version: z.int().min(1) });
export const removeRosterEntrySchema = z.strictObject({ version: z.int().min(1) });

/** What happens to entries that stand there already. */
const onExistingSchema = z.enum(['keep', 'replace']).default('keep');
export const copyWeekSchema = z.strictObject({
  /** Any day of the week to copy, and of the week to fill. */
  from: calendarDateSchema,
  to: calendarDateSchema,
  onExisting: onExistingSchema,
});
export const rotateSchema = z.strictObject({
  rotationId: z.string().min(1).max(32),
  from: calendarDateSchema,
  days: z.int().min(1).max(92),
  /** Where in the cycle the first team stands on `from`; 0 is its first day. */
  firstDay: z.int().min(0).max(55).default(0),
  teams: z
    .array(z.array(z.strictObject(placeShape)).max(30))
    .min(1)
    .max(12),
  onExisting: onExistingSchema,
});

export const rosterEntryViewSchema = z.object({
  id: z.string(),
  date: z.string(),
  shiftId: z.string(),
  username: z.string(),
  positionId: z.string(),
  stationIds: z.array(z.string()).nullable(),
  areaIds: z.array(z.string()).nullable(),
  version: z.int(),
});
export type RosterEntryView = z.output<typeof rosterEntryViewSchema>;

const at = { date: z.string(), shiftId: z.string() } as const;
const rosterConflictSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('personTwice'), ...at, username: z.string() }),
  z.object({ kind: z.literal('shiftUncovered'), ...at }),
  z.object({ kind: z.literal('positionShort'), ...at, positionId: z.string(), have: z.int(), need: z.int() }),
  z.object({ kind: z.literal('emergencyTeamMissing'), ...at }),
  z.object({ kind: z.literal('stationsUncovered'), ...at, stationIds: z.array(z.string()) }),
  z.object({ kind: z.literal('tooLong'), ...at, username: z.string(), hours: z.number() }),
  z.object({ kind: z.literal('unknownShift'), ...at, username: z.string() }),
  z.object({ kind: z.literal('personUnavailable'), ...at, username: z.string() }),
]);
export type RosterConflictView = z.output<typeof rosterConflictSchema>;

export const rosterViewSchema = z.object({
  from: z.string(),
  days: z.int(),
  shifts: z.array(z.object({ date: z.string(), shiftId: z.string(), startMs: z.number(), endMs: z.number() })),
  entries: z.array(rosterEntryViewSchema),
  conflicts: z.array(rosterConflictSchema),
});
export type RosterView = z.output<typeof rosterViewSchema>;

export const rosterFilledSchema = z.object({ added: z.int(), removed: z.int(), kept: z.int() });
export type RosterFilled = z.output<typeof rosterFilledSchema>;
