// What the thread of the OPC UA server is told of the plant at its start, and how much memory that takes.
import type { OpcuaServerSettings } from '../../../domain/plant/compile-northbound.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import type { OpcuaModel } from './opcua-messages.ts';

/** Without alarms, which come in slices. */
export function modelOf(plant: Plant, settings: OpcuaServerSettings): Omit<OpcuaModel, 'alarms'> {
  const { company, areas, stations, devices, points } = plant;
  return {
    company,
    areas,
    stations: stations.map(({ index, id, type, name, areaId, address, deviceIndexes, pointIndexes }) => ({
      index,
      id,
      type,
      name,
      areaId,
      address,
      deviceIndexes,
      pointIndexes,
    })),
    devices: devices.map(({ index, id, stationIndex, name, pointIndexes }) => ({ index, id, stationIndex, name, pointIndexes })),
    points: points.map(
      ({ index, id, tag, stationIndex, deviceIndex, name, kind, role, unitOf, unit, range, states, normal, setpoint }) => ({
        index,
        id,
        tag,
        stationIndex,
        deviceIndex,
        name,
        kind,
        role,
        unitOf,
        unit,
        range,
        states,
        normal,
        setpoint,
      }),
    ),
    stationIndexes: settings.stationIndexes,
    reannounceAfterMs: plant.alarmManagement.reannounceAfterMs,
  };
}

/** Measured: 30 KB a point with its properties and alarms; and room for the nodes that clients ask to see. */
export function heapLimitMb(plant: Plant): number {
  return 768 + Math.ceil((plant.points.length * 60) / 1_024);
}
