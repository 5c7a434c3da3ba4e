// The record of every alarm as the database has it, in memory: found by the alarm or by its newest occurrence. Writes nothing.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { KnownAlarm } from './alarm-change.ts';
import { type AlarmRecord, newAlarmRecord } from './alarm-record.ts';

export class AlarmRecords {
  readonly #plant: Plant;
  readonly #records = new Map<string, AlarmRecord>();
  readonly #alarmIdByOccurrence = new Map<string, string>();
  /** Old occurrences are remembered only so that a late action on one is told as a conflict. */
  readonly #occurrencesMax: number;
  /** Of the last change other than an escalation. */
  readonly #newsVersions = new Map<string, number>();

  constructor(plant: Plant) {
    this.#plant = plant;
    this.#occurrencesMax = Math.max(100_000, plant.alarms.length * 2);
  }

  /** By alarm id or by the id of its newest occurrence. */
  find(id: string): KnownAlarm | null {
    const alarmId = this.#plant.alarmIndexById.has(id) ? id : this.#alarmIdByOccurrence.get(id);
    const definition = alarmId === undefined ? undefined : this.definitionOf(alarmId);
    if (alarmId === undefined || definition === undefined) return null;
    return { definition, record: this.recordOf(alarmId) ?? newAlarmRecord(alarmId) };
  }

  /** Everything that ever changed, normal again or not. */
  all(): readonly KnownAlarm[] {
    const found: KnownAlarm[] = [];
    for (const record of this.#records.values()) {
      const definition = this.definitionOf(record.alarmId);
      if (definition !== undefined) found.push({ definition, record });
    }
    return found;
  }

  recordOf(alarmId: string): AlarmRecord | undefined {
    return this.#records.get(alarmId);
  }

  definitionOf(alarmId: string): AlarmDefinition | undefined {
    return this.#plant.alarms[this.#plant.alarmIndexById.get(alarmId) ?? -1];
  }

  stationIdOf({ stationIndex }: AlarmDefinition): string | null {
    return this.#plant.stations[stationIndex]?.id ?? null;
  }

  /** AL28. After a restart an escalation counts as news once more: nobody knows what stood on the screens before. */
  isAsSeen(record: AlarmRecord, version: number): boolean {
    if (version === record.version) return true;
    const isStored = this.#records.get(record.alarmId) === record;
    return isStored && version < record.version && version >= (this.#newsVersions.get(record.alarmId) ?? record.version);
  }

  put(record: AlarmRecord): void {
    if (record.changedWhat !== 'escalate') this.#newsVersions.set(record.alarmId, record.version);
    this.#records.set(record.alarmId, record);
    if (record.occurrenceId === null) return;
    this.#alarmIdByOccurrence.set(record.occurrenceId, record.alarmId);
    while (this.#alarmIdByOccurrence.size > this.#occurrencesMax) {
      const [oldest = '', alarmId = ''] = this.#alarmIdByOccurrence.entries().next().value ?? [];
      this.#alarmIdByOccurrence.delete(oldest);
      // The newest occurrence of an alarm must stay reachable however old it is.
      if (this.#records.get(alarmId)?.occurrenceId === oldest) this.#alarmIdByOccurrence.set(oldest, alarmId);
    }
  }
}
