// What an evidence bundle holds: its manifest (every file with its hash, what it is about, the journal at both ends) and the figures of its summary.
import { z } from 'zod';
import { alarmCountSchema } from './journal-evidence.ts';
import { hashSchema, publicKeySchema, signatureSchema, signedHeadSchema } from './signed-head.ts';

export const manifestName = 'manifest.json';
export const signatureName = 'signature.json';
export const reportName = 'report.pdf';
export const summaryName = 'summary.json';
export const journalName = 'journal/journal.jsonl';
export const journalCsvName = 'journal/journal.csv';
export const headsName = 'journal/heads.jsonl';
export const alarmsName = 'alarms/alarms.csv';
export const testAlarmsName = 'tests-and-drills/alarms-under-test.csv';
export const intervalsName = 'coverage/intervals.csv';
export const intervalsParquetName = 'coverage/intervals.parquet';
export const readingsFolder = 'readings/';

const textSchema = z.strictObject({ zh: z.string(), en: z.string() });

export const bundleFileSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][A-Za-z0-9._/-]*$/),
  bytes: z.int().nonnegative(),
  sha256: hashSchema,
  /** As it stands in the zip. */
  packed: z.strictObject({
    method: z.enum(['stored', 'deflated']),
    bytes: z.int().nonnegative(),
    sha256: hashSchema,
    crc32: z.int().nonnegative(),
  }),
});
export type BundleFile = z.output<typeof bundleFileSchema>;

const bundlePointSchema = z.strictObject({
  id: z.string(),
  stationId: z.string(),
  name: textSchema,
  unit: z.string(),
  scanMs: z.number(),
});
export type BundlePoint = z.output<typeof bundlePointSchema>;

/** One end of the journal in the bundle, tied to a signed head by a proof that the longer of the two holds the shorter. */
const journalTieSchema = z.strictObject({ head: signedHeadSchema, proof: z.array(hashSchema) });

export const manifestSchema = z.strictObject({
  schema: z.literal(1),
  kind: z.literal('gatewatch.evidence'),
  bundleId: z.string(),
  software: z.string(),
  madeAtMs: z.number(),
  madeBy: z.strictObject({ username: z.string(), displayName: z.string() }),
  reason: z.string(),
  company: z.strictObject({ id: z.string(), name: textSchema, timeZone: z.string() }),
  /** The stations that it is about. */
  stations: z.array(z.strictObject({ id: z.string(), name: textSchema })),
  /** False where it is about some stations only: lines of the journal about others are sealed then. */
  isWholeCompany: z.boolean(),
  /** [from, to) */
  fromMs: z.number(),
  toMs: z.number(),
  plantVersion: z.string(),
  points: z.array(bundlePointSchema),
  /** What is in the CSV beside the readings: each of them, or what each minute held where they are very many. */
  readingsCsv: z.enum(['readings', 'minutes']),
  journal: z.strictObject({
    /** Lines before the first of the bundle: their number, the hash of the last, and the peaks of their Merkle tree. */
    before: z.strictObject({ size: z.int().nonnegative(), headHash: hashSchema, peaks: z.array(hashSchema) }),
    /** With the last line of the bundle. */
    after: z.strictObject({ size: z.int().nonnegative(), headHash: hashSchema, root: hashSchema }),
    /** The newest signed head not after the first line; null where there is none. */
    tieBefore: journalTieSchema.nullable(),
    /** A signed head not before the last line. */
    tieAfter: journalTieSchema,
  }),
  /** The signing key and those before it, oldest first. */
  keys: z.array(publicKeySchema).min(1),
  files: z.array(bundleFileSchema).min(1),
});
export type Manifest = z.output<typeof manifestSchema>;

export const manifestSignatureSchema = signatureSchema;

export const coverageFigureSchema = z.strictObject({
  /** Milliseconds of the period. */
  good: z.number(),
  uncertain: z.number(),
  bad: z.number(),
  notRecorded: z.number(),
});

export const verdictSchema = z.strictObject({
  /** `monitoring`, `gasDetection` … */
  id: z.string(),
  name: textSchema,
  verdict: z.enum(['met', 'atRisk', 'breached', 'notMeasured']),
  detail: textSchema,
  /** Where it is asked for: law, regulation, standard, clause. */
  reference: z.string().nullable(),
});
export type BundleVerdict = z.output<typeof verdictSchema>;

export const summarySchema = z.strictObject({
  schema: z.literal(1),
  stations: z.array(
    z.strictObject({
      id: z.string(),
      points: z.int(),
      readings: z.int(),
      /** Over all points: share of time with good quality; null for a station without points. */
      goodShare: z.number().nullable(),
      /** Stretches of more than ten minutes in which a point was not good. */
      longGaps: z.int(),
      longestGapSeconds: z.number(),
    }),
  ),
  points: z.array(z.strictObject({ id: z.string(), readings: z.int(), ms: coverageFigureSchema })),
  alarms: alarmCountSchema,
  alarmsUnderTest: alarmCountSchema,
  incidents: z.int(),
  drills: z.int(),
  journal: z.strictObject({ lines: z.int(), sealed: z.int() }),
  /** Further sections by name: rows of their tables. */
  sections: z.record(z.string(), z.strictObject({ title: textSchema, files: z.record(z.string(), z.int()) })),
  verdicts: z.array(verdictSchema),
});
export type Summary = z.output<typeof summarySchema>;

export const longGapMs = 10 * 60_000;
