// The shape of a coverage pack: what stations of a type must have, as data with the clause. coverage-audit.ts holds a plant against it.
import { z } from 'zod';
import { alarmKinds } from '../alarms/alarm-definition.ts';
import { pointRoles, stationTypes } from '../plant/plant-kinds.ts';
import { localizedTextSchema } from '../text/localized-text.ts';
import { hazardGrades } from './hazard.ts';

const roles = z.array(z.enum(pointRoles)).min(1);

const needsSchema = z.discriminatedUnion('kind', [
  /** So many points of one of the roles. */
  z.strictObject({ kind: z.literal('instrument'), roles, atLeast: z.int().min(1).default(1) }),
  /** Each point of the roles has an alarm of one of the kinds, set no higher than `mostSetpoint` where the point has this unit. */
  z.strictObject({
    kind: z.literal('alarm'),
    roles,
    alarms: z.array(z.enum(alarmKinds)).min(1),
    mostSetpoint: z.number().optional(),
    unit: z.string().optional(),
  }),
  /** Each unit (`unitOf`) that has a point of these roles has one of those roles. */
  z.strictObject({ kind: z.literal('perUnit'), unitOf: roles, roles }),
]);

const requirementSchema = z.strictObject({
  id: z.string().regex(/^[a-zA-Z][a-zA-Z0-9]*$/),
  stationTypes: z.array(z.enum(stationTypes)).min(1),
  needs: needsSchema,
  grade: z.enum(hazardGrades),
  title: localizedTextSchema,
  clause: z.string().min(1),
  source: z.enum(['primary', 'secondary', 'engineering']),
});
export type Requirement = z.output<typeof requirementSchema>;

export const coveragePackSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string().min(1),
  title: localizedTextSchema,
  requirements: z
    .array(requirementSchema)
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'two requirements have the same id'),
});
export type CoveragePack = z.output<typeof coveragePackSchema>;
