// The journal of a bundle: the lines of the period with what came late, those of other stations sealed, and the proofs that tie both ends to signed heads.
import {
  alarmsName,
  headsName,
  journalCsvName,
  journalName,
  type Manifest,
  type Summary,
  testAlarmsName,
} from '../../domain/evidence/bundle.ts';
import { byteOrderMark } from '../../domain/evidence/expected-lines.ts';
import {
  alarmColumns,
  JournalCounts,
  journalColumns,
  journalCsvLine,
  openLine,
  sealedLine,
} from '../../domain/evidence/journal-evidence.ts';
import { consistencyProof, type MerklePeaks } from '../../domain/evidence/merkle-log.ts';
import type { SignedHead } from '../../domain/evidence/signed-head.ts';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Database } from '../journal/database.ts';
import { firstHash, readJournalAfter } from '../journal/journal.ts';
import type { JournalHeads } from './journal-heads.ts';
import type { Stage } from './stage.ts';

/** Facts of the period that a collector delivered late, and acknowledgements of what rose at its end. */
const lateMs = 86_400_000;
const linesAtOnce = 500;

export interface JournalPartAsk {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  /** Which lines are told; every other one is sealed. */
  readonly isOpen: (entry: JournalEntry) => boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

export interface JournalPart {
  readonly journal: Manifest['journal'];
  readonly figures: Pick<Summary, 'alarms' | 'alarmsUnderTest' | 'incidents' | 'drills' | 'journal'>;
}

export async function writeJournalPart(stage: Stage, database: Database, heads: JournalHeads, ask: JournalPartAsk): Promise<JournalPart> {
  const newest = await heads.signNow();
  const { first, last } = await rangeOf(database, ask, newest.head.size);
  const before = await heads.peaksAt(first);
  const counts = new JournalCounts(ask);
  const sealed = await writeLines(stage, database, ask, first, last, counts);
  const after = await grown(heads, before, last);
  const tied = await ties(heads, newest, before, after);
  const inside = await stage.lines(headsName);
  for await (const head of heads.all()) if (head.head.size >= first && head.head.size <= last) await inside.line(canonicalJson(head));
  await inside.end();
  for (const [name, which] of [
    [alarmsName, 'real'],
    [testAlarmsName, 'test'],
  ] as const) {
    const table = await stage.lines(name);
    await table.line(`${byteOrderMark}${alarmColumns}`);
    for (const line of counts.csvLines(which)) await table.line(line);
    await table.end();
  }
  const { real, drill } = counts.incidents();
  return {
    journal: {
      before: { size: first, headHash: await hashAt(database, first), peaks: [...before.peaks] },
      after: { size: last, headHash: await hashAt(database, last), root: after.root() },
      ...tied,
    },
    figures: {
      alarms: counts.count('real'),
      alarmsUnderTest: counts.count('test'),
      incidents: real,
      drills: drill,
      journal: { lines: last - first, sealed },
    },
  };
}

/** Lines after `first` through `last`. */
async function rangeOf(
  database: Database,
  { fromMs, toMs, nowMs }: JournalPartAsk,
  length: number,
): Promise<{ readonly first: number; readonly last: number }> {
  const earliest = await database
    .selectFrom('journal')
    .select((build) => build.fn.min('sequence').as('sequence'))
    .where('recorded_at_ms', '>=', fromMs)
    .executeTakeFirst();
  const latest = await database
    .selectFrom('journal')
    .select((build) => build.fn.max('sequence').as('sequence'))
    .where('recorded_at_ms', '<', Math.min(toMs + lateMs, nowMs + 1))
    .where('sequence', '<=', length)
    .executeTakeFirst();
  const first = Math.min(length, (earliest?.sequence ?? length + 1) - 1);
  return { first, last: Math.max(first, latest?.sequence ?? first) };
}

async function writeLines(
  stage: Stage,
  database: Database,
  ask: JournalPartAsk,
  first: number,
  last: number,
  counts: JournalCounts,
): Promise<number> {
  const lines = await stage.lines(journalName);
  const table = await stage.lines(journalCsvName);
  await table.line(`${byteOrderMark}${journalColumns}`);
  let sealed = 0;
  for (let sequence = first; sequence < last; ) {
    ask.signal.throwIfAborted();
    const entries: readonly JournalEntry[] = await readJournalAfter(database, {
      afterSequence: sequence,
      throughSequence: last,
      limit: linesAtOnce,
    });
    if (entries.length === 0) throw new Error(`line ${sequence + 1} of the journal is missing`);
    for (const entry of entries) {
      if (ask.isOpen(entry)) {
        counts.add(entry);
        await lines.line(openLine(entry));
        await table.line(journalCsvLine(entry));
      } else {
        sealed += 1;
        await lines.line(sealedLine(entry));
      }
    }
    sequence = entries.at(-1)?.sequence ?? last;
    ask.onProgress((sequence - first) / (last - first));
  }
  await lines.end();
  await table.end();
  return sealed;
}

async function grown(heads: JournalHeads, from: MerklePeaks, size: number): Promise<MerklePeaks> {
  const peaks = from.copy();
  for await (const hashes of heads.hashes(from.size, size)) for (const hash of hashes) peaks.add(hash);
  return peaks;
}

/** The nearest signed heads outside of the part, each with the proof that the journal between is one. */
async function ties(
  heads: JournalHeads,
  newest: SignedHead,
  before: MerklePeaks,
  after: MerklePeaks,
): Promise<Pick<Manifest['journal'], 'tieBefore' | 'tieAfter'>> {
  let earlier: SignedHead | null = null;
  let later: SignedHead = newest;
  for await (const head of heads.all()) {
    if (head.head.size <= before.size && head.head.size >= (earlier?.head.size ?? 0)) earlier = head;
    if (head.head.size >= after.size && head.head.size < later.head.size) later = head;
  }
  const tieBefore =
    earlier === null
      ? null
      : {
          head: earlier,
          proof: consistencyProof(await heads.peaksAt(earlier.head.size), await all(heads, earlier.head.size, before.size)),
        };
  return { tieBefore, tieAfter: { head: later, proof: consistencyProof(after, await all(heads, after.size, later.head.size)) } };
}

async function all(heads: JournalHeads, after: number, through: number): Promise<string[]> {
  const found: string[] = [];
  for await (const hashes of heads.hashes(after, through)) found.push(...hashes);
  return found;
}

async function hashAt(database: Database, sequence: number): Promise<string> {
  if (sequence === 0) return firstHash;
  const row = await database.selectFrom('journal').select('hash').where('sequence', '=', sequence).executeTakeFirst();
  if (row === undefined) throw new Error(`line ${sequence} of the journal is missing`);
  return row.hash;
}
