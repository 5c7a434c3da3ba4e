// A plant file of many like devices, as JSON: float32 points side by side, 1 Hz, five alarms a point (three limits, stale, instrument fault).

interface LoadPlantOptions {
  readonly devices: number;
  readonly pointsEach: number;
  readonly ports: readonly number[];
  /** What the first points of a device are for. */
  readonly roles?: readonly string[];
}

export function loadStations(options: LoadPlantOptions): object[] {
  const { devices, pointsEach, ports, roles = [] } = options;
  const alarm = (kind: string, setpoint: number, priority: string) => ({
    kind,
    setpoint,
    deadband: 1,
    priority,
    response: { zh: '查看', en: 'Look' },
  });
  const alarms = [alarm('highHigh', 90, 'critical'), alarm('high', 80, 'medium'), alarm('low', 10, 'medium')];
  return Array.from({ length: devices }, (_, device) => ({
    id: `RS-${String(device + 1).padStart(4, '0')}`,
    type: 'regulating',
    name: { zh: `站 ${device + 1}`, en: `Station ${device + 1}` },
    area: 'all',
    devices: [
      {
        id: 'RTU-1',
        protocol: 'modbusTcp',
        host: '127.0.0.1',
        port: ports[device % ports.length],
        unitId: 1,
        scan: '1s',
        points: Array.from({ length: pointsEach }, (_, point) => ({
          tag: `PT-${101 + point}`,
          name: { zh: '压力', en: 'Pressure' },
          ...(roles[point] === undefined ? {} : { role: roles[point] }),
          unit: 'kPa',
          range: { min: 0, max: 100 },
          exceptionDeviation: 0.1,
          register: { table: 'holding', address: point * 2, type: 'float32' },
          alarms,
        })),
      },
    ],
  }));
}

export function loadPlantText(options: LoadPlantOptions): string {
  return JSON.stringify({
    schema: 1,
    company: { id: 'load', name: { zh: '负载', en: 'Load' } },
    areas: [{ id: 'all', name: { zh: '全部', en: 'All' } }],
    stations: loadStations(options),
  });
}
