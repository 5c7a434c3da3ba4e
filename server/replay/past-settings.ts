// The alarm definitions that were in force at a past moment: the plant file of now with the alarm settings of then.

import { withSettings } from '../../domain/alarm-settings/alarm-settings.ts';
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AlarmSettingsBook } from '../alarm-settings/alarm-settings-book.ts';

const keptVersions = 4;

export class PastSettings {
  readonly #plant: Plant;
  readonly #book: Pick<AlarmSettingsBook, 'log' | 'version'>;
  readonly #kept = new Map<number, readonly AlarmDefinition[]>();

  constructor(plant: Plant, book: Pick<AlarmSettingsBook, 'log' | 'version'>) {
    this.#plant = plant;
    this.#book = book;
  }

  /** Null before the first version: its settings are the nearest that are known. */
  versionAt(timeMs: number): number | null {
    return this.#book.log.at(timeMs)?.number ?? null;
  }

  async alarmsOf(version: number | null): Promise<readonly AlarmDefinition[]> {
    const wanted = version ?? this.#book.log.versions[0]?.number ?? this.#book.version.number;
    if (wanted === this.#book.version.number) return this.#plant.alarms;
    const kept = this.#kept.get(wanted);
    if (kept !== undefined) return kept;
    const table = await this.#book.log.settingsOf(wanted);
    const alarms = this.#plant.alarms.map((alarm) => {
      const settings = table.get(alarm.id);
      return settings === undefined ? alarm : withSettings(alarm, settings, this.#plant.alarmManagement);
    });
    this.#kept.set(wanted, alarms);
    for (const oldest of this.#kept.keys()) if (this.#kept.size > keptVersions) this.#kept.delete(oldest);
    return alarms;
  }
}
