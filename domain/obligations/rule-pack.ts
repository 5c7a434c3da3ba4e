// A rule pack: what one authority asks of a station or a company, as data: obligations, limits, who answers for each, and the clause that it serves.
// Another province, or another edition of the plan, is another pack and no other code.
import { z } from 'zod';
import { roles } from '../access/roles.ts';
import { stationTypes } from '../plant/plant-kinds.ts';
import { localizedTextSchema } from '../text/localized-text.ts';
import { durationSchema } from '../time/duration.ts';

const share = z.number().min(0).max(1);

const ruleSchema = z.discriminatedUnion('evaluator', [
  z.strictObject({
    evaluator: z.literal('continuousMonitoring'),
    /** Of the time of all instruments together over the period. */
    coverage: share.default(0.995),
    longestGap: durationSchema.default(600_000),
    /** A gap of this length is a warning. */
    warnAfter: durationSchema.default(300_000),
    /** A warning when so much of the time that may be missing in the period has gone. */
    warnAtUsed: share.default(0.5),
  }),
  z.strictObject({ evaluator: z.literal('gasDetection'), longestOutage: durationSchema.default(600_000) }),
  z.strictObject({
    evaluator: z.literal('detectorCalibration'),
    warnBefore: durationSchema.default(30 * 86_400_000),
    loopTestEvery: durationSchema.default(366 * 86_400_000),
  }),
  z.strictObject({ evaluator: z.literal('pressureProtection'), longestOutage: durationSchema.default(600_000) }),
  z.strictObject({ evaluator: z.literal('alarmResponse'), warnAtUsed: share.default(0.5) }),
  z.strictObject({ evaluator: z.literal('dutyWatch'), emptyFor: durationSchema.default(300_000) }),
  z.strictObject({
    evaluator: z.literal('emergencyReadiness'),
    planEvery: durationSchema.default(366 * 86_400_000),
    drillEvery: durationSchema.default(184 * 86_400_000),
    /** Emergency contacts are called so often. */
    contactsEvery: durationSchema.default(92 * 86_400_000),
    warnBefore: durationSchema.default(30 * 86_400_000),
  }),
  z.strictObject({ evaluator: z.literal('certifiedPeople'), warnBefore: durationSchema.default(30 * 86_400_000) }),
  z.strictObject({ evaluator: z.literal('hazards'), warnBefore: durationSchema.default(7 * 86_400_000) }),
  /** Judged by the part of the system that keeps these records; not measured while there is none. */
  z.strictObject({ evaluator: z.literal('source'), source: z.enum(['video', 'videoRetrieval', 'patrol', 'checkLists']) }),
]);
export type ObligationRule = z.output<typeof ruleSchema>;
export type EvaluatorName = ObligationRule['evaluator'];
export type RuleOf<Name extends EvaluatorName> = Extract<ObligationRule, { evaluator: Name }>;
export type SourceName = RuleOf<'source'>['source'];

const obligationSchema = z.strictObject({
  id: z.string().regex(/^[a-z][A-Za-z0-9]{1,40}$/, 'expected a short name such as gasDetection'),
  name: localizedTextSchema,
  /** For the head of a column. */
  shortName: localizedTextSchema,
  /** Judged for each station, or once for the company. */
  scope: z.enum(['station', 'company']).default('station'),
  /** All types where absent. */
  stationTypes: z.array(z.enum(stationTypes)).min(1).optional(),
  /** What it serves: where it stands, and its words. */
  clauses: z.array(z.strictObject({ reference: z.string().min(1), text: z.string().min(1) })).min(1),
  /** Share of a period that may be without a record before the period as a whole counts as not measured. */
  unmeasuredAllowed: share.default(0.005),
  /** Who is told when it is at risk or breached. */
  responsible: z.array(z.enum(roles)).min(1),
  rule: ruleSchema,
});
export type Obligation = z.output<typeof obligationSchema>;

export const rulePackSchema = z
  .strictObject({
    schema: z.literal(1),
    id: z.string().regex(/^[a-z][a-z0-9-]*$/),
    version: z.string().min(1),
    name: localizedTextSchema,
    /** Documents that the clauses stand in. */
    sources: z.array(z.string().min(1)).min(1),
    obligations: z.array(obligationSchema).min(1).max(40),
  })
  .superRefine((pack, context) => {
    const companyOnly: readonly EvaluatorName[] = ['dutyWatch', 'certifiedPeople'];
    pack.obligations.forEach((obligation, index) => {
      if (pack.obligations.findIndex((other) => other.id === obligation.id) !== index)
        context.addIssue({ code: 'custom', path: ['obligations', index, 'id'], message: `${obligation.id} is defined twice` });
      const isCompanyRule = companyOnly.includes(obligation.rule.evaluator);
      if (isCompanyRule !== (obligation.scope === 'company'))
        context.addIssue({
          code: 'custom',
          path: ['obligations', index, 'scope'],
          message: `${obligation.rule.evaluator} is judged for the ${isCompanyRule ? 'company' : 'station'}`,
        });
    });
  });
export type RulePack = z.output<typeof rulePackSchema>;
