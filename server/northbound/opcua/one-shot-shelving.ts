// OneShotShelve (OPC UA Part 9, 5.8.17): shelved until the condition has gone once, and no longer than the rules allow in any case. Gatewatch has no such
// shelving of its own: it is an ordinary one that is ended here when the alarm clears. The journal says which shelvings are of this kind, so none is forgotten.
import type { Logger } from 'pino';
import type { Clock } from '../../../domain/time/clock.ts';
import type { AlarmRecord } from '../../alarms/alarm-record.ts';
import type { AlarmStore } from '../../alarms/alarm-store.ts';
import { readJournal } from '../../journal/journal.ts';
import type { Ledger } from '../../journal/ledger.ts';

const linesLookedAt = 200;

export class OneShotShelvings {
  readonly #store: AlarmStore;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #alarmIds = new Set<string>();
  #stopListening: () => void = () => undefined;

  constructor(options: { readonly store: AlarmStore; readonly ledger: Ledger; readonly clock: Clock; readonly log: Logger }) {
    this.#store = options.store;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  async start(): Promise<void> {
    for (const { record } of this.#store.all())
      if (record.shelved !== null && (await this.#isOneShot(record.alarmId))) this.add(record.alarmId);
    this.#stopListening = this.#store.onChange((changes) => {
      for (const { record } of changes) this.#look(record);
    });
  }

  stop(): void {
    this.#stopListening();
  }

  /** Before the shelving is committed, so that whoever hears of it knows. */
  add(alarmId: string): void {
    this.#alarmIds.add(alarmId);
  }

  /** The shelving was refused. */
  remove(alarmId: string): void {
    this.#alarmIds.delete(alarmId);
  }

  has(alarmId: string): boolean {
    return this.#alarmIds.has(alarmId);
  }

  #look(record: AlarmRecord): void {
    if (!this.#alarmIds.has(record.alarmId)) return;
    if (record.shelved === null) {
      this.#alarmIds.delete(record.alarmId);
      return;
    }
    if (record.changedWhat !== 'clear') return;
    const event = { kind: 'unshelve', atMs: this.#clock.nowMs(), by: null, comment: null } as const;
    this.#store
      .act(record.occurrenceId ?? record.alarmId, record.version, { kind: 'system', part: 'northbound' }, event, {
        via: 'opcua',
        oneShot: true,
      })
      // Somebody was quicker: the next change is looked at again.
      .catch((error: unknown) =>
        this.#log.error({ alarm: record.alarmId, err: error }, 'a one-shot shelving could not be ended; it ends by itself'),
      );
  }

  async #isOneShot(alarmId: string): Promise<boolean> {
    const lines = await readJournal(this.#ledger.database, { alarmId, limit: linesLookedAt });
    return lines.find((line) => line.kind === 'alarm.shelve')?.detail.oneShot === true;
  }
}
