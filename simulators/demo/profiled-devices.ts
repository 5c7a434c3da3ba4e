// Devices of the demo plant that are real instruments: their points name an entry of a device profile, and the profile has the register map.
import { gasLimits } from './common-points.ts';
import { type DeviceInput, guided, limit, named, type PointInput } from './station-builder.ts';

interface Socket {
  readonly host: string;
  readonly port: number;
}

/** IGD TOC-635+: gas and status word of each channel. */
export function gasPanel(socket: Socket, count: number, more: Record<string, unknown> = {}): DeviceInput {
  const points = Array.from({ length: count }, (_, index): PointInput[] => {
    const n = index + 1;
    return [
      {
        tag: `GD-${500 + n}`,
        name: { zh: `可燃气体探测器 ${n}`, en: `Gas detector ${n}` },
        plan: { zone: n <= count / 2 ? { zh: '工艺区', en: 'Process area' } : { zh: '辅助区', en: 'Utility area' } },
        from: 'gas',
        channel: n,
        digits: 1,
        exceptionDeviation: 0.5,
        normal: { min: 0, max: 10 },
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
        from: 'status',
        channel: n,
        alarms: [
          guided({
            kind: 'state',
            equals: 16,
            priority: 'medium',
            class: 'diagnostic',
            onDelay: '2s',
            message: [`探测器 ${n} 停用`, `Detector ${n} disabled`],
            response: ['核对检修票', 'Check the work permit'],
          }),
        ],
      },
    ];
  }).flat();
  return {
    id: 'GDP-1',
    name: named(['气体报警控制器', 'Gas panel']),
    protocol: 'modbusTcp',
    ...socket,
    profile: 'igd-toc-635',
    points,
    ...more,
  };
}

/** One Honeywell XNX behind a serial gateway that has several: one socket, a unit id each. */
export function gasTransmitter(socket: Socket, index: number): DeviceInput {
  const n = index + 1;
  return {
    id: `XNX-${n}`,
    name: { zh: `气体变送器 ${n}`, en: `Gas transmitter ${n}` },
    protocol: 'modbusTcp',
    ...socket,
    unitId: n,
    profile: 'honeywell-xnx',
    points: [
      {
        tag: `GD-${500 + n}`,
        name: { zh: `可燃气体探测器 ${n}（调压间）`, en: `Gas detector ${n} (regulator room)` },
        // One in each corner of the room.
        plan: { zone: { zh: '调压间', en: 'Regulator room' }, x: n % 2 === 1 ? 15 : 85, y: n <= 2 ? 15 : 85 },
        from: 'gas',
        digits: 1,
        exceptionDeviation: 0.5,
        normal: { min: 0, max: 10 },
        alarms: gasLimits('enclosed'),
        validity: [
          { tag: `GI-${500 + n}`, equals: 3, reason: 'maintenance' },
          { tag: `GI-${500 + n}`, equals: 2, reason: 'maintenance' },
        ],
        heartbeat: { tag: `GK-${500 + n}`, after: '15s' },
      },
      {
        tag: `GI-${500 + n}`,
        name: { zh: `探测器 ${n} 状态`, en: `Detector ${n} state` },
        kind: 'discrete',
        from: 'state',
        alarms: [
          guided({
            kind: 'state',
            notEquals: 1,
            priority: 'medium',
            class: 'diagnostic',
            onDelay: '2s',
            message: [`探测器 ${n} 未投用`, `Detector ${n} not in service`],
            response: ['核对检修票', 'Check the work permit'],
          }),
        ],
      },
      {
        tag: `GK-${500 + n}`,
        name: { zh: `探测器 ${n} 心跳`, en: `Detector ${n} heartbeat` },
        kind: 'counter',
        from: 'heartbeat',
        defaultAlarms: false,
        digits: 0,
      },
    ],
  };
}

/** SICK FLOWSIC500: the meter of one run; absolute bar is shown as gauge MPa. */
export function gasMeter(socket: Socket, run: 'A' | 'B'): DeviceInput {
  const n = run === 'A' ? 1 : 2;
  const common = { unitOf: run, scan: '2s' } as const;
  return {
    id: `FQ-${run}`,
    name: { zh: `${run} 路流量计`, en: `Run ${run} gas meter` },
    protocol: 'modbusTcp',
    ...socket,
    profile: 'sick-flowsic500',
    points: [
      {
        ...common,
        tag: `FT-31${n}`,
        name: { zh: `${run} 路标况流量`, en: `Run ${run} base flow` },
        from: 'flowBase',
        range: { min: 0, max: 60_000 },
        digits: 0,
        exceptionDeviation: 60,
      },
      {
        ...common,
        tag: `PT-31${n}`,
        name: { zh: `${run} 路计量压力`, en: `Run ${run} metering pressure` },
        from: 'pressureAbsolute',
        unit: 'MPa',
        range: { min: 0, max: 1 },
        scale: { factor: 0.1, offset: -0.101_325 },
        digits: 3,
        exceptionDeviation: 0.001,
      },
      {
        ...common,
        tag: `TT-31${n}`,
        name: { zh: `${run} 路计量温度`, en: `Run ${run} metering temperature` },
        from: 'temperature',
        digits: 1,
        exceptionDeviation: 0.2,
      },
      {
        ...common,
        tag: `FQ-31${n}`,
        name: { zh: `${run} 路标况累计量`, en: `Run ${run} base volume` },
        kind: 'counter',
        from: 'volumeBase',
        scan: '5s',
        digits: 0,
      },
      {
        ...common,
        tag: `XS-31${n}`,
        name: { zh: `${run} 路流量计状态`, en: `Run ${run} meter status` },
        kind: 'discrete',
        from: 'status',
        states: [
          { value: 0, name: { zh: '正常', en: 'Normal' } },
          { value: 1, name: { zh: '故障', en: 'Fault' }, isNormal: false },
        ],
      },
    ],
  };
}

/** Tripp Lite UPS: mains, charge and the time that is left. */
export function ups(socket: Socket): DeviceInput {
  return {
    id: 'UPS-1',
    name: named(['不间断电源', 'UPS']),
    protocol: 'modbusTcp',
    ...socket,
    profile: 'tripp-lite-ups',
    scan: '2s',
    points: [
      {
        tag: 'ET-801',
        name: { zh: '市电电压', en: 'Mains voltage' },
        from: 'inputVoltage',
        digits: 0,
        exceptionDeviation: 1,
        normal: { min: 198, max: 242 },
      },
      {
        tag: 'JT-801',
        name: { zh: 'UPS 电量', en: 'UPS charge' },
        from: 'charge',
        digits: 0,
        exceptionDeviation: 1,
        normal: { min: 60, max: 100 },
        alarms: [
          limit('low', 50, 'low', { deadband: 5, onDelay: '10s' }),
          limit('lowLow', 20, 'medium', { deadband: 5, onDelay: '10s', response: ['派人送发电机', 'Send a generator'] }),
        ],
      },
      {
        tag: 'KT-801',
        name: { zh: 'UPS 剩余时间', en: 'UPS time left' },
        from: 'minutesLeft',
        digits: 0,
        exceptionDeviation: 2,
        alarms: [limit('low', 30, 'low', { deadband: 5, onDelay: '10s' })],
      },
      {
        tag: 'XS-801',
        name: { zh: '电池状态', en: 'Battery state' },
        kind: 'discrete',
        from: 'batteryState',
        alarms: [
          guided({
            kind: 'state',
            equals: 3,
            priority: 'medium',
            class: 'equipment',
            onDelay: '2s',
            message: ['市电失电，UPS 供电', 'Mains lost, running on UPS'],
            response: ['核对 UPS 剩余时间', 'Check the UPS time left'],
          }),
        ],
      },
    ],
  };
}
