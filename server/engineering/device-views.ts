// Devices and profiles as the engineering screen shows them.
import type { EngineeringDevice, ProfileView } from '../../domain/api/engineering-api.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { ModbusDevice, OpcuaDevice, Plant } from '../../domain/plant/plant.ts';
import { deviceProfiles } from '../../domain/plant/profiles/device-profiles.ts';

export function deviceView(
  plant: Plant,
  device: ModbusDevice | OpcuaDevice,
  statuses: readonly CollectorStatus[],
  isLive: (collectorId: string) => boolean,
): EngineeringDevice {
  const station = plant.stations[device.stationIndex];
  const collectorId = station?.collectorId ?? '';
  const points = device.pointIndexes.flatMap((index) => plant.points[index] ?? []);
  const status = statuses.find((one) => one.collectorId === collectorId)?.devices.find(({ deviceId }) => deviceId === device.id) ?? null;
  return {
    id: device.id,
    stationId: station?.id ?? '',
    name: device.name,
    protocol: device.protocol,
    address: addressOf(device),
    unitId: device.protocol === 'opcua' ? null : device.unitId,
    profileId: device.profileId,
    collectorId,
    isCollectorLive: isLive(collectorId),
    pointCount: points.length,
    scanMs: [...new Set(points.map(({ scanMs }) => scanMs))].toSorted((a, b) => a - b),
    modbus:
      device.protocol === 'opcua'
        ? null
        : {
            host: device.line.kind === 'tcp' ? device.line.host : null,
            port: device.line.kind === 'tcp' ? device.line.port : null,
            framing: device.protocol === 'modbusTcp' ? 'tcp' : 'rtu',
            wordOrders: [...new Set(points.flatMap(({ source }) => (source.kind === 'modbus' ? [source.register.wordOrder] : [])))],
          },
    security:
      device.protocol === 'opcua' ? (device.securityMode === 'None' ? 'None' : `${device.securityMode} ${device.securityPolicy}`) : null,
    status,
  };
}

function addressOf(device: ModbusDevice | OpcuaDevice): string {
  if (device.protocol === 'opcua') return device.endpoint;
  return device.line.kind === 'tcp' ? `${device.line.host}:${device.line.port}` : device.line.serial.path;
}

export function profileViews(plant: Plant): ProfileView[] {
  return [...deviceProfiles.values()].map((profile) => ({
    id: profile.id,
    maker: profile.maker,
    model: profile.model,
    certainty: profile.certainty,
    source: profile.source,
    addressBase: profile.addressBase,
    wordOrder: profile.wordOrder,
    points: Object.entries(profile.points).map(([name, point]) => ({
      name,
      table: point.register.table,
      address: point.register.address,
      type: point.register.type,
      unit: point.unit ?? '',
      range: point.range === undefined ? null : { ...point.range },
      channelStep: point.channelStep ?? null,
      note: point.note ?? '',
    })),
    usedBy: plant.devices.filter(({ profileId }) => profileId === profile.id).map(({ id }) => id),
  }));
}
