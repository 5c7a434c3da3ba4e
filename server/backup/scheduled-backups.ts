// Makes backups by the clock where the settings ask for it, and writes a line into the journal for every backup that the data folder tells of, also one that a person
// made on the command line. Making one is handed in: it runs in a process of its own, so that no alarm waits for it.
import type { BackupFacts } from '../../domain/health/health-facts.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { repeat } from '../../domain/time/repeat.ts';
import { serverActor } from '../alarms/alarm-change.ts';
import { fromRow } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { type LastBackup, readLastBackup } from './last-backup.ts';

export interface BackupSchedule {
  readonly everyMs: number;
  readonly folder: string;
  /** Null when it is done; else why it is not. */
  readonly make: () => Promise<string | null>;
}

interface ScheduledBackupOptions {
  readonly ledger: Ledger;
  readonly dataDir: string;
  /** Null where nobody asked for it: backups made by hand are noted all the same. */
  readonly schedule: BackupSchedule | null;
  readonly clock: Clock;
}

const lookMs = 10_000;
/** After one that failed. */
const againAfterMs = 3_600_000;

export class ScheduledBackups {
  readonly #options: ScheduledBackupOptions;
  readonly #startedAtMs: number;
  #last: LastBackup | null = null;
  #notedAtMs: number;
  #failure: { readonly atMs: number; readonly reason: string } | null = null;
  #stop: () => Promise<void> = async () => undefined;

  private constructor(options: ScheduledBackupOptions, notedAtMs: number) {
    this.#options = options;
    this.#notedAtMs = notedAtMs;
    this.#startedAtMs = options.clock.nowMs();
  }

  static async start(options: ScheduledBackupOptions & { readonly report: (error: unknown) => void }): Promise<ScheduledBackups> {
    const row = await options.ledger.database
      .selectFrom('journal')
      .selectAll()
      .where('kind', '=', 'backup.made')
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    const noted = row === undefined ? undefined : fromRow(row).detail.madeAtMs;
    const backups = new ScheduledBackups(options, typeof noted === 'number' ? noted : 0);
    await backups.#look();
    backups.#stop = repeat(options.clock, { firstMs: lookMs, everyMs: lookMs }, () => backups.#turn(), options.report);
    return backups;
  }

  facts(): BackupFacts {
    const { schedule } = this.#options;
    return {
      everyMs: schedule?.everyMs ?? null,
      sinceMs: this.#startedAtMs,
      last: this.#last === null ? null : { atMs: this.#last.madeAtMs, bytes: this.#last.bytes, folder: this.#last.folder },
      failure: this.#failure?.reason ?? null,
    };
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async #turn(): Promise<void> {
    await this.#look();
    const { schedule, clock } = this.#options;
    if (schedule === null || !this.#isDue(schedule)) return;
    const reason = await schedule.make();
    if (reason === null) {
      this.#failure = null;
      await this.#look();
      return;
    }
    this.#failure = { atMs: clock.nowMs(), reason };
    await this.#note('backup.failed', clock.nowMs(), { folder: schedule.folder, reason });
  }

  #isDue({ everyMs }: BackupSchedule): boolean {
    const nowMs = this.#options.clock.nowMs();
    if (this.#failure !== null && nowMs - this.#failure.atMs < Math.min(againAfterMs, everyMs)) return false;
    return this.#last === null || nowMs - this.#last.madeAtMs >= everyMs;
  }

  async #look(): Promise<void> {
    this.#last = await readLastBackup(this.#options.dataDir);
    if (this.#last === null || this.#last.madeAtMs <= this.#notedAtMs) return;
    await this.#note('backup.made', this.#last.madeAtMs, { ...this.#last });
    this.#notedAtMs = this.#last.madeAtMs;
  }

  #note(kind: string, occurredAtMs: number, detail: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#options.ledger.note({
      occurredAtMs,
      kind,
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor: serverActor,
      detail,
    });
  }
}
