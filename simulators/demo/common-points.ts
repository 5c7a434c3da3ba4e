// Groups of points that demo stations share: inlet, regulator runs, outlet, gas detection, power, security. Set-points: docs/domain.md, section 1.
import { analog, discrete, guided, limit, type Place, type PointInput } from './station-builder.ts';

const callOut = ['派人到场，带便携检测仪', 'Send the team with portable detectors'] as const;

export function pressureInlet(place: Place, options: { nominal: number; range: number }): PointInput[] {
  const { nominal } = options;
  return [
    analog(place, 'PT-101', ['进站压力', 'Inlet pressure'], 'inletPressure', 'MPa', [0, options.range], {
      digits: 3,
      exceptionDeviation: options.range * 0.001,
      normal: { min: round(nominal * 0.85), max: round(nominal * 1.1) },
      alarms: [
        limit('highHigh', round(nominal * 1.25), 'high', {
          deadband: options.range * 0.01,
          onDelay: '5s',
          cause: ['上游调压失控', 'Upstream regulation lost'],
          consequence: ['进站设备超压', 'Inlet equipment over-pressured'],
          response: ['联系上游调度，准备关闭进站阀', 'Call the upstream dispatcher, prepare to close the inlet valve'],
          responseTime: '10min',
        }),
        limit('high', round(nominal * 1.18), 'medium', { deadband: options.range * 0.01, onDelay: '5s' }),
        limit('low', round(nominal * 0.75), 'medium', { deadband: options.range * 0.01, onDelay: '5s' }),
        limit('lowLow', round(nominal * 0.6), 'high', {
          deadband: options.range * 0.01,
          onDelay: '5s',
          cause: ['上游断供或管道泄漏', 'Upstream supply lost or the pipeline leaks'],
          consequence: ['下游停气', 'Customers lose gas'],
          response: ['核对上游压力，启动应急供气', 'Check the upstream pressure, start emergency supply'],
          responseTime: '10min',
        }),
        guided({
          kind: 'rateOfChange',
          limit: 0.15,
          deadband: 0.03,
          window: '30s',
          direction: 'falling',
          onDelay: '3s',
          priority: 'critical',
          class: 'safety',
          message: ['进站压力快速下降（疑似管道破裂）', 'Inlet pressure falls fast (line break suspected)'],
          cause: ['进站管道破裂', 'The inlet pipeline has broken'],
          consequence: ['大量燃气外泄', 'Gas escapes in quantity'],
          response: ['关闭进站 ESD 阀；启动应急预案；通知上游', 'Close the inlet ESD valve; start the emergency plan; tell upstream'],
          responseTime: '3min',
        }),
      ],
    }),
    analog(place, 'TT-101', ['进站温度', 'Inlet gas temperature'], 'gasTemperature', '℃', [-20, 60], {
      digits: 1,
      scan: '5s',
      exceptionDeviation: 0.2,
      normal: { min: 0, max: 40 },
      alarms: [limit('low', 0, 'low', { deadband: 1, onDelay: '60s' }), limit('high', 45, 'low', { deadband: 1, onDelay: '60s' })],
    }),
    discrete(
      place,
      'ZS-101',
      ['进站 ESD 阀', 'Inlet ESD valve'],
      'shutoffValve',
      [
        ['开', 'Open'],
        ['关', 'Closed'],
      ],
      {
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'high',
            class: 'process',
            message: ['进站 ESD 阀关闭', 'Inlet ESD valve closed'],
            response: ['查明关阀原因，确认下游供气', 'Find out why it closed, secure the supply'],
          }),
        ],
      },
    ),
  ];
}

export function regulatorRun(
  place: Place,
  run: 'A' | 'B',
  number: number,
  outlet: { setpoint: number; unit: 'MPa' | 'kPa' },
): PointInput[] {
  const n = `${number}`;
  const unitOf = run;
  return [
    analog(
      place,
      `PDT-${n}1`,
      [`${run} 路过滤器压差`, `Run ${run} filter differential pressure`],
      'filterDifferentialPressure',
      'kPa',
      [0, 100],
      {
        unitOf,
        digits: 1,
        scan: '5s',
        exceptionDeviation: 0.3,
        normal: { min: 0, max: 25 },
        alarms: [
          limit('high', 30, 'low', { deadband: 3, onDelay: '10s', response: ['安排清洗滤芯', 'Plan to clean the filter'] }),
          limit('highHigh', 50, 'medium', { deadband: 3, onDelay: '10s', response: ['切换到备用路', 'Change over to the other run'] }),
        ],
      },
    ),
    analog(
      place,
      `PT-${n}2`,
      [`${run} 路调压后压力`, `Run ${run} pressure after the regulator`],
      'pressure',
      outlet.unit,
      [0, round(outlet.setpoint * 2)],
      {
        unitOf,
        digits: outlet.unit === 'MPa' ? 3 : 2,
        exceptionDeviation: outlet.setpoint * 0.002,
      },
    ),
    analog(place, `ZT-${n}1`, [`${run} 路工作调压器开度`, `Run ${run} worker regulator travel`], 'regulatorTravel', '%', [0, 100], {
      unitOf,
      digits: 0,
      scan: '2s',
      exceptionDeviation: 1,
      normal: { min: 0, max: 90 },
    }),
    analog(place, `ZT-${n}2`, [`${run} 路监控调压器开度`, `Run ${run} monitor regulator travel`], 'monitorTravel', '%', [0, 100], {
      unitOf,
      digits: 0,
      scan: '2s',
      exceptionDeviation: 1,
      normal: { min: 95, max: 100 },
      alarms: [
        limit('low', 90, 'medium', {
          deadband: 3,
          onDelay: '10s',
          message: [`${run} 路监控调压器动作`, `Run ${run} monitor has taken over`],
          response: ['检查工作调压器', 'Check the worker regulator'],
        }),
      ],
    }),
    discrete(
      place,
      `XS-${n}1`,
      [`${run} 路切断阀`, `Run ${run} slam-shut`],
      'slamShut',
      [
        ['正常', 'Set'],
        ['已切断', 'Tripped'],
      ],
      {
        unitOf,
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'critical',
            class: 'process',
            message: [`${run} 路切断阀动作`, `Run ${run} slam-shut tripped`],
            cause: ['出口超压', 'Outlet over-pressure'],
            consequence: ['该路停止供气', 'This run supplies no gas'],
            response: ['确认备用路供气；到场检查后手动复位', 'Check that the other run supplies; reset by hand after inspection'],
            responseTime: '5min',
          }),
        ],
      },
    ),
  ];
}

export function pressureOutlet(place: Place, setpoint: number, unit: 'MPa' | 'kPa' = 'MPa'): PointInput[] {
  const digits = unit === 'MPa' ? 3 : 2;
  return [
    analog(place, 'PT-301', ['出站压力', 'Outlet pressure'], 'outletPressure', unit, [0, round(setpoint * 1.6)], {
      digits,
      exceptionDeviation: setpoint * 0.002,
      setpoint,
      normal: { min: round(setpoint * 0.92), max: round(setpoint * 1.08) },
      alarms: [
        limit('highHigh', round(setpoint * 1.15), 'high', {
          deadband: setpoint * 0.02,
          onDelay: '3s',
          class: 'process',
          cause: ['工作与监控调压器均失效', 'Worker and monitor have both failed'],
          consequence: ['下游超压', 'Downstream over-pressured'],
          response: ['切换备用路；准备手动切断', 'Change over; prepare to shut by hand'],
          responseTime: '3min',
        }),
        limit('high', round(setpoint * 1.1), 'medium', { deadband: setpoint * 0.02, onDelay: '5s' }),
        limit('low', round(setpoint * 0.9), 'medium', { deadband: setpoint * 0.02, onDelay: '5s' }),
        limit('lowLow', round(setpoint * 0.75), 'high', {
          deadband: setpoint * 0.02,
          onDelay: '5s',
          cause: ['切断或供气不足', 'Shut off, or too little supply'],
          consequence: ['用户停气', 'Customers lose gas'],
          response: ['检查切断阀与备用路', 'Check slam-shuts and the other run'],
          responseTime: '5min',
        }),
        {
          kind: 'deviation',
          reference: setpoint,
          limit: round(setpoint * 0.08),
          deadband: setpoint * 0.02,
          onDelay: '20s',
          priority: 'low',
        },
      ],
    }),
    analog(place, 'TT-301', ['出站温度', 'Outlet gas temperature'], 'gasTemperature', '℃', [-20, 60], {
      digits: 1,
      scan: '5s',
      exceptionDeviation: 0.2,
      normal: { min: -5, max: 40 },
      alarms: [limit('low', -10, 'low', { deadband: 1, onDelay: '60s' })],
    }),
    analog(place, 'FT-301', ['出站流量', 'Outlet flow'], 'flow', 'Nm³/h', [0, 60_000], {
      digits: 0,
      scan: '2s',
      exceptionDeviation: 60,
      alarms: [limit('high', 55_000, 'low', { deadband: 1_000, onDelay: '15s' })],
    }),
    discrete(
      place,
      'XS-301',
      ['放散阀', 'Relief valve'],
      'relief',
      [
        ['关闭', 'Closed'],
        ['放散', 'Relieving'],
      ],
      {
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'high',
            class: 'process',
            onDelay: '1s',
            message: ['放散阀起跳', 'Relief valve open'],
            response: ['检查出站压力；警戒放散区', 'Check the outlet pressure; keep people away from the vent'],
            responseTime: '5min',
          }),
        ],
      },
    ),
  ];
}

export function odoriser(place: Place): PointInput[] {
  return [
    analog(place, 'QT-401', ['加臭量', 'Odorant rate'], 'odorantRate', 'mg/m³', [0, 50], {
      digits: 1,
      scan: '5s',
      exceptionDeviation: 0.2,
      normal: { min: 15, max: 25 },
      alarms: [
        limit('low', 12, 'medium', { deadband: 1, onDelay: '15s', response: ['检查加臭泵', 'Check the odorant pump'] }),
        limit('high', 30, 'low', { deadband: 1, onDelay: '15s' }),
      ],
    }),
    analog(place, 'LT-401', ['加臭剂液位', 'Odorant tank level'], 'odorantLevel', '%', [0, 100], {
      digits: 0,
      scan: '10s',
      exceptionDeviation: 0.5,
      normal: { min: 25, max: 95 },
      alarms: [limit('low', 20, 'low', { deadband: 2, onDelay: '10s' }), limit('lowLow', 10, 'medium', { deadband: 2, onDelay: '10s' })],
    }),
  ];
}

/** In the open at the usual 20 and 50 %LEL; in a cabinet or a regulator room, where gas gathers, at 10 and 25. */
export function gasLimits(place: 'open' | 'enclosed' = 'open'): object[] {
  return [
    limit('highHigh', place === 'open' ? 50 : 25, 'critical', {
      class: 'safety',
      deadband: 5,
      latching: true,
      cause: ['燃气大量泄漏', 'A large gas leak'],
      consequence: ['爆炸危险', 'Danger of explosion'],
      response: ['撤离站内人员；切断电源与气源；启动应急预案', 'Evacuate; cut power and gas; start the emergency plan'],
      responseTime: '2min',
    }),
    limit('high', place === 'open' ? 20 : 10, 'high', {
      class: 'safety',
      deadband: 5,
      onDelay: '1s',
      latching: true,
      cause: ['法兰或阀门泄漏', 'A flange or valve leaks'],
      consequence: ['可能达到爆炸下限', 'May reach the lower explosive limit'],
      response: callOut,
      responseTime: '5min',
    }),
  ];
}

export function detectors(
  place: Place,
  count: number,
  area: readonly [string, string] = ['工艺区', 'Process area'],
  limits: 'open' | 'enclosed' = 'open',
): PointInput[] {
  return Array.from({ length: count }, (_, index) =>
    analog(
      place,
      `GD-${501 + index}`,
      [`${area[0]}可燃气体探测器 ${index + 1}`, `${area[1]} gas detector ${index + 1}`],
      'gasDetector',
      '%LEL',
      [0, 100],
      {
        digits: 1,
        exceptionDeviation: 0.5,
        normal: { min: 0, max: 10 },
        alarms: gasLimits(limits),
      },
    ),
  );
}

/** Two detectors agree: the leak is real. */
export function gasVote(count: number): object {
  return guided({
    kind: 'vote',
    name: 'gasConfirmed',
    required: 2,
    members: Array.from({ length: count }, (_, index) => `GD-${501 + index}`),
    condition: { above: 20, deadband: 5 },
    badMember: 'degrades',
    priority: 'critical',
    class: 'safety',
    latching: true,
    message: ['可燃气体泄漏确认（多点表决）', 'Gas leak confirmed (voted)'],
    cause: ['两个以上探测器同时报警', 'Two or more detectors agree'],
    consequence: ['爆炸危险', 'Danger of explosion'],
    response: ['立即启动应急预案，上报', 'Start the emergency plan at once and report'],
    responseTime: '2min',
  });
}

export function security(place: Place): PointInput[] {
  return [
    discrete(
      place,
      'ZS-901',
      ['站门', 'Station gate'],
      'door',
      [
        ['关', 'Closed'],
        ['开', 'Open'],
      ],
      {
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'low',
            class: 'security',
            onDelay: '2s',
            message: ['站门打开', 'Station gate open'],
          }),
        ],
      },
    ),
    discrete(
      place,
      'ZS-902',
      ['仪表间门', 'Instrument room door'],
      'door',
      [
        ['关', 'Closed'],
        ['开', 'Open'],
      ],
      {
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'low',
            class: 'security',
            onDelay: '2s',
            message: ['仪表间门打开', 'Instrument room door open'],
          }),
        ],
      },
    ),
    discrete(
      place,
      'XS-903',
      ['周界报警', 'Perimeter'],
      'perimeter',
      [
        ['正常', 'Quiet'],
        ['入侵', 'Intrusion'],
      ],
      {
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'medium',
            class: 'security',
            message: ['周界入侵', 'Perimeter intrusion'],
            response: ['查看视频，通知巡查', 'Look at the video, tell the patrol'],
          }),
        ],
      },
    ),
    discrete(
      place,
      'HS-904',
      ['紧急切断按钮', 'ESD push-button'],
      'emergencyStop',
      [
        ['未按', 'Released'],
        ['按下', 'Pressed'],
      ],
      {
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'critical',
            class: 'safety',
            latching: true,
            message: ['紧急切断按钮按下', 'ESD button pressed'],
            response: ['联系站内人员，确认情况', 'Call the people on site'],
            responseTime: '1min',
          }),
        ],
      },
    ),
    discrete(
      place,
      'BS-905',
      ['火焰探测器', 'Flame detector'],
      'flameDetector',
      [
        ['正常', 'Clear'],
        ['火焰', 'Flame'],
      ],
      {
        alarms: [
          guided({
            kind: 'state',
            equals: 1,
            priority: 'critical',
            class: 'safety',
            latching: true,
            message: ['火焰探测', 'Flame detected'],
            response: ['拨打 119；启动应急预案', 'Call the fire brigade; start the emergency plan'],
            responseTime: '1min',
          }),
        ],
      },
    ),
  ];
}

export function heartbeat(place: Place): PointInput[] {
  return [
    {
      tag: 'KS-001',
      name: { zh: '控制器心跳', en: 'Controller heartbeat' },
      kind: 'counter',
      role: 'heartbeat',
      ...place.analog('KS-001'),
      defaultAlarms: false,
      digits: 0,
    },
  ];
}

export function withoutRate(point: PointInput): PointInput {
  const alarms = point.alarms as { kind: string }[] | undefined;
  return alarms === undefined ? point : { ...point, alarms: alarms.filter((alarm) => alarm.kind !== 'rateOfChange') };
}

export function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
