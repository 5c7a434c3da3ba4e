// The alarm settings: what is in force, every version that ever was, and the drafts that people propose, submit and approve. The only writer of all three.
// An approval commits version, changes, draft and journal in one transaction and puts the settings in force in the same ledger work.
import { randomUUIDv7 } from 'node:crypto';
import {
  type AlarmSettings,
  type AlarmSettingsPatch,
  isSameSetting,
  type SettingDifference,
  settingsOf,
} from '../../domain/alarm-settings/alarm-settings.ts';
import { applyAlarmSettings } from '../../domain/alarm-settings/apply-alarm-settings.ts';
import type { Finding } from '../../domain/alarm-settings/finding.ts';
import { findingsOf } from '../../domain/alarm-settings/rationalisation.ts';
import { fieldWords } from '../../domain/alarm-settings/setting-words.ts';
import {
  type AlarmSettingsTable,
  changesBetween,
  replay,
  type SettingsChange,
  settingsTableOf,
} from '../../domain/alarm-settings/settings-history.ts';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import type { CurrentPlant } from '../plant/current-plant.ts';
import { checkDraft, type DraftCheck, draftRows } from './draft-check.ts';
import { applyDraftEvent, type Draft, type DraftEvent, type DraftRefusal, newDraft, type Person } from './draft-machine.ts';
import { digestOf, type KeptChange, type SettingsVersion, VersionLog } from './version-log.ts';

export type DraftResult =
  | { readonly kind: 'done'; readonly draft: Draft }
  | { readonly kind: 'conflict'; readonly draft: Draft }
  | { readonly kind: 'refused'; readonly reason: DraftRefusal; readonly draft: Draft; readonly check: DraftCheck }
  | { readonly kind: 'unknown' };

/** An edit names settings by alarm; null takes the alarm out of the draft. */
export type DraftAction =
  | { readonly kind: 'edit'; readonly reason: string | null; readonly wanted: ReadonlyMap<string, AlarmSettingsPatch | null> }
  | { readonly kind: 'submit' | 'recall' | 'withdraw' }
  | { readonly kind: 'approve'; readonly comment: string | null }
  | { readonly kind: 'reject'; readonly comment: string };

const mostRowsInJournal = 200;

const serverActor: JournalActor = { kind: 'system', part: 'server' };

export class AlarmSettingsBook {
  readonly plantOfFile: Plant;
  readonly #current: CurrentPlant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #log: VersionLog;
  readonly #drafts = new Map<string, Draft>();
  readonly #listeners = new Set<(what: 'drafts' | 'settings') => void>();
  #findings: readonly Finding[] | null = null;
  #setAsideAlarmIds: readonly string[] = [];

  private constructor(options: { plantOfFile: Plant; current: CurrentPlant; ledger: Ledger; clock: Clock; log: VersionLog }) {
    this.plantOfFile = options.plantOfFile;
    this.#current = options.current;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Puts the approved settings in force on top of the plant file, and records what the plant file itself changed since the last start. */
  static async open(options: { plantOfFile: Plant; current: CurrentPlant; ledger: Ledger; clock: Clock }): Promise<AlarmSettingsBook> {
    const { database } = options.ledger;
    const log = await VersionLog.open(database);
    const book = new AlarmSettingsBook({ ...options, log });
    for (const row of await database.selectFrom('alarm_settings_draft').select('record').orderBy('id').execute()) {
      const draft = JSON.parse(row.record) as Draft;
      book.#drafts.set(draft.id, draft);
    }
    const applied = applyAlarmSettings(options.plantOfFile, new Map([...log.overrides].map(([id, { patch }]) => [id, patch])));
    book.#setAsideAlarmIds = applied.setAsideAlarmIds;
    options.current.putAlarmsInForce(applied.plant.alarms);
    await book.#recordPlantFile(applied.plant);
    return book;
  }

  /** With the settings in force. */
  get plant(): Plant {
    return this.#current.settable;
  }

  get version(): SettingsVersion {
    const { newest } = this.#log;
    if (newest === null) throw new Error('the alarm settings have no version: the book was not opened');
    return newest;
  }

  /** Oldest first. */
  get versions(): readonly SettingsVersion[] {
    return this.#log.versions;
  }

  get log(): VersionLog {
    return this.#log;
  }

  /** Of the settings in force. */
  get findings(): readonly Finding[] {
    this.#findings ??= [...findingsOf(this.plant), ...this.#historyFindings()];
    return this.#findings;
  }

  drafts(): readonly Draft[] {
    return [...this.#drafts.values()];
  }

  find(id: string): Draft | null {
    return this.#drafts.get(id) ?? null;
  }

  check(draft: Draft): DraftCheck {
    const { plantOfFile, plant } = this;
    return checkDraft(draft.rows, { plantOfFile, plant, overrides: this.#log.overrides, setAsideAlarmIds: this.#setAsideAlarmIds });
  }

  /** Told after the commit, never before. */
  onChange(listener: (what: 'drafts' | 'settings') => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  propose(facts: {
    readonly by: Person;
    readonly source: Draft['source'];
    readonly fileName: string | null;
    readonly reason: string;
    readonly wanted: ReadonlyMap<string, AlarmSettingsPatch>;
  }): Promise<Draft> {
    return this.#ledger.exclusively(async (commit) => {
      const { by, source, fileName, reason } = facts;
      const rows = draftRows(facts.wanted, this.plant);
      const draft = newDraft({ id: randomUUIDv7(), by, source, fileName, reason, rows, atMs: this.#clock.nowMs() });
      await this.#commitDraft(commit, draft, by, 'propose', { source, fileName });
      return draft;
    });
  }

  /** [AS11] A person's action on the version of the draft that he saw. */
  act(id: string, version: number, by: Person, action: DraftAction): Promise<DraftResult> {
    return this.#ledger.exclusively(async (commit): Promise<DraftResult> => {
      const draft = this.#drafts.get(id);
      if (draft === undefined) return { kind: 'unknown' };
      if (draft.version !== version) return { kind: 'conflict', draft };
      const check = this.check(draft);
      const event = this.#eventOf(draft, by, action);
      const transition = applyDraftEvent(draft, event, { errors: check.errors.length, conflicts: check.conflicts.length });
      if (transition.kind === 'refused') return { kind: 'refused', reason: transition.reason, draft, check };
      if (event.kind === 'approve') await this.#commitApproval(commit, transition.draft, by, check);
      else await this.#commitDraft(commit, transition.draft, by, event.kind, 'comment' in event ? { comment: event.comment } : {});
      return { kind: 'done', draft: transition.draft };
    });
  }

  #eventOf(draft: Draft, by: Person, action: DraftAction): DraftEvent {
    const atMs = this.#clock.nowMs();
    switch (action.kind) {
      case 'edit': {
        const kept = draft.rows.filter(({ alarmId }) => !action.wanted.has(alarmId));
        const wanted = [...action.wanted].flatMap(([alarmId, patch]) => (patch === null ? [] : [[alarmId, patch] as const]));
        const rows = [...kept, ...draftRows(new Map(wanted), this.plant)];
        return { kind: 'edit', by, atMs, reason: action.reason ?? draft.reason, rows };
      }
      case 'approve':
        return { kind: 'approve', by, atMs, comment: action.comment, appliedVersion: this.version.number + 1 };
      case 'reject':
        return { kind: 'reject', by, atMs, comment: action.comment };
      default:
        return { kind: action.kind, by, atMs };
    }
  }

  /** [AS10] */
  async #commitApproval(commit: Commit, draft: Draft, by: Person, check: DraftCheck): Promise<void> {
    const { candidate } = check;
    requireExactly(draft, changesBetween(settingsTableOf(this.plant), settingsTableOf(candidate)));
    const changes = this.#keptChanges(draft, check.supersededAlarmIds);
    const version: SettingsVersion = {
      number: this.version.number + 1,
      origin: 'approved',
      appliedAtMs: Math.max(draft.changedAtMs, this.version.appliedAtMs),
      draftId: draft.id,
      proposedBy: draft.proposedBy,
      approvedBy: by,
      reason: draft.reason,
      plantVersion: this.plant.version,
      digest: digestOf(settingsTableOf(candidate)),
      changeCount: draft.rows.length,
    };
    const detail = {
      draftId: draft.id,
      settingsVersion: version.number,
      digest: version.digest,
      proposedBy: draft.proposedBy.username,
      reason: draft.reason,
      comment: draft.decisionComment,
      alarms: draft.rows.length,
    };
    const entries = [
      this.#entry(version.appliedAtMs, 'alarmSettings.approve', actorOf(by), detail),
      ...changes.map((change) => this.#changeEntry(version, change, actorOf(by))),
    ];
    await commit(entries, async (transaction) => {
      await this.#log.write(transaction, version, changes, (alarmId) => this.#stationIdOf(alarmId));
      await transaction
        .updateTable('alarm_settings_draft')
        .set({ state: draft.state, changed_at_ms: draft.changedAtMs, record: JSON.stringify(draft) })
        .where('id', '=', draft.id)
        .execute();
    });
    this.#log.appended(version, changes);
    this.#drafts.set(draft.id, draft);
    this.#current.putAlarmsInForce(candidate.alarms);
    this.#findings = null;
    this.#setAsideAlarmIds = check.setAsideAlarmIds;
    for (const listener of this.#listeners) listener('settings');
  }

  #keptChanges(draft: Draft, supersededAlarmIds: readonly string[]): readonly KeptChange[] {
    const anew = (alarmId: string) => (supersededAlarmIds.includes(alarmId) ? ({ isAnew: true } as const) : {});
    const rows = draft.rows.map(({ alarmId, differences }): KeptChange => {
      const inFile = this.plantOfFile.alarms[this.plantOfFile.alarmIndexById.get(alarmId) ?? -1];
      const file: Partial<AlarmSettings> = inFile === undefined ? {} : settingsOf(inFile);
      return {
        kind: 'changed',
        alarmId,
        differences: differences.map((each) => ({ ...each, file: file[each.field] ?? null })),
        ...anew(alarmId),
      };
    });
    const givenUp = supersededAlarmIds.filter((alarmId) => !draft.rows.some((row) => row.alarmId === alarmId));
    return [...rows, ...givenUp.map((alarmId): KeptChange => ({ kind: 'changed', alarmId, differences: [], isAnew: true }))];
  }

  async #commitDraft(commit: Commit, draft: Draft, by: Person, kind: string, more: Readonly<Record<string, unknown>>): Promise<void> {
    // What a large import wants stands in the draft itself; if it is approved, each change gets its own line.
    const hasNewRows = (kind === 'propose' || kind === 'edit') && draft.rows.length <= mostRowsInJournal;
    const detail = {
      draftId: draft.id,
      version: draft.version,
      reason: draft.reason,
      alarms: draft.rows.length,
      ...more,
      ...(hasNewRows ? { rows: draft.rows } : {}),
    };
    const row = { id: draft.id, state: draft.state, changed_at_ms: draft.changedAtMs, record: JSON.stringify(draft) };
    await commit([this.#entry(draft.changedAtMs, `alarmSettings.${kind}`, actorOf(by), detail)], async (transaction) => {
      await transaction
        .insertInto('alarm_settings_draft')
        .values(row)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({ state: row.state, changed_at_ms: row.changed_at_ms, record: row.record }),
        )
        .execute();
    });
    this.#drafts.set(draft.id, draft);
    for (const listener of this.#listeners) listener('drafts');
  }

  /** [AS13] The first start with other alarms in the plant file, or with other settings of them, makes a version. */
  async #recordPlantFile(plant: Plant): Promise<void> {
    const { newest } = this.#log;
    const table = settingsTableOf(plant);
    const digest = digestOf(table);
    if (newest?.digest === digest) return;
    const before: AlarmSettingsTable = newest === null ? replay([]) : await this.#log.settingsOf(newest.number);
    const changes = changesBetween(before, table);
    const atMs = Math.max(this.#clock.nowMs(), newest?.appliedAtMs ?? 0);
    const version: SettingsVersion = {
      number: (newest?.number ?? 0) + 1,
      origin: 'plantFile',
      appliedAtMs: atMs,
      draftId: null,
      proposedBy: null,
      approvedBy: null,
      reason: '',
      plantVersion: plant.version,
      digest,
      changeCount: changes.length,
    };
    const count = (kind: KeptChange['kind']) => changes.filter((change) => change.kind === kind).length;
    const detail = {
      settingsVersion: version.number,
      digest,
      plantVersion: plant.version,
      added: count('added'),
      removed: count('removed'),
      changed: count('changed'),
      setAside: [...this.#setAsideAlarmIds],
    };
    const entries = [
      this.#entry(atMs, 'alarmSettings.plantFile', serverActor, detail),
      ...changes.filter((change) => change.kind === 'changed').map((change) => this.#changeEntry(version, change, serverActor)),
    ];
    await this.#ledger.commit(entries, (transaction) =>
      this.#log.write(transaction, version, changes, (alarmId) => this.#stationIdOf(alarmId)),
    );
    this.#log.appended(version, changes);
  }

  /** Where the plant file and the approved settings have grown apart. */
  #historyFindings(): readonly Finding[] {
    const setAside = this.#setAsideAlarmIds.map(
      (alarmId): Finding => ({
        code: 'approvedSettingsSetAside',
        severity: 'warning',
        alarmId,
        field: null,
        message: {
          zh: '已批准的设置与现在的厂站文件不符，按厂站文件执行：请重新提出或修改厂站文件',
          en: 'the approved settings do not fit the plant file as it is now; the plant file is in force: propose them anew or mend the file',
        },
      }),
    );
    const changedSince = [...this.#log.overrides].flatMap(([alarmId, { patch, file }]) => {
      const inFile = this.plantOfFile.alarms[this.plantOfFile.alarmIndexById.get(alarmId) ?? -1];
      if (inFile === undefined || this.#setAsideAlarmIds.includes(alarmId)) return [];
      const says = settingsOf(inFile);
      return Object.keys(file).flatMap((name): Finding[] => {
        const field = name as keyof AlarmSettings;
        if (isSameSetting(file[field] ?? null, says[field]) || isSameSetting(patch[field] ?? null, says[field])) return [];
        const { zh, en } = fieldWords[field];
        return [
          {
            code: 'plantFileChangedSince',
            severity: 'warning',
            alarmId,
            field,
            message: {
              zh: `厂站文件此后改了${zh}；已批准的设置仍然有效`,
              en: `the plant file has changed its ${en.toLowerCase()} since; the approved one stays in force`,
            },
          },
        ];
      });
    });
    return [...setAside, ...changedSince];
  }

  #stationIdOf(alarmId: string): string {
    const alarm = this.plant.alarms[this.plant.alarmIndexById.get(alarmId) ?? -1];
    // A removed alarm's station is the first part of its id.
    return this.plant.stations[alarm?.stationIndex ?? -1]?.id ?? alarmId.slice(0, alarmId.indexOf('.'));
  }

  #changeEntry(version: SettingsVersion, change: KeptChange, actor: JournalActor): NewJournalEntry {
    const differences = change.kind === 'changed' ? change.differences.map(({ field, from, to }) => ({ field, from, to })) : [];
    return {
      ...this.#entry(version.appliedAtMs, 'alarmSettings.change', actor, { settingsVersion: version.number, differences }),
      stationId: this.#stationIdOf(change.alarmId),
      alarmId: change.alarmId,
    };
  }

  #entry(atMs: number, kind: string, actor: JournalActor, detail: Readonly<Record<string, unknown>>): NewJournalEntry {
    return { occurredAtMs: atMs, kind, stationId: null, alarmId: null, occurrenceId: null, actor, detail };
  }
}

/** [AS10] What comes into force must be what was approved, to the letter; anything else is a fault of this program and must not get through. */
function requireExactly(draft: Draft, changes: readonly SettingsChange[]): void {
  const written = (rows: readonly { readonly alarmId: string; readonly differences?: readonly SettingDifference[] }[]) =>
    rows
      .map(({ alarmId, differences }) => canonicalJson([alarmId, (differences ?? []).toSorted((a, b) => (a.field < b.field ? -1 : 1))]))
      .toSorted()
      .join('\n');
  if (written(draft.rows) !== written(changes))
    throw new Error(`the approval of draft ${draft.id} would change other settings than the draft names`);
}

function actorOf(person: Person): JournalActor {
  return { kind: 'person', username: person.username, displayName: person.displayName };
}
