// Every version of the alarm settings that was ever in force, with who, when and why: read at the start, appended to in the caller's transaction.
import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import {
  type AlarmSettings,
  type AlarmSettingsPatch,
  alarmSettingFields,
  type SettingDifference,
} from '../../domain/alarm-settings/alarm-settings.ts';
import { type AlarmSettingsTable, replay, type SettingsChange } from '../../domain/alarm-settings/settings-history.ts';
import type { Database, Schema } from '../journal/database.ts';
import type { AlarmSettingsVersionTable } from './alarm-settings-tables.ts';
import type { Person } from './draft-machine.ts';

export interface SettingsVersion {
  readonly number: number;
  readonly origin: 'plantFile' | 'approved';
  readonly appliedAtMs: number;
  readonly draftId: string | null;
  readonly proposedBy: Person | null;
  readonly approvedBy: Person | null;
  readonly reason: string;
  readonly plantVersion: string;
  readonly digest: string;
  readonly changeCount: number;
}

/** An approved difference remembers what the plant file said then, so that a later change of the file shows. */
export type KeptDifference = SettingDifference & { readonly file?: SettingDifference['from'] };
type Changed = Extract<SettingsChange, { kind: 'changed' }>;
export type KeptChange =
  | Exclude<SettingsChange, { kind: 'changed' }>
  | (Omit<Changed, 'differences'> & {
      readonly differences: readonly KeptDifference[];
      /** What was approved for this alarm before, and had been set aside, is given up. */
      readonly isAnew?: true;
    });

/** What approvals say on top of the plant file, and what the file said when each was approved. */
export interface Override {
  readonly patch: AlarmSettingsPatch;
  readonly file: AlarmSettingsPatch;
}

export class VersionLog {
  readonly #database: Database;
  readonly #versions: SettingsVersion[] = [];
  readonly #overrides = new Map<string, Override>();

  private constructor(database: Database) {
    this.#database = database;
  }

  static async open(database: Database): Promise<VersionLog> {
    const log = new VersionLog(database);
    for (const row of await database.selectFrom('alarm_settings_version').selectAll().orderBy('number').execute())
      log.#versions.push(versionOf(row));
    const approved = await database
      .selectFrom('alarm_settings_change')
      .innerJoin('alarm_settings_version', 'alarm_settings_version.number', 'alarm_settings_change.version')
      .where('alarm_settings_version.origin', '=', 'approved')
      .select('alarm_settings_change.change')
      .orderBy('alarm_settings_change.version')
      .execute();
    for (const { change } of approved) log.#override(JSON.parse(change) as KeptChange);
    return log;
  }

  /** Oldest first. */
  get versions(): readonly SettingsVersion[] {
    return this.#versions;
  }

  get newest(): SettingsVersion | null {
    return this.#versions.at(-1) ?? null;
  }

  get overrides(): ReadonlyMap<string, Override> {
    return this.#overrides;
  }

  /** The version in force at a moment; null before the first. */
  at(timeMs: number): SettingsVersion | null {
    return this.#versions.findLast((version) => version.appliedAtMs <= timeMs) ?? null;
  }

  find(number: number): SettingsVersion | null {
    return this.#versions[number - 1] ?? null;
  }

  async changesOf(number: number): Promise<readonly KeptChange[]> {
    const rows = await this.#database
      .selectFrom('alarm_settings_change')
      .select('change')
      .where('version', '=', number)
      .orderBy('alarm_id')
      .execute();
    return rows.map(({ change }) => JSON.parse(change) as KeptChange);
  }

  /** All settings of a version. */
  async settingsOf(number: number): Promise<AlarmSettingsTable> {
    const rows = await this.#database
      .selectFrom('alarm_settings_change')
      .select('change')
      .where('version', '<=', number)
      .orderBy('version')
      .execute();
    return replay(rows.map(({ change }) => JSON.parse(change) as KeptChange));
  }

  /** Writes a version within the caller's transaction. Call `appended` when that has been committed: until then nothing here has moved. */
  async write(
    transaction: Transaction<Schema>,
    version: SettingsVersion,
    changes: readonly KeptChange[],
    stationIdOf: (alarmId: string) => string,
  ): Promise<void> {
    await transaction.insertInto('alarm_settings_version').values(rowOf(version)).execute();
    const rows = changes.map((change) => ({
      version: version.number,
      alarm_id: change.alarmId,
      station_id: stationIdOf(change.alarmId),
      change: JSON.stringify(change),
    }));
    for (let start = 0; start < rows.length; start += 5_000)
      await transaction
        .insertInto('alarm_settings_change')
        .values(rows.slice(start, start + 5_000))
        .execute();
  }

  appended(version: SettingsVersion, changes: readonly KeptChange[]): void {
    this.#versions.push(version);
    if (version.origin === 'approved') for (const change of changes) this.#override(change);
  }

  #override(change: KeptChange): void {
    if (change.kind !== 'changed') return;
    const before = (change.isAnew === true ? undefined : this.#overrides.get(change.alarmId)) ?? { patch: {}, file: {} };
    const patch = Object.fromEntries(change.differences.map(({ field, to }) => [field, to]));
    const file = Object.fromEntries(change.differences.flatMap(({ field, file: said }) => (said === undefined ? [] : [[field, said]])));
    this.#overrides.set(change.alarmId, { patch: { ...before.patch, ...patch }, file: { ...before.file, ...file } });
  }
}

/** Equal digests mean equal settings. */
export function digestOf(table: AlarmSettingsTable): string {
  const hash = createHash('sha256');
  for (const [alarmId, settings] of [...table].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    hash.update(JSON.stringify([alarmId, ...alarmSettingFields.map((field) => inOneOrder(settings[field]))]));
  return hash.digest('hex');
}

function inOneOrder(value: AlarmSettings[keyof AlarmSettings]): unknown {
  return typeof value === 'object' && value !== null ? [value.zh, value.en] : value;
}

function versionOf(row: AlarmSettingsVersionTable): SettingsVersion {
  return {
    number: row.number,
    origin: row.origin === 'approved' ? 'approved' : 'plantFile',
    appliedAtMs: row.applied_at_ms,
    draftId: row.draft_id,
    proposedBy: row.proposed_by === null ? null : (JSON.parse(row.proposed_by) as Person),
    approvedBy: row.approved_by === null ? null : (JSON.parse(row.approved_by) as Person),
    reason: row.reason,
    plantVersion: row.plant_version,
    digest: row.digest,
    changeCount: row.change_count,
  };
}

function rowOf(version: SettingsVersion): AlarmSettingsVersionTable {
  return {
    number: version.number,
    origin: version.origin,
    applied_at_ms: version.appliedAtMs,
    draft_id: version.draftId,
    proposed_by: version.proposedBy === null ? null : JSON.stringify(version.proposedBy),
    approved_by: version.approvedBy === null ? null : JSON.stringify(version.approvedBy),
    reason: version.reason,
    plant_version: version.plantVersion,
    digest: version.digest,
    change_count: version.changeCount,
  };
}
