// What the plant file says about incidents: which alarms open one by themselves, how soon must be reported, and the response plans.
import { z } from 'zod';
import { alarmKinds } from '../alarms/alarm-definition.ts';
import { alarmClasses, alarmPriorities } from '../alarms/priority.ts';
import { alarmNameSchema, stationIdSchema, tagSchema } from '../plant/identifiers.ts';
import { localizedTextSchema } from '../text/localized-text.ts';
import { durationSchema } from '../time/duration.ts';
import { incidentKinds } from './incident.ts';
import { planRoles } from './response-plan.ts';

/** Which alarms a rule looks at; an absent list asks for nothing. */
const alarmFilterShape = {
  alarmKinds: z.array(z.enum(alarmKinds)).min(1),
  classes: z.array(z.enum(alarmClasses)).min(1).optional(),
  priorities: z.array(z.enum(alarmPriorities)).min(1).optional(),
} as const;

export const openRuleSchema = z.discriminatedUnion('when', [
  /** One alarm is enough: a confirmed gas alarm. */
  z.strictObject({ when: z.literal('alarm'), name: alarmNameSchema, ...alarmFilterShape, opens: z.enum(incidentKinds) }),
  /** Alarms on several points within a time: a line break. */
  z.strictObject({
    when: z.literal('together'),
    name: alarmNameSchema,
    ...alarmFilterShape,
    /** Of a rate-of-change alarm: only one that falls, or that rises. */
    direction: z.enum(['falling', 'rising', 'any']).default('falling'),
    points: z.int().min(2).max(10).default(2),
    within: durationSchema.default(60_000),
    /** Points of two stations joined by a pipeline count together too. */
    neighbours: z.boolean().default(true),
    opens: z.enum(incidentKinds),
  }),
]);
export type OpenRule = z.output<typeof openRuleSchema>;

const defaultOpenRules: z.input<typeof openRuleSchema>[] = [
  { when: 'alarm', name: 'confirmedGas', alarmKinds: ['vote'], classes: ['safety'], opens: 'leak' },
  { when: 'together', name: 'lineBreak', alarmKinds: ['rateOfChange'], direction: 'falling', points: 2, within: '60s', opens: 'lineBreak' },
];

/** Reporting times. Defaults after the accident reporting regulation, Art. 9 and 13; "at once" is given a figure so that it can be missed. */
const reportingSchema = z.strictObject({
  headOfUnit: durationSchema.default(5 * 60_000),
  authority: durationSchema.default(3_600_000),
  /** After each change of the casualties, while the window lasts. */
  casualtyUpdate: durationSchema.default(3_600_000),
  window: durationSchema.default(30 * 86_400_000),
  fireWindow: durationSchema.default(7 * 86_400_000),
});

export const incidentSettingsSchema = z.strictObject({
  openOn: z.array(openRuleSchema).prefault(defaultOpenRules),
  reporting: reportingSchema.prefault({}),
});
export type IncidentSettings = z.output<typeof incidentSettingsSchema>;

const planIdSchema = z.string().regex(/^[a-z][A-Za-z0-9-]*$/, 'expected a name such as gate or closeInlet');
const placeSchema = z.strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) });

export function responsePlanSchema<Type extends string>(stationTypes: readonly [Type, ...Type[]]) {
  return z.strictObject({
    id: planIdSchema,
    /** Day of the last revision, `2026-03-01`. */
    revised: z.iso.date().optional(),
    /** Where it applies: these stations, stations of these types; everywhere where neither is given. */
    stations: z.array(stationIdSchema).optional(),
    stationTypes: z.array(z.enum(stationTypes)).optional(),
    items: z
      .array(
        z.strictObject({
          id: planIdSchema,
          role: z.enum(planRoles),
          text: localizedTextSchema,
          /** Minutes after the opening. */
          targetMinutes: z.number().positive().max(10_080).optional(),
          required: z.boolean().default(true),
          /** Only in incidents of these kinds; in all where absent. */
          kinds: z.array(z.enum(incidentKinds)).optional(),
        }),
      )
      .default([]),
    contacts: z
      .array(z.strictObject({ name: localizedTextSchema, role: localizedTextSchema, phone: z.string().min(1).max(40) }))
      .default([]),
    hydrants: z
      .array(z.strictObject({ name: localizedTextSchema, note: localizedTextSchema.optional(), position: placeSchema.optional() }))
      .default([]),
    valves: z
      .array(
        z.strictObject({
          name: localizedTextSchema,
          isolates: localizedTextSchema.optional(),
          position: placeSchema.optional(),
          /** Tag of the point that tells whether it is open; only in plans that name their stations. */
          tag: tagSchema.optional(),
        }),
      )
      .default([]),
    access: localizedTextSchema.optional(),
  });
}
