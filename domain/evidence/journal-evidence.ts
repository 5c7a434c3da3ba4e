// Journal lines as they stand in a bundle, and what is counted from them. A line of another station is sealed: its hash is there and its content is not, so
// that the chain and the Merkle root can be computed over all lines while nobody reads what is not his. Pure.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { type AlarmPriority, alarmPriorities } from '../alarms/priority.ts';
import { canonicalJson } from '../journal/canonical-json.ts';
import { type JournalEntry, journalEntrySchema } from '../journal/journal-entry.ts';

export interface SealedLine {
  readonly sequence: number;
  readonly hash: string;
}

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const sealedLineSchema = z.strictObject({ sequence: z.int().positive(), hash: hashSchema });
const openLineSchema = journalEntrySchema.strict();

export function openLine(entry: JournalEntry): string {
  return canonicalJson(entry);
}

export function sealedLine({ sequence, hash }: SealedLine): string {
  return canonicalJson({ sequence, hash });
}

export function hashOfEntry({ hash: _, ...content }: JournalEntry): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(content))));
}

export type LineVerdict =
  | { readonly kind: 'open'; readonly entry: JournalEntry }
  | { readonly kind: 'sealed'; readonly line: SealedLine }
  | { readonly kind: 'broken'; readonly reason: string };

/** Reads the lines of a bundle in their order and tells the first that does not hold. */
export class JournalReader {
  #sequence: number;
  #previousHash: string;

  constructor(before: SealedLine) {
    this.#sequence = before.sequence;
    this.#previousHash = before.hash;
  }

  read(text: string): LineVerdict {
    const line = parsed(text);
    if (line === null) return { kind: 'broken', reason: 'it is no line of a journal' };
    if (line.sequence !== this.#sequence + 1)
      return {
        kind: 'broken',
        reason: `line ${this.#sequence + 1} of the journal is missing or out of its order: line ${line.sequence} stands there`,
      };
    if ('previousHash' in line) {
      if (line.previousHash !== this.#previousHash)
        return { kind: 'broken', reason: `line ${line.sequence} does not follow the line before it` };
      if (hashOfEntry(line) !== line.hash) return { kind: 'broken', reason: `the content of line ${line.sequence} does not have its hash` };
    }
    if (text !== canonicalJson(line)) return { kind: 'broken', reason: `line ${line.sequence} is not written as the journal writes` };
    this.#sequence = line.sequence;
    this.#previousHash = line.hash;
    return 'previousHash' in line ? { kind: 'open', entry: line } : { kind: 'sealed', line };
  }
}

function parsed(text: string): JournalEntry | SealedLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const open = openLineSchema.safeParse(value);
  if (open.success) return open.data;
  const sealed = sealedLineSchema.safeParse(value);
  return sealed.success ? sealed.data : null;
}

export const journalColumns = 'sequence,recorded,occurred,kind,station,alarm,who,detail';

/** For reading in a spreadsheet. The lines with their hashes are in the file beside it. */
export function journalCsvLine(entry: JournalEntry): string {
  const { actor } = entry;
  const who = actor.kind === 'person' ? `${actor.displayName} (${actor.username})` : actor.part;
  return [
    String(entry.sequence),
    new Date(entry.recordedAtMs).toISOString(),
    new Date(entry.occurredAtMs).toISOString(),
    entry.kind,
    entry.stationId ?? '',
    entry.alarmId ?? '',
    who,
    canonicalJson(entry.detail),
  ]
    .map(csvCell)
    .join(',');
}

/** No text is taken for a formula, and a row is always one line. */
export function csvCell(text: string): string {
  const line = text.replaceAll(/[\r\n]+/g, ' ');
  const safe = /^[=+\-@\t]/.test(line) && !/^-?\d+(\.\d+)?$/.test(line) ? `'${line}` : line;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const alarmCountSchema = z.strictObject({
  /** Occurrences that rose in the period. */
  raised: z.int(),
  byPriority: z.strictObject({ critical: z.int(), high: z.int(), medium: z.int(), low: z.int() }),
  /** Of those, acknowledged by a person. */
  acknowledged: z.int(),
  cleared: z.int(),
  /** Not acknowledged when the journal of the bundle ends: also those that cleared by themselves while suppressed or shelved. */
  unacknowledged: z.int(),
  /** Seconds from the raise to the acknowledgement; null where none was acknowledged. */
  acknowledgedAfterSecondsMedian: z.number().nullable(),
  acknowledgedAfterSecondsMax: z.number().nullable(),
});
export type AlarmCount = z.output<typeof alarmCountSchema>;

export const alarmColumns = 'alarm,station,occurrence,priority,raised,acknowledged,acknowledgedBy,cleared,value';

interface Occurrence {
  readonly alarmId: string;
  readonly stationId: string | null;
  readonly occurrenceId: string;
  readonly priority: AlarmPriority;
  readonly raisedAtMs: number;
  readonly value: number | null;
  readonly isTest: boolean;
  acknowledgedAtMs: number | null;
  acknowledgedBy: string | null;
  clearedAtMs: number | null;
}

/** Occurrences of alarms, and incidents, as the open lines of the journal tell them; tests and drills apart. */
export class JournalCounts {
  readonly #period: { readonly fromMs: number; readonly toMs: number };
  readonly #occurrences = new Map<string, Occurrence>();
  readonly #incidents = { real: 0, drill: 0 };

  constructor(period: { readonly fromMs: number; readonly toMs: number }) {
    this.#period = period;
  }

  add(entry: JournalEntry): void {
    const { kind, occurrenceId, detail, occurredAtMs } = entry;
    const isInPeriod = occurredAtMs >= this.#period.fromMs && occurredAtMs < this.#period.toMs;
    if (kind === 'incident.open' && isInPeriod) this.#incidents[detail.isDrill === true ? 'drill' : 'real'] += 1;
    if (occurrenceId === null || entry.alarmId === null) return;
    if (kind === 'alarm.raise') {
      if (!isInPeriod || this.#occurrences.has(occurrenceId)) return;
      this.#occurrences.set(occurrenceId, {
        alarmId: entry.alarmId,
        stationId: entry.stationId,
        occurrenceId,
        priority: alarmPriorities.find((priority) => priority === detail.priority) ?? 'low',
        raisedAtMs: occurredAtMs,
        value: typeof detail.value === 'number' ? detail.value : null,
        isTest: detail.isTest === true,
        acknowledgedAtMs: null,
        acknowledgedBy: null,
        clearedAtMs: null,
      });
      return;
    }
    const occurrence = this.#occurrences.get(occurrenceId);
    if (occurrence === undefined) return;
    if (kind === 'alarm.clear') occurrence.clearedAtMs ??= occurredAtMs;
    if (kind === 'alarm.acknowledge' && occurrence.acknowledgedAtMs === null) {
      occurrence.acknowledgedAtMs = occurredAtMs;
      occurrence.acknowledgedBy = entry.actor.kind === 'person' ? entry.actor.username : entry.actor.part;
    }
  }

  incidents(): { readonly real: number; readonly drill: number } {
    return { ...this.#incidents };
  }

  /** In the order of the journal. */
  csvLines(which: 'real' | 'test'): string[] {
    const iso = (atMs: number | null) => (atMs === null ? '' : new Date(atMs).toISOString());
    return this.#of(which).map((one) =>
      [
        one.alarmId,
        one.stationId ?? '',
        one.occurrenceId,
        one.priority,
        iso(one.raisedAtMs),
        iso(one.acknowledgedAtMs),
        one.acknowledgedBy ?? '',
        iso(one.clearedAtMs),
        one.value === null ? '' : String(one.value),
      ]
        .map(csvCell)
        .join(','),
    );
  }

  count(which: 'real' | 'test'): AlarmCount {
    const found = this.#of(which);
    const byPriority = { critical: 0, high: 0, medium: 0, low: 0 };
    for (const { priority } of found) byPriority[priority] += 1;
    const seconds = found
      .flatMap(({ acknowledgedAtMs, raisedAtMs }) => (acknowledgedAtMs === null ? [] : [(acknowledgedAtMs - raisedAtMs) / 1_000]))
      .sort((one, other) => one - other);
    return {
      raised: found.length,
      byPriority,
      acknowledged: seconds.length,
      cleared: found.filter(({ clearedAtMs }) => clearedAtMs !== null).length,
      unacknowledged: found.length - seconds.length,
      acknowledgedAfterSecondsMedian: seconds[Math.ceil(seconds.length / 2) - 1] ?? null,
      acknowledgedAfterSecondsMax: seconds.at(-1) ?? null,
    };
  }

  #of(which: 'real' | 'test'): Occurrence[] {
    return [...this.#occurrences.values()].filter(({ isTest }) => isTest === (which === 'test'));
  }
}
