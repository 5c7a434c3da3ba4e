// Equipment of one kind of station: tanks, compressors, dispensers, LPG transfer, gas quality and heating. Set-points: docs/domain.md, section 1.
import { heartbeat, pressureInlet, round, security, withoutRate } from './common-points.ts';
import { analog, discrete, guided, limit, type Place, type PointInput } from './station-builder.ts';

export function tanks(place: Place, count: number, options: { kind: 'sphere' | 'lpg'; pressure: number; high: number }): PointInput[] {
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
            response: ['停止进料；启动喷淋', 'Stop filling; start the water spray'],
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
      discrete(
        place,
        `ZS-2${n}2`,
        name('喷淋阀', 'water spray valve'),
        'other',
        [
          ['关', 'Closed'],
          ['喷淋', 'Spraying'],
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

export function compressors(place: Place, count: number): PointInput[] {
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
      analog(place, `IT-6${n}1`, name('电机电流', 'motor current'), 'other', 'A', [0, 400], {
        unitOf,
        digits: 0,
        scan: '2s',
        exceptionDeviation: 2,
        normal: { min: 0, max: 320 },
        alarms: [limit('high', 350, 'medium', { deadband: 5, onDelay: '10s' })],
      }),
      analog(place, `TT-6${n}2`, name('冷却水温度', 'cooling water temperature'), 'other', '℃', [0, 100], {
        unitOf,
        digits: 1,
        scan: '5s',
        exceptionDeviation: 0.3,
        normal: { min: 20, max: 45 },
        alarms: [limit('high', 55, 'medium', { deadband: 2, onDelay: '10s' })],
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
    ...pressureInlet(place, { nominal: 0.37, range: 1 }).map(withoutRate),
    ...security(place),
    ...heartbeat(place),
  );
  return points;
}

/** CNG dispensers: what a car takes, and the hose. */
export function dispensers(place: Place, count: number): PointInput[] {
  return Array.from({ length: count }, (_, index): PointInput[] => {
    const n = index + 1;
    const unitOf = `D${n}`;
    return [
      analog(place, `PT-75${n}`, [`${n} 号加气机压力`, `Dispenser ${n} pressure`], 'dispenserPressure', 'MPa', [0, 40], {
        unitOf,
        digits: 1,
        exceptionDeviation: 0.1,
        normal: { min: 0, max: 22 },
        alarms: [limit('high', 25, 'high', { deadband: 0.3, onDelay: '1s', response: ['停止加气', 'Stop filling'], responseTime: '1min' })],
      }),
      analog(place, `FT-75${n}`, [`${n} 号加气机流量`, `Dispenser ${n} flow`], 'dispenserFlow', 'kg/min', [0, 60], {
        unitOf,
        digits: 1,
        exceptionDeviation: 0.3,
        normal: { min: 0, max: 40 },
      }),
      discrete(
        place,
        `XS-75${n}`,
        [`${n} 号加气枪拉断阀`, `Dispenser ${n} breakaway`],
        'other',
        [
          ['正常', 'Coupled'],
          ['脱开', 'Parted'],
        ],
        {
          unitOf,
          alarms: [
            guided({
              kind: 'state',
              equals: 1,
              priority: 'high',
              class: 'safety',
              message: [`${n} 号加气枪拉断`, `Dispenser ${n} hose parted`],
              response: ['停机；关闭切断阀；到场查看', 'Stop; close the shut-off valve; go and look'],
              responseTime: '1min',
            }),
          ],
        },
      ),
    ];
  }).flat();
}

/** LPG transfer pumps and the arms that tankers unload through. */
export function lpgTransfer(place: Place): PointInput[] {
  const pumps = [1, 2].flatMap((n): PointInput[] => [
    discrete(
      place,
      `XS-70${n}`,
      [`${n} 号烃泵运行`, `Pump ${n} running`],
      'pumpState',
      [
        ['停止', 'Stopped'],
        ['运行', 'Running'],
      ],
      { unitOf: `P${n}`, abnormal: -1 },
    ),
    analog(place, `PT-70${n}`, [`${n} 号烃泵出口压力`, `Pump ${n} discharge pressure`], 'other', 'MPa', [0, 2.5], {
      unitOf: `P${n}`,
      digits: 2,
      exceptionDeviation: 0.01,
      normal: { min: 0.6, max: 1.4 },
      alarms: [limit('high', 1.6, 'medium', { deadband: 0.05, onDelay: '3s' })],
    }),
    analog(place, `IT-70${n}`, [`${n} 号烃泵电流`, `Pump ${n} motor current`], 'other', 'A', [0, 100], {
      unitOf: `P${n}`,
      digits: 0,
      scan: '2s',
      exceptionDeviation: 1,
      normal: { min: 0, max: 60 },
    }),
  ]);
  const arms = [1, 2].flatMap((n): PointInput[] => [
    discrete(
      place,
      `XS-71${n}`,
      [`${n} 号卸车臂静电接地`, `Unloading arm ${n} earthing`],
      'other',
      [
        ['良好', 'Earthed'],
        ['断开', 'Open'],
      ],
      {
        unitOf: `A${n}`,
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'high',
            class: 'safety',
            message: [`${n} 号卸车臂静电接地断开`, `Unloading arm ${n} lost its earth`],
            response: ['停止卸车，检查接地夹', 'Stop unloading, check the clamp'],
            responseTime: '1min',
          }),
        ],
      },
    ),
    discrete(
      place,
      `XS-72${n}`,
      [`${n} 号卸车臂拉断阀`, `Unloading arm ${n} breakaway`],
      'other',
      [
        ['正常', 'Coupled'],
        ['脱开', 'Parted'],
      ],
      {
        unitOf: `A${n}`,
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'critical',
            class: 'safety',
            message: [`${n} 号卸车臂拉断`, `Unloading arm ${n} parted`],
            response: ['关闭紧急切断阀；停泵', 'Close the emergency valve; stop the pump'],
            responseTime: '1min',
          }),
        ],
      },
    ),
  ]);
  return [...pumps, ...arms];
}

/** Gas quality, water-bath heater and odorant pump of a gate station. */
export function gateEquipment(place: Place): PointInput[] {
  return [
    analog(place, 'MT-101', ['水露点', 'Water dew point'], 'other', '℃', [-60, 20], {
      digits: 1,
      scan: '10s',
      exceptionDeviation: 0.3,
      normal: { min: -40, max: -15 },
      alarms: [limit('high', -10, 'low', { deadband: 1, onDelay: '60s' })],
    }),
    analog(place, 'AT-102', ['硫化氢', 'Hydrogen sulphide'], 'other', 'mg/m³', [0, 50], {
      digits: 1,
      scan: '10s',
      exceptionDeviation: 0.2,
      normal: { min: 0, max: 6 },
      alarms: [
        limit('high', 15, 'medium', { deadband: 1, onDelay: '30s', response: ['联系上游，加密取样', 'Call upstream, sample more often'] }),
      ],
    }),
    analog(place, 'AT-103', ['高位热值', 'Gross calorific value'], 'other', 'MJ/m³', [30, 45], {
      digits: 2,
      scan: '10s',
      exceptionDeviation: 0.02,
      normal: { min: 36, max: 40 },
    }),
    analog(place, 'TT-201', ['水浴炉水温', 'Water-bath heater temperature'], 'other', '℃', [0, 100], {
      digits: 1,
      scan: '5s',
      exceptionDeviation: 0.3,
      normal: { min: 50, max: 75 },
      alarms: [
        limit('low', 40, 'low', { deadband: 2, onDelay: '60s' }),
        limit('high', 85, 'medium', { deadband: 2, onDelay: '10s', response: ['检查燃烧器', 'Check the burner'] }),
      ],
    }),
    discrete(
      place,
      'XS-201',
      ['水浴炉火焰', 'Heater flame'],
      'other',
      [
        ['燃烧', 'Burning'],
        ['熄火', 'Out'],
      ],
      {
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'medium',
            class: 'equipment',
            onDelay: '5s',
            message: ['水浴炉熄火', 'Heater flame out'],
            response: ['检查后重新点火', 'Check, then light again'],
          }),
        ],
      },
    ),
    discrete(
      place,
      'XS-401',
      ['加臭泵', 'Odorant pump'],
      'pumpState',
      [
        ['停止', 'Stopped'],
        ['运行', 'Running'],
      ],
      { abnormal: -1 },
    ),
  ];
}

const fallsFast = guided({
  kind: 'rateOfChange',
  limit: 0.15,
  deadband: 0.03,
  window: '30s',
  direction: 'falling',
  onDelay: '3s',
  priority: 'high',
  class: 'process',
  message: ['B 路调压前压力快速下降', 'Run B pressure before the regulator falls fast'],
  cause: ['上游管道破裂或断供', 'The upstream line has broken, or supply is lost'],
  response: ['对照进站压力；两点同降按管道破裂处置', 'Compare with the inlet pressure; if both fall, act as for a line break'],
  responseTime: '3min',
});

/** Pressure before the regulator and gas temperature after it, for each run. */
export function runDetails(place: Place): PointInput[] {
  return (['A', 'B'] as const).flatMap((unitOf, index): PointInput[] => [
    analog(
      place,
      `PT-1${index + 1}0`,
      [`${unitOf} 路调压前压力`, `Run ${unitOf} pressure before the regulator`],
      'inletPressure',
      'MPa',
      [0, 10],
      {
        unitOf,
        digits: 3,
        exceptionDeviation: 0.01,
        // A second opinion on a line break: the run that stands by has no filter loss of its own to be mistaken for it.
        alarms: unitOf === 'B' ? [fallsFast] : [],
      },
    ),
    analog(
      place,
      `TT-1${index + 1}2`,
      [`${unitOf} 路调压后温度`, `Run ${unitOf} temperature after the regulator`],
      'gasTemperature',
      '℃',
      [-20, 60],
      {
        unitOf,
        digits: 1,
        scan: '5s',
        exceptionDeviation: 0.2,
        normal: { min: -5, max: 40 },
        alarms: [limit('low', -10, 'low', { deadband: 1, onDelay: '60s' })],
      },
    ),
  ]);
}

export function weather(place: Place): PointInput[] {
  return [
    analog(place, 'TT-001', ['环境温度', 'Ambient temperature'], 'ambientTemperature', '℃', [-20, 60], {
      digits: 1,
      scan: '10s',
      exceptionDeviation: 0.2,
    }),
    analog(place, 'MT-001', ['环境湿度', 'Ambient humidity'], 'other', '%', [0, 100], {
      digits: 0,
      scan: '10s',
      exceptionDeviation: 1,
      normal: { min: 30, max: 90 },
    }),
  ];
}
