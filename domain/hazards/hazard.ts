// A hazard (隐患) of the ledger: what is known of it, and the events that made it so. Shapes only; hazard-machine.ts holds the rules.
import { z } from 'zod';
import { personSchema } from '../incidents/incident.ts';
import { calendarDateSchema } from '../time/calendar-date.ts';

/** In the order of the closed loop; `rejected` was no hazard, `reopened` has to be settled anew. */
export const hazardStates = [
  'reported',
  'confirmed',
  'planned',
  'rectifying',
  'submitted',
  'accepted',
  'closed',
  'reopened',
  'rejected',
] as const;
export type HazardState = (typeof hazardStates)[number];

export const hazardGrades = ['ordinary', 'major'] as const;
export type HazardGrade = (typeof hazardGrades)[number];

export const hazardSources = ['inspection', 'patrol', 'alarm', 'audit', 'inspector', 'public', 'incident', 'import'] as const;
export type HazardSource = (typeof hazardSources)[number];

const words = z.string().trim().min(1).max(2_000);
const line = z.string().trim().min(1).max(200);

/** 五落实. What is not settled yet is null; funds may be 0. */
export const fiveSettledSchema = z.object({
  responsible: z.object({ username: z.string().nullable(), name: line }).nullable(),
  measure: words.nullable(),
  fundsYuan: z.number().min(0).max(1e12).nullable(),
  deadline: calendarDateSchema.nullable(),
  contingency: words.nullable(),
});
export type FiveSettled = z.output<typeof fiveSettledSchema>;
export const settledParts = ['responsible', 'measure', 'fundsYuan', 'deadline', 'contingency'] as const;
export type SettledPart = (typeof settledParts)[number];

export const hazardPhotoPurposes = ['finding', 'progress', 'acceptance'] as const;
const photoSchema = z.object({
  hash: z.string(),
  mediaType: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
  purpose: z.enum(hazardPhotoPurposes),
  caption: z.string().nullable(),
});

/** What the hazard is about, so that the same thing opens one hazard only. */
export const hazardLinkSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('alarm'), alarmId: z.string(), occurrenceId: z.string().nullable() }),
  z.object({ kind: z.literal('audit'), packId: z.string(), requirementId: z.string(), subject: z.string().nullable(), clause: z.string() }),
  z.object({ kind: z.literal('patrol'), findingId: z.string() }),
  z.object({ kind: z.literal('incident'), incidentId: z.string() }),
]);
export type HazardLink = z.output<typeof hazardLinkSchema>;

export const hazardFindingSchema = z.object({
  stationId: z.string(),
  pointId: z.string().nullable(),
  place: z.string().trim().max(200),
  description: words,
  source: z.enum(hazardSources),
  foundBy: line,
  foundOn: calendarDateSchema,
  proposedGrade: z.enum(hazardGrades).nullable(),
  link: hazardLinkSchema.nullable(),
});
export type HazardFinding = z.output<typeof hazardFindingSchema>;

const stamp = { atMs: z.number(), by: personSchema.nullable() };
/** `by` null: the system itself. */
export const hazardEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('report'), ...stamp, number: line, finding: hazardFindingSchema }),
  z.object({ kind: z.literal('confirm'), ...stamp, grade: z.enum(hazardGrades), basis: words, supervisedBy: line.nullable() }),
  z.object({ kind: z.literal('regrade'), ...stamp, grade: z.enum(hazardGrades), basis: words, supervisedBy: line.nullable() }),
  z.object({ kind: z.literal('reject'), ...stamp, reason: words }),
  z.object({ kind: z.literal('plan'), ...stamp, settled: fiveSettledSchema, reason: words.nullable() }),
  z.object({ kind: z.literal('start'), ...stamp }),
  z.object({ kind: z.literal('note'), ...stamp, text: words }),
  z.object({ kind: z.literal('submit'), ...stamp, result: words }),
  z.object({ kind: z.literal('accept'), ...stamp, comment: words }),
  z.object({ kind: z.literal('refuse'), ...stamp, reason: words }),
  z.object({ kind: z.literal('close'), ...stamp, number: line, comment: words.nullable() }),
  z.object({ kind: z.literal('reopen'), ...stamp, reason: words }),
  z.object({ kind: z.literal('photo'), ...stamp, photo: photoSchema }),
  z.object({ kind: z.literal('atRisk'), ...stamp, deadline: calendarDateSchema }),
  z.object({ kind: z.literal('overdue'), ...stamp, deadline: calendarDateSchema }),
  z.object({ kind: z.literal('suspendSupply'), ...stamp, deadline: calendarDateSchema }),
  z.object({ kind: z.literal('liftSuspension'), ...stamp }),
  z.object({ kind: z.literal('proposeSettled'), ...stamp, reason: words }),
  z.object({ kind: z.literal('withdrawProposal'), ...stamp, reason: words }),
  /** As it stood in a sheet of before this ledger: no steps of its own are invented for it. */
  z.object({
    kind: z.literal('import'),
    ...stamp,
    number: line,
    closedNumber: line.nullable(),
    finding: hazardFindingSchema,
    grade: z.enum(hazardGrades).nullable(),
    supervisedBy: line.nullable(),
    settled: fiveSettledSchema,
    acceptedBy: z.string().trim().max(200).nullable(),
    closedOn: calendarDateSchema.nullable(),
    row: z.int(),
  }),
  z.object({ kind: z.literal('amend'), ...stamp, place: z.string().trim().max(200), description: words, foundBy: line, row: z.int() }),
]);
export type HazardEvent = z.output<typeof hazardEventSchema>;
export type HazardEventKind = HazardEvent['kind'];

const doneBy = z.object({ by: personSchema.nullable(), name: z.string(), atMs: z.number(), text: z.string() });

export const hazardRecordSchema = z.object({
  id: z.string(),
  number: z.string(),
  version: z.int(),
  /** Events so far. */
  length: z.int(),
  state: z.enum(hazardStates),
  finding: hazardFindingSchema,
  reportedBy: personSchema.nullable(),
  reportedAtMs: z.number(),
  grade: z.enum(hazardGrades).nullable(),
  gradeBasis: z.string().nullable(),
  /** 挂牌督办: of a major one. */
  supervision: z.object({ by: z.string(), listedAtMs: z.number() }).nullable(),
  settled: fiveSettledSchema,
  /** How often a deadline was moved to a later day. */
  extensions: z.int(),
  submission: doneBy.nullable(),
  acceptances: z.array(doneBy),
  /** 销号 */
  closed: z.object({ number: z.string(), by: personSchema.nullable(), name: z.string(), atMs: z.number() }).nullable(),
  rejected: z.object({ by: personSchema.nullable(), atMs: z.number(), reason: z.string() }).nullable(),
  reopenings: z.int(),
  /** The deadlines of which it was said already. */
  atRiskSaid: calendarDateSchema.nullable(),
  overdueSaid: calendarDateSchema.nullable(),
  /** 停止供气 is due: raised by a major one past its deadline, lifted by its acceptance. A flag to people, never a command to the plant. */
  supplySuspendedAtMs: z.number().nullable(),
  /** The coverage audit finds what was missing: the state to go back to if a person does not agree. */
  proposal: z.object({ atMs: z.number(), reason: z.string(), from: z.enum(hazardStates) }).nullable(),
  /** A person has refused a proposal: none is made again before the hazard is opened again. */
  isProposalRefused: z.boolean().default(false),
  photos: z.array(photoSchema.extend({ atMs: z.number(), by: personSchema.nullable() })),
  changedAtMs: z.number(),
  changedBy: personSchema.nullable(),
});
export type HazardRecord = z.output<typeof hazardRecordSchema>;

export const nothingSettled: FiveSettled = { responsible: null, measure: null, fundsYuan: null, deadline: null, contingency: null };

export function unsettledParts(settled: FiveSettled): readonly SettledPart[] {
  return settledParts.filter((part) => settled[part] === null);
}

/** Owed work: neither struck off nor found to be none. */
export function isOpenState(state: HazardState): boolean {
  return state !== 'closed' && state !== 'rejected';
}

/** Time runs against the deadline until the work is accepted. */
export function isUnfinished(state: HazardState): boolean {
  return isOpenState(state) && state !== 'accepted';
}

/** The same for the same thing. */
export function linkKeyOf(finding: Pick<HazardFinding, 'link' | 'stationId'>): string | null {
  const { link } = finding;
  if (link === null) return null;
  switch (link.kind) {
    case 'alarm':
      return `alarm/${link.occurrenceId ?? link.alarmId}`;
    case 'audit':
      return `audit/${finding.stationId}/${link.requirementId}/${link.subject ?? ''}`;
    case 'patrol':
      return `patrol/${link.findingId}`;
    // A review may find several.
    case 'incident':
      return null;
  }
}
