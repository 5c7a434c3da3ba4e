// All alarms as they were after a certain journal line, with the words, settings and marks of then; moved forward line by line. Writes nothing.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { KnownAlarm } from '../alarms/alarm-change.ts';
import { alarmLineOf } from '../alarms/alarm-line.ts';
import type { AlarmMarks } from '../alarms/alarm-marks.ts';
import { type AlarmRecord, stateOf } from '../alarms/alarm-record.ts';
import { AlarmViews, type KnownAlarms } from '../alarms/alarm-view.ts';
import { replayEntry } from '../alarms/replay-journal.ts';
import { CurrentPlant } from '../plant/current-plant.ts';

export class PastAlarms implements KnownAlarms {
  readonly #current: CurrentPlant;
  readonly #records: Map<string, AlarmRecord>;
  readonly #marks: AlarmMarks;
  readonly #views: AlarmViews;
  #sequence: number;
  #atMs: number;
  #settingsVersion: number | null = null;

  constructor(options: {
    readonly plant: Plant;
    readonly records: Map<string, AlarmRecord>;
    readonly marks: AlarmMarks;
    readonly sequence: number;
    readonly atMs: number;
  }) {
    this.#current = new CurrentPlant(options.plant);
    this.#records = options.records;
    this.#marks = options.marks;
    this.#sequence = options.sequence;
    this.#atMs = options.atMs;
    this.#views = new AlarmViews(this.#current.plant, this, options.marks, { nowMs: () => this.#atMs });
    this.#views.takeChanged();
  }

  get sequence(): number {
    return this.#sequence;
  }

  get settingsVersion(): number | null {
    return this.#settingsVersion;
  }

  /** With the alarm settings of then. */
  get plant(): Plant {
    return this.#current.plant;
  }

  get records(): ReadonlyMap<string, AlarmRecord> {
    return this.#records;
  }

  /** Marks that come and go with time, and how long alarms have stood, are told for this moment. */
  moveTo(atMs: number): void {
    this.#atMs = atMs;
  }

  putSettings(version: number | null, alarms: readonly AlarmDefinition[]): void {
    this.#settingsVersion = version;
    this.#current.putAlarmsInForce(alarms);
  }

  /** The alarm that the line is about, or null. */
  apply(entry: JournalEntry): string | null {
    this.#sequence = entry.sequence;
    const alarmId = replayEntry(this.#records, entry, this.plant);
    const line = alarmLineOf(entry);
    if (line !== null) this.#marks.note(line);
    return alarmId;
  }

  find(alarmId: string): KnownAlarm | null {
    const record = this.#records.get(alarmId);
    const definition = this.#definitionOf(alarmId);
    return record === undefined || definition === undefined ? null : { definition, record };
  }

  all(): readonly KnownAlarm[] {
    return [...this.#records.keys()].flatMap((alarmId) => this.find(alarmId) ?? []);
  }

  /** All that were not normal, at stations that may be seen. */
  open(maySee: (stationId: string) => boolean): AlarmView[] {
    return this.all()
      .filter(({ definition, record }) => stateOf(record) !== 'normal' && maySee(this.#stationIdOf(definition)))
      .map(({ definition, record }) => this.#views.view(definition, record));
  }

  /** Not normal, but not in the plant file of now. */
  unknown(maySee: (stationId: string) => boolean): string[] {
    const unknown = [...this.#records.values()].filter((record) => this.#definitionOf(record.alarmId) === undefined);
    // The station is the first part of an alarm's id.
    return unknown
      .filter((record) => stateOf(record) !== 'normal' && maySee(record.alarmId.split('.')[0] ?? ''))
      .map(({ alarmId }) => alarmId);
  }

  viewOf(definition: AlarmDefinition, record: AlarmRecord): AlarmView {
    return this.#views.view(definition, record);
  }

  /** `changed` had lines of their own; with them go those whose view changes through them, where they are on the screens. */
  viewsAfter(changed: ReadonlySet<string>, maySee: (stationId: string) => boolean): AlarmView[] {
    const shown = new Set(this.#views.takeChanged());
    for (const alarmId of changed) {
      const definition = this.#definitionOf(alarmId);
      if (definition !== undefined) for (const other of this.#views.othersChangedBy(definition)) shown.add(other);
    }
    const views: AlarmView[] = [];
    for (const alarmId of new Set([...changed, ...shown])) {
      const found = this.find(alarmId);
      if (found === null || !maySee(this.#stationIdOf(found.definition))) continue;
      if (changed.has(alarmId) || stateOf(found.record) !== 'normal') views.push(this.#views.view(found.definition, found.record));
    }
    return views;
  }

  #definitionOf(alarmId: string): AlarmDefinition | undefined {
    return this.plant.alarms[this.plant.alarmIndexById.get(alarmId) ?? -1];
  }

  #stationIdOf(definition: AlarmDefinition): string {
    return this.plant.stations[definition.stationIndex]?.id ?? '';
  }
}
