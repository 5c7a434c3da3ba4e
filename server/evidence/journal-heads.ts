// Every hour a signed head of the journal is written outside the database: how many lines, the hash of the last, the Merkle root over all. Whoever rewrites or
// cuts the journal, also with all hashes made anew, contradicts a head that is in this file or that somebody else keeps.
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Logger } from 'pino';
import { MerklePeaks } from '../../domain/evidence/merkle-log.ts';
import type { JournalHead, SignedHead } from '../../domain/evidence/signed-head.ts';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { Database } from '../journal/database.ts';
import { firstHash, type Journal } from '../journal/journal.ts';
import { readHeadFile } from './head-file.ts';
import type { SigningKeys } from './signing-keys.ts';

const hourMs = 3_600_000;
const linesAtOnce = 500;

export interface HeadContradiction {
  readonly sequence: number;
  readonly reason: string;
}

export interface JournalHeadsOptions {
  readonly database: Database;
  readonly journal: Pick<Journal, 'length' | 'headHash'>;
  readonly keys: SigningKeys;
  readonly companyId: string;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told once, when the journal is found to contradict a head. */
  readonly onContradiction: (found: HeadContradiction) => void;
}

export function headFileOf(dataDir: string): string {
  return path.join(dataDir, 'evidence', 'journal-heads.jsonl');
}

export class JournalHeads {
  readonly #options: JournalHeadsOptions;
  readonly #file: string;
  /** Where the next head goes on from; null where the whole journal has to be walked. */
  #last: SignedHead | null = null;
  #contradiction: HeadContradiction | null = null;
  #signing: Promise<unknown> = Promise.resolve();
  #timer: TimerHandle | null = null;
  #isStopped = false;

  private constructor(options: JournalHeadsOptions) {
    this.#options = options;
    this.#file = headFileOf(options.dataDir);
  }

  static async start(options: JournalHeadsOptions): Promise<JournalHeads> {
    const heads = new JournalHeads(options);
    await mkdir(path.dirname(heads.#file), { recursive: true });
    for await (const head of readHeadFile(heads.#file)) heads.#last = head;
    await heads.#compareLast();
    heads.#plan();
    return heads;
  }

  get contradiction(): HeadContradiction | null {
    return this.#contradiction;
  }

  /** Signs what the journal is now, and writes it down. One at a time. */
  signNow(): Promise<SignedHead> {
    const signed = this.#signing.catch(() => undefined).then(() => this.#sign());
    this.#signing = signed;
    return signed;
  }

  /** In the order of the file. */
  all(): AsyncGenerator<SignedHead> {
    return readHeadFile(this.#file);
  }

  /** The peaks of the first `size` lines. */
  async peaksAt(size: number): Promise<MerklePeaks> {
    let nearest: JournalHead | null = null;
    if (this.#contradiction === null)
      for await (const { head } of this.all()) if (head.size <= size && head.size >= (nearest?.size ?? 0)) nearest = head;
    const peaks = nearest === null ? new MerklePeaks() : new MerklePeaks(nearest.size, nearest.peaks);
    for await (const hashes of this.hashes(peaks.size, size)) for (const hash of hashes) peaks.add(hash);
    if (peaks.size !== size) throw new Error(`the journal has ${peaks.size} lines and not ${size}`);
    return peaks;
  }

  /** Hashes of the lines after `after` through `through`, in pages. */
  async *hashes(after: number, through: number): AsyncGenerator<readonly string[]> {
    for (let sequence = after; sequence < through; ) {
      const rows = await this.#options.database
        .selectFrom('journal')
        .select(['sequence', 'hash'])
        .where('sequence', '>', sequence)
        .where('sequence', '<=', through)
        .orderBy('sequence')
        .limit(linesAtOnce)
        .execute();
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(({ hash }) => hash);
      sequence = last.sequence;
      await turnOfOthers();
    }
  }

  /** Walks the whole journal against every head of the file. Null where all of them hold, or where it was stopped on the way. */
  async check(isStopped: () => boolean = () => false): Promise<HeadContradiction | null> {
    const heads: JournalHead[] = [];
    for await (const { head } of this.all()) heads.push(head);
    const found = await contradictionOf(heads, this.#options.journal.length, (after, through) => this.hashes(after, through), isStopped);
    if (found !== null) this.#contradict(found);
    return found;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#signing.catch(() => undefined);
  }

  async #sign(): Promise<SignedHead> {
    const { journal, keys, clock, companyId } = this.#options;
    const size = journal.length;
    const headHash = journal.headHash;
    const start = this.#contradiction === null ? this.#last?.head : undefined;
    const peaks = start === undefined || start.size > size ? new MerklePeaks() : new MerklePeaks(start.size, start.peaks);
    for await (const hashes of this.hashes(peaks.size, size)) for (const hash of hashes) peaks.add(hash);
    if (peaks.size !== size) throw new Error(`the journal has ${peaks.size} lines where ${size} were committed`);
    const head: JournalHead = {
      schema: 1,
      kind: 'gatewatch.journalHead',
      companyId,
      atMs: clock.nowMs(),
      size,
      headHash,
      root: peaks.root(),
      peaks: [...peaks.peaks],
    };
    const signed: SignedHead = { head, by: await keys.sign('head', head) };
    await this.#append(signed);
    this.#last = signed;
    return signed;
  }

  async #append(signed: SignedHead): Promise<void> {
    const handle = await open(this.#file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o640);
    try {
      const { size } = await handle.stat();
      const end = Buffer.alloc(1);
      if (size > 0) await handle.read(end, 0, 1, size - 1);
      // A line that was cut off by a power loss stays where it is; the next one begins on a line of its own.
      const begin = size > 0 && end[0] !== 0x0a ? '\n' : '';
      await handle.appendFile(`${begin}${canonicalJson(signed)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async #compareLast(): Promise<void> {
    const last = this.#last?.head;
    if (last === undefined || last.size === 0) return;
    const { journal, database } = this.#options;
    if (journal.length < last.size) {
      this.#contradict({
        sequence: journal.length + 1,
        reason: `the journal was cut: it had ${last.size} lines at ${new Date(last.atMs).toISOString()}`,
      });
      return;
    }
    const row = await database.selectFrom('journal').select('hash').where('sequence', '=', last.size).executeTakeFirst();
    if (row?.hash !== last.headHash)
      this.#contradict({
        sequence: last.size,
        reason: `it is another line than at ${new Date(last.atMs).toISOString()}, when a head was signed`,
      });
  }

  #contradict(found: HeadContradiction): void {
    const isNew = this.#contradiction === null;
    this.#contradiction = found;
    if (!isNew) return;
    this.#options.log.error(
      found,
      'the journal contradicts a signed head: it was changed or cut outside of Gatewatch; keep the data folder as it is and call for an audit',
    );
    this.#options.onContradiction(found);
  }

  #plan(): void {
    if (this.#isStopped) return;
    const { clock, log } = this.#options;
    this.#timer = clock.after(hourMs - (clock.nowMs() % hourMs), () => {
      this.signNow().catch((error: unknown) =>
        log.error({ err: error }, 'the hourly head of the journal could not be written; tried again in an hour'),
      );
      this.#plan();
    });
  }
}

/** Compares a journal, given as its hashes, with heads that were signed of it; names the first line that one of them contradicts. */
export async function contradictionOf(
  heads: readonly JournalHead[],
  length: number,
  hashesOf: (after: number, through: number) => AsyncIterable<readonly string[]>,
  isStopped: () => boolean = () => false,
): Promise<HeadContradiction | null> {
  const sorted = heads.toSorted((one, other) => one.size - other.size);
  const peaks = new MerklePeaks();
  let lastHash = firstHash;
  for (const head of sorted) {
    if (head.size > length)
      return { sequence: length + 1, reason: `the journal was cut: it had ${head.size} lines at ${new Date(head.atMs).toISOString()}` };
    for await (const hashes of hashesOf(peaks.size, head.size)) {
      if (isStopped()) return null;
      for (const hash of hashes) peaks.add(hash);
      lastHash = hashes.at(-1) ?? lastHash;
    }
    if (peaks.size !== head.size) return { sequence: peaks.size + 1, reason: 'this line is missing' };
    if (peaks.root() !== head.root || lastHash !== head.headHash)
      return {
        sequence: head.size,
        reason: `up to here the journal is not what it was at ${new Date(head.atMs).toISOString()}, when a head was signed`,
      };
  }
  return null;
}
