// The demo plant: 8 stations of 6 types behind Modbus TCP, RTU over TCP and OPC UA. Written as data; ports and certificate thumbprints are filled in at start.
import { stringify } from 'yaml';
import {
  detectors,
  gasLimits,
  gasVote,
  heartbeat,
  odoriser,
  power,
  pressureInlet,
  pressureOutlet,
  regulatorRun,
  round,
  security,
} from './common-points.ts';
import {
  analog,
  type DeviceInput,
  discrete,
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

export function demoPlantText(ports: DemoPorts): string {
  const stations = demoStations(ports);
  const plant = {
    schema: 1,
    company: { id: 'demo-gas', name: { zh: '滨河燃气（演示）', en: 'Riverside Gas (demo)' }, timeZone: 'Asia/Shanghai' },
    areas: [
      { id: 'north', name: { zh: '北区', en: 'North' } },
      { id: 'south', name: { zh: '南区', en: 'South' } },
      { id: 'storage', name: { zh: '储运', en: 'Storage and filling' } },
    ],
    stations,
    pipelines: [
      { from: 'GS-01', to: 'RS-01' },
      { from: 'GS-01', to: 'RS-02' },
      { from: 'GS-02', to: 'RS-02' },
      { from: 'RS-01', to: 'DR-01' },
      { from: 'GS-02', to: 'ST-01' },
      { from: 'GS-01', to: 'CN-01' },
    ],
  };
  return `# The demo plant, written by the simulators at each start: edit a copy, not this file.\n${stringify(plant, { lineWidth: 200, aliasDuplicateObjects: false })}`;
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
  const ups = (stationId: string, more: Record<string, unknown> = {}) =>
    modbus(stationId, 'UPS-1', ['不间断电源', 'UPS'], power(modbusPlace(new RegisterMap(0x420), 'float32', 'discrete', 'input')), {
      scan: '2s',
      ...more,
    });
  const gate = (place: Place, nominal: number, setpoint: number) => [
    ...pressureInlet(place, { nominal, range: 10 }),
    ...regulatorRun(place, 'A', 11),
    ...regulatorRun(place, 'B', 12),
    ...pressureOutlet(place, setpoint),
    ...odoriser(place),
    ...security(place),
    ...heartbeat(place),
  ];
  const regulating = (place: Place, nominal: number, setpoint: number) => [
    ...pressureInlet(place, { nominal, range: 4 }),
    ...regulatorRun(place, 'A', 11),
    ...regulatorRun(place, 'B', 12),
    ...pressureOutlet(place, setpoint),
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
        modbus('GS-01', 'GDP-1', ['气体报警控制器', 'Gas panel'], gasPanel(8), { limits: { maxRegisters: 60 } }),
        ups('GS-01'),
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
        modbus('GS-02', 'GDP-1', ['气体报警控制器', 'Gas panel'], gasPanel(6), {}),
        ups('GS-02', { wordOrder: 'BADC' }),
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
        ...Array.from({ length: 4 }, (_, index) => xnx('RS-01', index, ports)),
        ups('RS-01'),
      ],
      [gasVote(4)],
    ),
    station(
      'RS-02',
      'regulating',
      ['东湖调压站', 'East lake regulating station'],
      'south',
      [30.605, 104.12],
      [
        opcua('RS-02', [...regulating(opcuaPlace('RS-02'), 1.6, 0.3), ...detectors(opcuaPlace('RS-02'), 4)]),
        ups('RS-02', { wordOrder: 'DCBA' }),
      ],
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
                ...pressureInlet(cabinet, { nominal: 0.35, range: 0.6 }).slice(0, 2).map(withoutRate),
                ...regulatorRun(cabinet, 'A', 11),
                ...pressureOutlet(cabinet, 2.5, 'kPa'),
                ...detectors(cabinet, 2, ['柜内', 'Cabinet']),
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
        modbus('ST-01', 'GDP-1', ['气体报警控制器', 'Gas panel'], gasPanel(6), {}),
        ups('ST-01'),
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
        modbus('CN-01', 'PLC-1', ['压缩机 PLC', 'Compressor PLC'], compressors(modbusPlace(new RegisterMap(400)), 3), {
          wordOrder: 'BADC',
        }),
        modbus('CN-01', 'GDP-1', ['气体报警控制器', 'Gas panel'], gasPanel(6), {}),
        ups('CN-01'),
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
        modbus(
          'LP-01',
          'PLC-1',
          ['站控 PLC', 'Station PLC'],
          tanks(modbusPlace(new RegisterMap(0), 'float32'), 6, { kind: 'lpg', pressure: 0.7, high: 1.3 }),
          { wordOrder: 'DCBA' },
        ),
        modbus('LP-01', 'GDP-1', ['气体报警控制器', 'Gas panel'], gasPanel(8), {}),
        ups('LP-01'),
      ],
      [gasVote(8)],
    ),
  ];

  function xnx(stationId: string, index: number, devicePorts: DemoPorts): DeviceInput {
    // Four Honeywell XNX transmitters behind one serial gateway: one socket, four unit ids.
    const gauge = detectors(
      { analog: () => ({ register: { table: 'holding', address: 3, type: 'float32' } }), bit: () => ({}) },
      index + 1,
    ).at(-1) as PointInput;
    return {
      id: `XNX-${index + 1}`,
      name: { zh: `气体变送器 ${index + 1}`, en: `Gas transmitter ${index + 1}` },
      protocol: 'modbusTcp',
      host: devicePorts.host,
      port: devicePorts.portOf(`${stationId}.XNX`),
      unitId: index + 1,
      addressBase: 1,
      points: [
        {
          ...gauge,
          validity: [
            { tag: `GI-${501 + index}`, equals: 3, reason: 'maintenance' },
            { tag: `GI-${501 + index}`, equals: 2, reason: 'maintenance' },
          ],
          heartbeat: { tag: `GK-${501 + index}`, after: '15s' },
        },
        {
          tag: `GI-${501 + index}`,
          name: { zh: `探测器 ${index + 1} 状态`, en: `Detector ${index + 1} state` },
          kind: 'discrete',
          role: 'gasDetectorState',
          register: { table: 'holding', address: 7, type: 'uint16' },
          states: [
            [1, '正常', 'Normal', true],
            [2, '预热', 'Warm-up', false],
            [3, '禁止（抑制）', 'Inhibited', false],
            [9, '光路遮挡', 'Beam blocked', false],
          ].map(([value, zh, en, isNormal]) => ({ value, name: { zh, en }, isNormal })),
          alarms: [
            guided({
              kind: 'state',
              notEquals: 1,
              priority: 'medium',
              class: 'diagnostic',
              onDelay: '2s',
              message: [`探测器 ${index + 1} 未投用`, `Detector ${index + 1} not in service`],
              response: ['核对检修票', 'Check the work permit'],
            }),
          ],
        },
        {
          tag: `GK-${501 + index}`,
          name: { zh: `探测器 ${index + 1} 心跳`, en: `Detector ${index + 1} heartbeat` },
          kind: 'counter',
          role: 'heartbeat',
          register: { table: 'holding', address: 8, type: 'uint16' },
          defaultAlarms: false,
          digits: 0,
        },
      ],
    };
  }
}

function withoutRate(point: PointInput): PointInput {
  const alarms = point.alarms as { kind: string }[] | undefined;
  return alarms === undefined ? point : { ...point, alarms: alarms.filter((alarm) => alarm.kind !== 'rateOfChange') };
}

/** IGD TOC-635+ layout: channel n at input register 30000 + n as tenths with an offset of −10 %LEL; status word at 33000 + n. */
function gasPanel(count: number): PointInput[] {
  return Array.from({ length: count }, (_, index): PointInput[] => {
    const n = index + 1;
    return [
      {
        tag: `GD-${500 + n}`,
        name: { zh: `可燃气体探测器 ${n}`, en: `Gas detector ${n}` },
        role: 'gasDetector',
        unit: '%LEL',
        range: { min: 0, max: 100 },
        digits: 1,
        exceptionDeviation: 0.5,
        normal: { min: 0, max: 10 },
        scale: { factor: 0.1, offset: -10 },
        register: { table: 'input', address: index, type: 'uint16' },
        invalidRaw: [65_535],
        alarms: gasLimits(),
        validity: [
          { tag: `GI-${500 + n}`, bit: 3, reason: 'instrumentFault' },
          { tag: `GI-${500 + n}`, bit: 4, reason: 'maintenance' },
        ],
      },
      {
        tag: `GI-${500 + n}`,
        name: { zh: `探测器 ${n} 状态字`, en: `Detector ${n} status word` },
        kind: 'discrete',
        role: 'gasDetectorState',
        register: { table: 'input', address: 3_000 + index, type: 'uint16' },
        states: [
          { value: 0, name: { zh: '正常', en: 'Normal' }, isNormal: true },
          { value: 8, name: { zh: '故障', en: 'Fault' }, isNormal: false },
          { value: 16, name: { zh: '停用', en: 'Disabled' }, isNormal: false },
        ],
        alarms: [
          guided({
            kind: 'state',
            equals: 16,
            priority: 'medium',
            class: 'diagnostic',
            onDelay: '2s',
            message: [`探测器 ${n} 停用`, `Detector ${n} disabled`],
          }),
        ],
      },
    ];
  }).flat();
}

function tanks(place: Place, count: number, options: { kind: 'sphere' | 'lpg'; pressure: number; high: number }): PointInput[] {
  const points: PointInput[] = [];
  for (let n = 1; n <= count; n += 1) {
    const unitOf = `T${n}`;
    const name = (zh: string, en: string) => [`${n} 号罐${zh}`, `Tank ${n} ${en}`] as const;
    points.push(
      analog(place, `PT-2${n}1`, name('压力', 'pressure'), 'tankPressure', 'MPa', [0, 2], {
        unitOf,
        digits: 3,
        exceptionDeviation: 0.002,
        normal: { min: round(options.pressure * 0.5), max: round(options.high * 0.95) },
        alarms: [
          limit('high', options.high, 'medium', { deadband: 0.02, onDelay: '5s' }),
          limit('highHigh', round(options.high * 1.12), 'high', {
            deadband: 0.02,
            onDelay: '5s',
            cause: ['进料过量或温度升高', 'Overfilled or too warm'],
            consequence: ['安全阀起跳', 'The safety valve opens'],
            response: ['停止进料，启动喷淋', 'Stop filling, start the water spray'],
            responseTime: '5min',
          }),
        ],
      }),
      analog(place, `TT-2${n}1`, name('温度', 'temperature'), 'tankTemperature', '℃', [-20, 60], {
        unitOf,
        digits: 1,
        scan: '5s',
        exceptionDeviation: 0.2,
        normal: { min: -5, max: 38 },
        alarms: [
          limit('high', 40, 'low', { deadband: 1, onDelay: '30s' }),
          limit('highHigh', 45, 'medium', { deadband: 1, onDelay: '30s', response: ['启动喷淋', 'Start the water spray'] }),
        ],
      }),
    );
    if (options.kind === 'lpg') {
      points.push(
        analog(place, `LT-2${n}1`, name('液位', 'level'), 'tankLevel', '%', [0, 100], {
          unitOf,
          digits: 1,
          scan: '2s',
          exceptionDeviation: 0.2,
          normal: { min: 15, max: 85 },
          alarms: [
            limit('lowLow', 10, 'medium', { deadband: 2, onDelay: '10s' }),
            limit('low', 15, 'low', { deadband: 2, onDelay: '10s' }),
            limit('high', 85, 'medium', { deadband: 2, onDelay: '10s' }),
            limit('highHigh', 90, 'high', {
              deadband: 2,
              onDelay: '5s',
              class: 'safety',
              cause: ['充装过量', 'Overfilled'],
              consequence: ['满罐超压', 'The full tank over-pressures'],
              response: ['停止卸车', 'Stop unloading'],
              responseTime: '3min',
            }),
          ],
        }),
      );
    }
    points.push(
      discrete(
        place,
        `ZS-2${n}1`,
        name('根部切断阀', 'shut-off valve'),
        'shutoffValve',
        [
          ['开', 'Open'],
          ['关', 'Closed'],
        ],
        { unitOf },
      ),
    );
  }
  points.push(
    analog(place, 'PT-301', ['出站压力', 'Outlet pressure'], 'outletPressure', 'MPa', [0, 1], {
      digits: 3,
      exceptionDeviation: 0.001,
      setpoint: 0.4,
      normal: { min: 0.36, max: 0.44 },
      alarms: [
        limit('high', 0.46, 'medium', { deadband: 0.01, onDelay: '5s' }),
        limit('low', 0.34, 'medium', { deadband: 0.01, onDelay: '5s' }),
      ],
    }),
    analog(place, 'FT-301', ['出站流量', 'Outlet flow'], 'flow', 'Nm³/h', [0, 60_000], { digits: 0, scan: '2s', exceptionDeviation: 60 }),
    analog(place, 'TT-001', ['环境温度', 'Ambient temperature'], 'ambientTemperature', '℃', [-20, 60], {
      digits: 1,
      scan: '10s',
      exceptionDeviation: 0.2,
    }),
    ...security(place),
    ...heartbeat(place),
  );
  return points;
}

function compressors(place: Place, count: number): PointInput[] {
  const points: PointInput[] = [];
  for (let n = 1; n <= count; n += 1) {
    const unitOf = `C${n}`;
    const name = (zh: string, en: string) => [`${n} 号压缩机${zh}`, `Compressor ${n} ${en}`] as const;
    points.push(
      discrete(
        place,
        `XS-6${n}1`,
        name('运行', 'running'),
        'compressorState',
        [
          ['停止', 'Stopped'],
          ['运行', 'Running'],
        ],
        { unitOf, abnormal: -1 },
      ),
      analog(place, `PT-6${n}1`, name('吸气压力', 'suction pressure'), 'compressorSuction', 'MPa', [0, 4], {
        unitOf,
        digits: 3,
        exceptionDeviation: 0.004,
        normal: { min: 0.2, max: 1 },
        alarms: [limit('low', 0.15, 'medium', { deadband: 0.02, onDelay: '5s' })],
      }),
      analog(place, `PT-6${n}2`, name('排气压力', 'discharge pressure'), 'compressorDischarge', 'MPa', [0, 40], {
        unitOf,
        digits: 2,
        exceptionDeviation: 0.04,
        normal: { min: 18, max: 25 },
        alarms: [
          limit('high', 26, 'medium', { deadband: 0.3, onDelay: '3s' }),
          limit('highHigh', 26.5, 'high', {
            deadband: 0.3,
            onDelay: '1s',
            response: ['停机', 'Stop the compressor'],
            responseTime: '2min',
          }),
        ],
      }),
      analog(place, `PT-6${n}3`, name('油压', 'oil pressure'), 'oilPressure', 'MPa', [0, 1], {
        unitOf,
        digits: 2,
        exceptionDeviation: 0.005,
        normal: { min: 0.25, max: 0.5 },
        alarms: [limit('low', 0.2, 'medium', { deadband: 0.02, onDelay: '5s' })],
      }),
      analog(place, `VT-6${n}1`, name('振动', 'vibration'), 'vibration', 'mm/s', [0, 50], {
        unitOf,
        digits: 1,
        exceptionDeviation: 0.2,
        normal: { min: 0, max: 12 },
        alarms: [limit('high', 18, 'medium', { deadband: 1, onDelay: '5s' })],
      }),
      analog(place, `TT-6${n}1`, name('排气温度', 'discharge temperature'), 'temperature', '℃', [0, 200], {
        unitOf,
        digits: 0,
        scan: '5s',
        exceptionDeviation: 1,
        normal: { min: 20, max: 120 },
        alarms: [limit('high', 140, 'low', { deadband: 3, onDelay: '10s' })],
      }),
    );
  }
  points.push(
    analog(place, 'PT-701', ['储气瓶组压力', 'Storage bank pressure'], 'tankPressure', 'MPa', [0, 40], {
      unitOf: 'T1',
      digits: 2,
      exceptionDeviation: 0.04,
      normal: { min: 16, max: 25 },
      alarms: [
        limit('high', 25.5, 'medium', { deadband: 0.3, onDelay: '5s' }),
        limit('highHigh', 26.5, 'high', {
          deadband: 0.3,
          onDelay: '3s',
          response: ['停止压缩机', 'Stop the compressors'],
          responseTime: '3min',
        }),
      ],
    }),
    ...pressureInlet(place, { nominal: 0.4, range: 1 }).map(withoutRate),
    ...security(place),
    ...heartbeat(place),
  );
  return points;
}
