// The plant in force. It is a `Plant` like any other, so parts hold it by reference; of it only the alarm definitions ever change while the server runs.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../domain/plant/plant.ts';

/**
 * Stations, devices, points and every index are the plant file's for the life of the server. `alarms` is read anew at each use: ask `plant.alarms[index]`
 * when you need a definition, never keep the array or a definition from one event to the next.
 */
export class CurrentPlant implements Plant {
  readonly version: Plant['version'];
  readonly company: Plant['company'];
  readonly areas: Plant['areas'];
  readonly stations: Plant['stations'];
  readonly devices: Plant['devices'];
  readonly points: Plant['points'];
  readonly pipelines: Plant['pipelines'];
  readonly pointTable: Plant['pointTable'];
  readonly stationIndexById: Plant['stationIndexById'];
  readonly deviceIndexById: Plant['deviceIndexById'];
  readonly pointIndexById: Plant['pointIndexById'];
  readonly alarmIndexById: Plant['alarmIndexById'];
  #alarms: readonly AlarmDefinition[];

  constructor(plant: Plant) {
    this.version = plant.version;
    this.company = plant.company;
    this.areas = plant.areas;
    this.stations = plant.stations;
    this.devices = plant.devices;
    this.points = plant.points;
    this.pipelines = plant.pipelines;
    this.pointTable = plant.pointTable;
    this.stationIndexById = plant.stationIndexById;
    this.deviceIndexById = plant.deviceIndexById;
    this.pointIndexById = plant.pointIndexById;
    this.alarmIndexById = plant.alarmIndexById;
    this.#alarms = plant.alarms;
  }

  get alarms(): readonly AlarmDefinition[] {
    return this.#alarms;
  }

  /** Puts other definitions of the same alarms in force, all at once. Call it in the same ledger work as the commit that decided so. */
  putAlarmsInForce(alarms: readonly AlarmDefinition[]): void {
    const isSameList = alarms.length === this.#alarms.length && alarms.every((alarm, index) => alarm.id === this.#alarms[index]?.id);
    if (!isSameList) throw new Error('alarm settings may change the alarms of the plant file, not add, remove or reorder them');
    this.#alarms = alarms;
  }
}
