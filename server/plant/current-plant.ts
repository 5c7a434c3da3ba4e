// The plant in force. Parts hold its `plant` by reference like any other; of it only the alarm definitions ever change while the server runs.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../domain/plant/plant.ts';

export class CurrentPlant {
  /**
   * Stations, devices, points and every index are the plant file's for the life of the server. `alarms` is what is in force at the moment of asking:
   * read `plant.alarms[index]` when you need a definition, never keep the array or a definition from one event to the next.
   */
  readonly plant: Plant;
  #alarms: readonly AlarmDefinition[];

  constructor(plantOfFile: Plant) {
    this.#alarms = plantOfFile.alarms;
    const alarmsInForce = () => this.#alarms;
    this.plant = {
      ...plantOfFile,
      get alarms() {
        return alarmsInForce();
      },
    };
  }

  /** Puts other definitions of the same alarms in force, all at once. Call it in the same ledger work as the commit that decided so. */
  putAlarmsInForce(alarms: readonly AlarmDefinition[]): void {
    const isSameList = alarms.length === this.#alarms.length && alarms.every((alarm, index) => alarm.id === this.#alarms[index]?.id);
    if (!isSameList) throw new Error('alarm settings may change the alarms of the plant file, not add, remove or reorder them');
    this.#alarms = alarms;
  }
}
