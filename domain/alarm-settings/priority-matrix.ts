// Priority by consequence and time to respond (IEC 62682:2014 clause 9, ANSI/ISA-18.2-2016 clause 9): the plant file's matrix, and what follows from it for one alarm.
import { z } from 'zod';
import { type AlarmTimes, alarmTimesShape } from '../alarms/alarm-times.ts';
import { type AlarmPriority, alarmPriorities } from '../alarms/priority.ts';
import { type LocalizedText, localizedTextSchema } from '../text/localized-text.ts';
import { durationSchema } from '../time/duration.ts';

export interface ConsequenceClass {
  readonly id: string;
  readonly name: LocalizedText;
}

export interface AlarmManagement extends AlarmTimes {
  /** Mildest first. */
  readonly consequenceClasses: readonly ConsequenceClass[];
  /** Upper ends of the bands of time to respond, shortest first; one more band lies above the last. */
  readonly timeToRespondMs: readonly number[];
  /** By consequence class, one priority for each band. */
  readonly priorityMatrix: Readonly<Record<string, readonly AlarmPriority[]>>;
}

/** What the plant file has where it states none: general engineering practice (G in docs/domain.md), to be replaced by the company's own. */
const defaultManagement = {
  consequenceClasses: [
    { id: 'minor', name: { zh: '轻微', en: 'Minor' } },
    { id: 'moderate', name: { zh: '一般', en: 'Moderate' } },
    { id: 'major', name: { zh: '较大', en: 'Major' } },
    { id: 'severe', name: { zh: '重大', en: 'Severe' } },
  ],
  timeToRespond: ['3min', '10min', '30min'],
  priorityMatrix: {
    minor: ['medium', 'low', 'low', 'low'],
    moderate: ['high', 'medium', 'low', 'low'],
    major: ['high', 'high', 'medium', 'low'],
    severe: ['critical', 'critical', 'high', 'medium'],
  },
} satisfies { readonly priorityMatrix: Record<string, AlarmPriority[]>; readonly [name: string]: unknown };

export const consequenceClassIdSchema = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'expected a name such as severe');

const unfinishedSchema = z.strictObject({
  /** Mildest first. */
  consequenceClasses: z
    .array(z.strictObject({ id: consequenceClassIdSchema, name: localizedTextSchema }))
    .min(1)
    .prefault(defaultManagement.consequenceClasses),
  /** Upper ends of the bands, shortest first: [3min, 10min] makes three bands, up to 3 min, up to 10 min, longer. */
  timeToRespond: z.array(durationSchema).min(1).max(9).prefault(defaultManagement.timeToRespond),
  /** By consequence class, one priority for each band. */
  priorityMatrix: z.record(consequenceClassIdSchema, z.array(z.enum(alarmPriorities))).prefault(defaultManagement.priorityMatrix),
  ...alarmTimesShape,
});

export const alarmManagementSchema = unfinishedSchema
  .superRefine((management, context) => {
    const issue = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    const times = management.timeToRespond;
    if (times.some((time, index) => index > 0 && time <= (times[index - 1] ?? 0)))
      issue(['timeToRespond'], 'the ends of the bands must rise');
    const ids = management.consequenceClasses.map(({ id }) => id);
    ids.forEach((id, index) => {
      if (ids.indexOf(id) !== index) issue(['consequenceClasses', index, 'id'], `consequence class ${id} is defined twice`);
      const row = management.priorityMatrix[id];
      if (row === undefined) issue(['priorityMatrix'], `the matrix has no row for consequence class ${id}`);
      else if (row.length !== times.length + 1)
        issue(['priorityMatrix', id], `expected ${times.length + 1} priorities, one for each band of timeToRespond and one for longer`);
    });
    for (const id of Object.keys(management.priorityMatrix))
      if (!ids.includes(id)) issue(['priorityMatrix', id], `${id} is not a consequence class (${ids.join(', ')})`);
  })
  .transform(
    ({ consequenceClasses, timeToRespond, priorityMatrix, reannounceAfter, longestMaintenance }): AlarmManagement => ({
      consequenceClasses,
      timeToRespondMs: timeToRespond,
      priorityMatrix,
      reannounceAfterMs: reannounceAfter,
      longestMaintenanceMs: longestMaintenance,
    }),
  )
  .prefault({});

/** Null where the consequence class or the time to respond is not stated, or the class is not one of the matrix. */
export function computePriority(
  management: Pick<AlarmManagement, 'timeToRespondMs' | 'priorityMatrix'>,
  alarm: { readonly consequenceClassId: string | null; readonly responseTimeMs: number | null },
): AlarmPriority | null {
  const { consequenceClassId, responseTimeMs } = alarm;
  if (consequenceClassId === null || responseTimeMs === null) return null;
  const band = management.timeToRespondMs.findIndex((endMs) => responseTimeMs <= endMs);
  const row = management.priorityMatrix[consequenceClassId];
  return row?.[band === -1 ? management.timeToRespondMs.length : band] ?? null;
}
