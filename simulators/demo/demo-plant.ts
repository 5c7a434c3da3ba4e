// The demo plant: 8 stations of 6 types behind Modbus TCP, RTU over TCP and OPC UA. Written as data; ports and certificate thumbprints are filled in at start.
import { stringify } from 'yaml';
import {
  detectors,
  gasVote,
  heartbeat,
  odoriser,
  pressureInlet,
  pressureOutlet,
  regulatorRun,
  security,
  withoutRate,
} from './common-points.ts';
import { demoCameras } from './demo-cameras.ts';
import { compressors, dispensers, gateEquipment, lpgTransfer, runDetails, tanks, weather } from './equipment-points.ts';
import { withGuidance } from './guidance.ts';
import { demoPatrols } from './patrols.ts';
import { gasMeter, gasPanel, gasTransmitter, ups } from './profiled-devices.ts';
import { demoResponsePlans } from './response-plans.ts';
import {
  analog,
  type DeviceInput,
  guided,
  limit,
  modbusPlace,
  named,
  opcuaPlace,
  type Place,
  type PointInput,
  RegisterMap,
} from './station-builder.ts';

export interface DemoPorts {
  readonly host: string;
  /** Port of each simulated device by its full id. */
  readonly portOf: (deviceId: string) => number;
  readonly thumbprintOf: (deviceId: string) => string;
}

type Station = Record<string, unknown> & { readonly id: string; readonly devices: DeviceInput[] };

export const opcuaUserName = 'gatewatch';
export const opcuaPasswordVariable = 'GATEWATCH_DEMO_OPCUA_PASSWORD';

/** Named as a device would be, to get a port like one. */
export const messageGatewayName = 'message gateway';

/** SMS and calls go to a gateway of the simulators; what it was given is shown on the scenario page. */
function demoNotifications(gatewayUrl: string) {
  const body = { json: { to: '{{mobile}}', name: '{{name}}', text: '{{text}}' } };
  const success = { answer: { path: 'code', is: 0 } };
  return {
    sms: { url: `${gatewayUrl}/sms`, insecure: true, body, success },
    voice: { url: `${gatewayUrl}/voice`, insecure: true, body, success },
  };
}

/** Escalation by the default chains. */
const demoDuty = {
  shifts: [
    { id: 'day', name: { zh: '早班', en: 'Day' }, start: '07:30', end: '15:30' },
    { id: 'evening', name: { zh: '中班', en: 'Evening' }, start: '15:30', end: '23:30' },
    { id: 'night', name: { zh: '夜班', en: 'Night' }, start: '23:30', end: '07:30' },
  ],
  consoles: [
    { id: 'desk-1', name: { zh: '一号值班台', en: 'Desk 1' } },
    { id: 'desk-2', name: { zh: '二号值班台', en: 'Desk 2' } },
  ],
};

export function demoPlantText(ports: DemoPorts): string {
  const stations = demoStations(ports).map((station) => ({ ...guidedStation(station), ...demoCameras(station.id, ports) }));
  const plant = {
    schema: 1,
    company: { id: 'demo-gas', name: { zh: '滨河燃气（演示）', en: 'Riverside Gas (demo)' }, timeZone: 'Asia/Shanghai' },
    areas: [
      { id: 'north', name: { zh: '北区', en: 'North' } },
      { id: 'south', name: { zh: '南区', en: 'South' } },
      { id: 'storage', name: { zh: '储运', en: 'Storage and filling' } },
    ],
    duty: demoDuty,
    notifications: demoNotifications(`http://${ports.host}:${ports.portOf(messageGatewayName)}`),
    stations,
    pipelines: [
      // The 1.6 MPa net leaves before the gate's regulators.
      { from: 'GS-01', to: 'RS-01', fromPressure: 'PT-101' },
      { from: 'GS-01', to: 'RS-02', fromPressure: 'PT-101' },
      { from: 'GS-02', to: 'RS-02', fromPressure: 'PT-101' },
      { from: 'RS-01', to: 'DR-01' },
      { from: 'GS-02', to: 'ST-01' },
      { from: 'GS-01', to: 'CN-01' },
    ],
    responsePlans: demoResponsePlans,
    patrols: demoPatrols,
    // A company's SCADA may look in and acknowledge; any free port, so that two demos do not fight for one. Printed at the start.
    northbound: { opcua: { host: ports.host, port: 0 } },
  };
  return `# The demo plant, written by the simulators at each start: edit a copy, not this file.\n${stringify(plant, { lineWidth: 200, aliasDuplicateObjects: false })}`;
}

/** With cause, consequence, response and time for every alarm that has not said its own. */
function guidedStation(station: Station): Station {
  return {
    ...station,
    devices: station.devices.map((device) => ({
      ...device,
      points: device.points.map((point) => {
        const { role, from, name, alarms } = point as { role?: string; from?: string; name?: { en: string }; alarms?: readonly object[] };
        // A point of a profiled device has its role from the profile, by the channel that it is read from.
        const subject = { role: role ?? from ?? 'other', name: name?.en ?? '' };
        return alarms === undefined ? point : { ...point, alarms: alarms.map((alarm) => withGuidance(alarm, subject)) };
      }),
    })),
    alarms: (station.alarms as readonly { readonly message?: { readonly en: string } }[]).map((alarm) =>
      withGuidance(alarm, { role: 'station', name: alarm.message?.en ?? '' }),
    ),
  };
}

function demoStations(ports: DemoPorts): Station[] {
  const modbus = (
    stationId: string,
    id: string,
    name: readonly [string, string],
    points: PointInput[],
    more: Record<string, unknown> = {},
  ): DeviceInput => ({
    id,
    name: named(name),
    protocol: 'modbusTcp',
    host: ports.host,
    port: ports.portOf(`${stationId}.${id}`),
    points,
    ...more,
  });
  const opcua = (stationId: string, points: PointInput[]): DeviceInput => ({
    id: 'PLC-1',
    name: { zh: '站控 PLC', en: 'Station PLC' },
    protocol: 'opcua',
    endpoint: `opc.tcp://${ports.host}:${ports.portOf(`${stationId}.PLC-1`)}`,
    securityMode: 'SignAndEncrypt',
    securityPolicy: 'Basic256Sha256',
    user: { name: opcuaUserName, passwordEnv: opcuaPasswordVariable },
    serverThumbprint: ports.thumbprintOf(`${stationId}.PLC-1`),
    publishingInterval: '250ms',
    points,
  });
  const station = (
    id: string,
    type: string,
    name: readonly [string, string],
    area: string,
    position: readonly [number, number],
    devices: DeviceInput[],
    alarms: object[],
  ): Station => ({
    id,
    type,
    name: named(name),
    area,
    position: { latitude: position[0], longitude: position[1] },
    devices,
    alarms,
  });
  const socket = (stationId: string, id: string) => ({ host: ports.host, port: ports.portOf(`${stationId}.${id}`) });
  const upsOf = (stationId: string) => ups(socket(stationId, 'UPS-1'));
  const panelOf = (stationId: string, count: number, more: Record<string, unknown> = {}) =>
    gasPanel(socket(stationId, 'GDP-1'), count, more);
  const metersOf = (stationId: string) => (['A', 'B'] as const).map((run) => gasMeter(socket(stationId, `FQ-${run}`), run));
  const gate = (place: Place, nominal: number, setpoint: number) => [
    ...pressureInlet(place, { nominal, range: 10 }),
    ...regulatorRun(place, 'A', 11, { setpoint, unit: 'MPa' }),
    ...regulatorRun(place, 'B', 12, { setpoint, unit: 'MPa' }),
    ...runDetails(place),
    ...pressureOutlet(place, setpoint),
    ...odoriser(place),
    ...gateEquipment(place),
    ...weather(place),
    ...security(place),
    ...heartbeat(place),
  ];
  const regulating = (place: Place, nominal: number, setpoint: number) => [
    ...pressureInlet(place, { nominal, range: 4 }),
    ...regulatorRun(place, 'A', 11, { setpoint, unit: 'MPa' }),
    ...regulatorRun(place, 'B', 12, { setpoint, unit: 'MPa' }),
    ...runDetails(place),
    ...pressureOutlet(place, setpoint),
    ...weather(place),
    ...security(place),
    ...heartbeat(place),
  ];
  const lowFlow = guided({
    kind: 'expression',
    name: 'supplyAtRisk',
    formula: 'inlet < limit * 1.15 and flow > 2000',
    variables: { inlet: 'PT-101', flow: 'FT-301', limit: 'PT-301' },
    priority: 'medium',
    class: 'process',
    onDelay: '10s',
    message: ['进站压力接近出站压力，供气裕度不足', 'Inlet close to outlet pressure: little margin left'],
    response: ['联系上游增压', 'Ask upstream for pressure'],
  });

  const cng = (place: Place) => [...compressors(place, 3), ...dispensers(place, 4)];
  const lpg = (place: Place) => [...tanks(place, 6, { kind: 'lpg', pressure: 0.7, high: 1.3 }), ...lpgTransfer(place)];
  const cabinet = modbusPlace(new RegisterMap(0), 'int16', 'status');
  const scaled = (points: PointInput[], raw: number): PointInput[] =>
    points.map((point) => (point.kind === undefined ? { ...point, signal: { low: 0, high: raw } } : point));
  const loop = (points: PointInput[]): PointInput[] =>
    points.map((point) => (point.kind === undefined ? { ...point, signal: { low: 4, high: 20, currentLoop: true } } : point));

  return [
    station(
      'GS-01',
      'gate',
      ['城北门站', 'North gate station'],
      'north',
      [30.672, 104.053],
      [
        opcua('GS-01', gate(opcuaPlace('GS-01'), 4, 0.4)),
        panelOf('GS-01', 8, { limits: { maxRegisters: 60 } }),
        ...metersOf('GS-01'),
        upsOf('GS-01'),
      ],
      [gasVote(8), lowFlow],
    ),
    station(
      'GS-02',
      'gate',
      ['城南门站', 'South gate station'],
      'south',
      [30.541, 104.071],
      [
        modbus('GS-02', 'PLC-1', ['站控 PLC', 'Station PLC'], gate(modbusPlace(new RegisterMap(100)), 3.5, 0.4), { wordOrder: 'CDAB' }),
        panelOf('GS-02', 6),
        ...metersOf('GS-02'),
        upsOf('GS-02'),
      ],
      [gasVote(6), lowFlow],
    ),
    station(
      'RS-01',
      'regulating',
      ['高新调压站', 'Hi-tech regulating station'],
      'north',
      [30.611, 104.04],
      [
        modbus(
          'RS-01',
          'PLC-1',
          ['站控 PLC', 'Station PLC'],
          loop(regulating(modbusPlace(new RegisterMap(0), 'float32', 'status'), 1.6, 0.3)),
          { addressBase: 0, wordOrder: 'ABCD' },
        ),
        ...Array.from({ length: 4 }, (_, index) => gasTransmitter(socket('RS-01', 'XNX'), index)),
        upsOf('RS-01'),
      ],
      [gasVote(4)],
    ),
    station(
      'RS-02',
      'regulating',
      ['东湖调压站', 'East lake regulating station'],
      'south',
      [30.605, 104.12],
      [opcua('RS-02', [...regulating(opcuaPlace('RS-02'), 1.6, 0.3), ...detectors(opcuaPlace('RS-02'), 4)]), upsOf('RS-02')],
      [gasVote(4)],
    ),
    station(
      'DR-01',
      'district',
      ['锦绣小区调压柜', 'Garden district cabinet'],
      'north',
      [30.622, 104.082],
      [
        {
          ...modbus(
            'DR-01',
            'RTU-1',
            ['柜内 RTU', 'Cabinet RTU'],
            scaled(
              [
                ...pressureInlet(cabinet, { nominal: 0.28, range: 0.6 }).slice(0, 2).map(withoutRate),
                ...regulatorRun(cabinet, 'A', 11, { setpoint: 2.5, unit: 'kPa' }),
                ...pressureOutlet(cabinet, 2.5, 'kPa'),
                ...detectors(cabinet, 2, ['柜内', 'Cabinet'], 'enclosed'),
                ...security(cabinet).slice(0, 3),
                analog(cabinet, 'ET-801', ['电池电压', 'Battery voltage'], 'other', 'V', [0, 30], {
                  digits: 1,
                  scan: '10s',
                  normal: { min: 11.5, max: 14.5 },
                  alarms: [limit('low', 11, 'low', { deadband: 0.3, onDelay: '30s' })],
                }),
              ],
              27_648,
            ),
            { timeout: '2s' },
          ),
          protocol: 'modbusRtuOverTcp',
          unitId: 17,
        },
      ],
      [gasVote(2)],
    ),
    station(
      'ST-01',
      'storage',
      ['储配站', 'Storage station'],
      'storage',
      [30.52, 104.15],
      [
        modbus(
          'ST-01',
          'PLC-1',
          ['站控 PLC', 'Station PLC'],
          tanks(modbusPlace(new RegisterMap(0), 'float64'), 4, { kind: 'sphere', pressure: 1.2, high: 1.5 }),
          { wordOrder: 'CDAB' },
        ),
        panelOf('ST-01', 6),
        upsOf('ST-01'),
      ],
      [gasVote(6)],
    ),
    station(
      'CN-01',
      'cng',
      ['CNG 加气母站', 'CNG mother station'],
      'storage',
      [30.66, 104.1],
      [
        modbus('CN-01', 'PLC-1', ['压缩机 PLC', 'Compressor PLC'], cng(modbusPlace(new RegisterMap(400))), {
          wordOrder: 'BADC',
        }),
        panelOf('CN-01', 6),
        upsOf('CN-01'),
      ],
      [gasVote(6)],
    ),
    station(
      'LP-01',
      'lpg',
      ['液化石油气储配站', 'LPG filling station'],
      'storage',
      [30.49, 104.02],
      [
        modbus('LP-01', 'PLC-1', ['站控 PLC', 'Station PLC'], lpg(modbusPlace(new RegisterMap(0), 'float32')), { wordOrder: 'DCBA' }),
        panelOf('LP-01', 8),
        upsOf('LP-01'),
      ],
      [gasVote(8)],
    ),
  ];
}
