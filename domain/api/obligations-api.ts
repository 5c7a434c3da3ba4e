// What the obligations screens ask: the matrix of a period, one obligation with its findings, the page for an inspection, certificates.
import { z } from 'zod';
import { findingSchema, obligationStates } from '../obligations/obligation.ts';
import { stationTypes } from '../plant/plant-kinds.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { calendarDateSchema } from '../time/calendar-date.ts';

const stateSchema = z.enum(obligationStates);

export const obligationViewSchema = z.object({
  id: z.string(),
  name: localizedTextViewSchema,
  shortName: localizedTextViewSchema,
  scope: z.enum(['station', 'company']),
  clauses: z.array(z.object({ reference: z.string(), text: z.string() })),
  unmeasuredAllowed: z.number(),
  /** Name of the rule that judges it. */
  evaluator: z.string(),
});
export type ObligationView = z.output<typeof obligationViewSchema>;

export const packViewSchema = z.object({
  id: z.string(),
  version: z.string(),
  name: localizedTextViewSchema,
  sources: z.array(z.string()),
  obligations: z.array(obligationViewSchema),
});

export const periodViewSchema = z.object({
  fromMs: z.number(),
  /** Where the period ends; later than `toMs` while it is not over. */
  plannedToMs: z.number(),
  /** Up to when it was judged. */
  toMs: z.number(),
  /** Beginning of each day of the period in the plant's time zone. */
  dayStartsMs: z.array(z.number()),
});

export const obligationCellSchema = z.object({
  obligationId: z.string(),
  /** Over the period. */
  state: stateSchema,
  /** At the end of what was judged: now, where the period is not over. */
  stateAtEnd: stateSchema,
  lengthMs: z.number(),
  breachedMs: z.number(),
  notMeasuredMs: z.number(),
  atRiskMs: z.number(),
  breaches: z.number(),
  coverage: z.number().nullable(),
  /** Worst state of each day; null for days to come. */
  days: z.array(stateSchema.nullable()),
});
export type ObligationCell = z.output<typeof obligationCellSchema>;

export const obligationRowSchema = z.object({
  /** Null: the company. */
  stationId: z.string().nullable(),
  cells: z.array(obligationCellSchema),
});
export type ObligationRow = z.output<typeof obligationRowSchema>;

export const obligationMatrixSchema = z.object({ pack: packViewSchema, period: periodViewSchema, rows: z.array(obligationRowSchema) });
export type ObligationMatrix = z.output<typeof obligationMatrixSchema>;

export const stateIntervalSchema = z.object({ state: stateSchema, fromMs: z.number(), toMs: z.number().nullable() });

export const obligationDetailSchema = z.object({
  obligation: obligationViewSchema,
  stationId: z.string().nullable(),
  period: periodViewSchema,
  cell: obligationCellSchema,
  /** Longest and worst first where there are more than are told. */
  findings: z.array(findingSchema),
  findingsInAll: z.number(),
  instruments: z.array(
    z.object({
      pointId: z.string(),
      expectedMs: z.number(),
      measuredMs: z.number(),
      gaps: z.number(),
      longestGapMs: z.number(),
    }),
  ),
  /** As the server saw it at each moment, newest first. */
  history: z.array(stateIntervalSchema),
});
export type ObligationDetail = z.output<typeof obligationDetailSchema>;

export const certificateViewSchema = z.object({
  id: z.string(),
  username: z.string(),
  displayName: z.string(),
  title: z.string(),
  number: z.string(),
  issuer: z.string(),
  validFromMs: z.number(),
  expiresAtMs: z.number(),
  addedBy: z.string(),
  addedAtMs: z.number(),
  revoked: z.object({ atMs: z.number(), by: z.string(), reason: z.string() }).nullable(),
});
export type CertificateView = z.output<typeof certificateViewSchema>;

/** `people`: everybody who may have the watch, with a certificate or without. */
export const certificateListSchema = z.object({
  certificates: z.array(certificateViewSchema),
  people: z.array(z.object({ username: z.string(), displayName: z.string() })),
});
export type CertificateList = z.output<typeof certificateListSchema>;

export const addCertificateSchema = z.strictObject({
  username: z.string().min(1).max(120),
  title: z.string().trim().min(1).max(120),
  number: z.string().trim().min(1).max(80),
  issuer: z.string().trim().min(1).max(120),
  /** Days of the plant's calendar; valid from the beginning of the first to the end of the last. */
  validFrom: calendarDateSchema,
  validTo: calendarDateSchema,
});
export type AddCertificate = z.output<typeof addCertificateSchema>;

export const revokeCertificateSchema = z.strictObject({ reason: z.string().trim().min(1).max(500) });

const inspectionWatchSchema = z.object({
  consoleId: z.string(),
  name: localizedTextViewSchema,
  people: z.array(z.object({ displayName: z.string(), fromMs: z.number(), toMs: z.number().nullable() })),
});

/** One page for an inspector who comes without notice. Null: no record, said as such. */
export const inspectionSchema = z.object({
  stationId: z.string(),
  stationType: z.enum(stationTypes),
  atMs: z.number(),
  /** The night that ended last: 20:00 to 08:00 of the plant's clock. */
  night: z.object({
    fromMs: z.number(),
    toMs: z.number(),
    /** Share of the night for which the server has a record at all. */
    serverShare: z.number(),
    coverage: z.number().nullable(),
    gaps: z.array(findingSchema),
    consoles: z.array(inspectionWatchSchema),
    checks: z.object({ asked: z.number(), answered: z.number(), missed: z.number() }),
    alarms: z.object({ announced: z.number(), late: z.number(), waiting: z.number() }),
  }),
  onDutyNow: z.array(inspectionWatchSchema),
  detectors: z.array(
    z.object({
      pointId: z.string(),
      name: localizedTextViewSchema,
      state: stateSchema,
      causes: z.array(findingSchema),
      certificate: z.object({ number: z.string(), expiresAtMs: z.number() }).nullable(),
      lastLoopTestMs: z.number().nullable(),
      isLoopTestPassed: z.boolean(),
    }),
  ),
  plan: z.object({ exists: z.boolean(), revised: z.string().nullable() }),
  drills: z.array(z.object({ number: z.string(), closedAtMs: z.number() })),
  /** Null: no ledger of hazards in this system. */
  hazards: z
    .array(
      z.object({
        number: z.string(),
        title: z.string(),
        grade: z.enum(['ordinary', 'major']).nullable(),
        openedAtMs: z.number(),
        dueAtMs: z.number().nullable(),
      }),
    )
    .nullable(),
  /** All obligations of the station and of the company, as they are now. */
  states: z.array(
    z.object({
      obligationId: z.string(),
      name: localizedTextViewSchema,
      scope: z.enum(['station', 'company']),
      state: stateSchema,
      findings: z.array(findingSchema),
    }),
  ),
});
export type Inspection = z.output<typeof inspectionSchema>;

/** The emergency contacts of a station and the calls that were made to them, newest first. */
export const emergencyContactsSchema = z.object({
  stationId: z.string(),
  digest: z.string(),
  contacts: z.array(z.object({ name: localizedTextViewSchema, role: localizedTextViewSchema, phone: z.string() })),
  calls: z.array(
    z.object({
      id: z.string(),
      atMs: z.number(),
      displayName: z.string(),
      /** Of the list as it is now. */
      isOfThese: z.boolean(),
      unreachable: z.array(z.string()),
      note: z.string(),
    }),
  ),
});
export type EmergencyContacts = z.output<typeof emergencyContactsSchema>;

export const callContactsSchema = z.strictObject({
  /** Of the list that was called: refused where it has changed since. */
  digest: z.string().max(64),
  /** Numbers at which nobody, or somebody else, was reached. */
  unreachable: z.array(z.string().max(40)).max(200),
  note: z.string().trim().max(1_000).default(''),
});
export type CallContacts = z.input<typeof callContactsSchema>;
