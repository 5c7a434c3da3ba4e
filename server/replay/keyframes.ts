// Writes a keyframe of all alarm records every few thousand alarm lines, in the background, and finds the one nearest before a line. Decides nothing: what a
// keyframe holds follows from the journal alone.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Logger } from 'pino';
import { alarmEvents } from '../../domain/alarms/alarm-state.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AlarmRecord } from '../alarms/alarm-record.ts';
import { replayEntry } from '../alarms/replay-journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { walkJournal } from '../journal/walk-journal.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** Alarm lines between two keyframes at least; more where there are many alarms, so that keyframes stay small beside the journal. */
const linesApart = 5_000;

export const alarmLineKinds: readonly string[] = alarmEvents.map((event) => `alarm.${event}`);

export interface Keyframe {
  readonly sequence: number;
  readonly records: Map<string, AlarmRecord>;
}

export class Keyframes {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #log: Logger;
  readonly #linesApart: number;
  readonly #stopListening: () => void;
  #linesSince = 0;
  #linesDue: number;
  #writing: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: { readonly plant: Plant; readonly ledger: Ledger; readonly log: Logger; readonly linesApart?: number }) {
    this.#plant = options.plant;
    this.#ledger = options.ledger;
    this.#log = options.log;
    this.#linesApart = options.linesApart ?? linesApart;
    this.#linesDue = this.#linesApart;
    this.#stopListening = this.#ledger.onAppended((entries) => this.#count(entries));
    this.#catchUpSoon();
  }

  async before(sequence: number): Promise<Keyframe> {
    const row = await this.#ledger.database
      .selectFrom('replay_keyframe')
      .select(['sequence', 'records'])
      .where('sequence', '<=', sequence)
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return { sequence: 0, records: new Map() };
    const records = JSON.parse((await unzip(Buffer.from(row.records, 'base64'))).toString('utf8')) as AlarmRecord[];
    return { sequence: row.sequence, records: new Map(records.map((record) => [record.alarmId, record])) };
  }

  /** Resolves when every keyframe that is due has been written. */
  async settled(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopListening();
    await this.settled();
  }

  #count(entries: readonly JournalEntry[]): void {
    for (const { kind } of entries) if (alarmLineKinds.includes(kind)) this.#linesSince += 1;
    if (this.#linesSince >= this.#linesDue) this.#catchUpSoon();
  }

  #catchUpSoon(): void {
    if (this.#isStopped) return;
    this.#writing ??= this.#catchUpToHead()
      .catch((error: unknown) => {
        if (!this.#isStopped) this.#log.error({ err: error }, 'keyframes could not be written; replay still works, more slowly');
      })
      .finally(() => {
        this.#writing = null;
      });
  }

  /** Again where lines came meanwhile. */
  async #catchUpToHead(): Promise<void> {
    do await this.#catchUp();
    while (this.#linesSince >= this.#linesDue && !this.#isStopped);
  }

  async #catchUp(): Promise<void> {
    const { sequence, records } = await this.before(Number.MAX_SAFE_INTEGER);
    this.#linesSince = 0;
    let lines = 0;
    for await (const page of walkJournal(this.#ledger.database, { afterSequence: sequence, kinds: alarmLineKinds })) {
      for (const entry of page) {
        if (this.#isStopped) return;
        replayEntry(records, entry, this.#plant);
        lines += 1;
        this.#linesDue = Math.max(this.#linesApart, records.size * 2);
        if (lines < this.#linesDue) continue;
        await this.#write(entry, records);
        lines = 0;
      }
    }
    this.#linesSince += lines;
  }

  async #write({ sequence, recordedAtMs }: JournalEntry, records: ReadonlyMap<string, AlarmRecord>): Promise<void> {
    const row = {
      sequence,
      recorded_at_ms: recordedAtMs,
      records: (await zip(JSON.stringify([...records.values()]))).toString('base64'),
    };
    await this.#ledger.commit([], async (transaction) => {
      await transaction
        .insertInto('replay_keyframe')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  }
}
