// The plant in force. Parts hold its `plant` by reference like any other; of it only the alarm definitions ever change while the server runs.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../domain/plant/plant.ts';

export class CurrentPlant {
  /**
   * Stations, devices, points and every index are the plant file's for the life of the server. `alarms` is what is in force at the moment of asking:
   * read `plant.alarms[index]` when you need a definition, never keep the array or a definition from one event to the next.
   */
  readonly plant: Plant;
  /** The same without the monitor's own alarms: what alarm settings are about. */
  readonly settable: Plant;
  /** Behind those of the plant file, untouched by settings: alarms of the monitor itself. */
  readonly #ownAlarms: readonly AlarmDefinition[];
  #alarmsOfFile: readonly AlarmDefinition[];
  #alarms: readonly AlarmDefinition[];

  constructor(plantOfFile: Plant, ownAlarms: readonly AlarmDefinition[] = []) {
    this.#ownAlarms = ownAlarms;
    this.#alarmsOfFile = plantOfFile.alarms;
    this.#alarms = [...plantOfFile.alarms, ...ownAlarms];
    const alarmsInForce = () => this.#alarms;
    const alarmsOfFile = () => this.#alarmsOfFile;
    this.plant = {
      ...plantOfFile,
      alarmIndexById: new Map(this.#alarms.map(({ id }, index) => [id, index])),
      get alarms() {
        return alarmsInForce();
      },
    };
    this.settable = {
      ...plantOfFile,
      get alarms() {
        return alarmsOfFile();
      },
    };
  }

  /** Puts other definitions of the same alarms in force, all at once. Call it in the same ledger work as the commit that decided so. */
  putAlarmsInForce(alarmsOfFile: readonly AlarmDefinition[]): void {
    const alarms = [...alarmsOfFile, ...this.#ownAlarms];
    const isSameList = alarms.length === this.#alarms.length && alarms.every((alarm, index) => alarm.id === this.#alarms[index]?.id);
    if (!isSameList) throw new Error('alarm settings may change the alarms of the plant file, not add, remove or reorder them');
    this.#alarmsOfFile = alarmsOfFile;
    this.#alarms = alarms;
  }
}
