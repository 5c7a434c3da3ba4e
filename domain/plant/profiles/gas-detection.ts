// Register maps of gas transmitters and gas panels. Certainty: V read in the maker's manual, V2 in a secondary copy or library.
import type { DeviceProfile, ProfilePoint } from '../device-profile.ts';

const lel = { role: 'gasDetector', unit: '%LEL', range: { min: 0, max: 100 } } as const;
const state = { kind: 'discrete', role: 'gasDetectorState' } as const;
const bitOf = (address: number, bit: number, note: string): ProfilePoint => ({
  kind: 'discrete',
  register: { table: 'holding', address, type: 'bit', bit },
  note,
});

/** Reads zero during inhibit: take `state` along and use it in `validity`, and the heartbeat. Source: Honeywell XNX technical manual, Modbus register table. */
export const honeywellXnx: DeviceProfile = {
  id: 'honeywell-xnx',
  maker: 'Honeywell',
  model: 'XNX',
  certainty: 'V',
  source: 'Honeywell XNX Universal Transmitter Technical Manual, Modbus registers',
  addressBase: 1,
  wordOrder: 'ABCD',
  points: {
    gas: { ...lel, register: { table: 'holding', address: 3, type: 'float32' } },
    faultCode: {
      kind: 'discrete',
      register: { table: 'holding', address: 5, type: 'uint16' },
      note: 'warning 1 to 999, fault 1000 to 1999',
    },
    alarm1: bitOf(6, 0, 'alarm 1'),
    alarm2: bitOf(6, 1, 'alarm 2'),
    warning: bitOf(6, 4, 'warning'),
    fault: bitOf(6, 6, 'fault'),
    state: {
      ...state,
      register: { table: 'holding', address: 7, type: 'uint16' },
      states: [
        { value: 1, name: { zh: '正常', en: 'Normal' }, isNormal: true },
        { value: 2, name: { zh: '预热', en: 'Warm-up' }, isNormal: false },
        { value: 3, name: { zh: '禁止（抑制）', en: 'Inhibited' }, isNormal: false },
        { value: 9, name: { zh: '光路遮挡', en: 'Beam blocked' }, isNormal: false },
      ],
    },
    heartbeat: {
      kind: 'counter',
      role: 'heartbeat',
      register: { table: 'holding', address: 8, type: 'uint16' },
      note: 'counts about every 5 s',
    },
    unit: { kind: 'discrete', register: { table: 'holding', address: 11, type: 'uint16' }, note: '5 = %LEL' },
  },
};

/** Holds the last value during inhibit. Source: Honeywell Sensepoint XRL technical manual, Modbus registers. */
export const honeywellSensepointXrl: DeviceProfile = {
  id: 'honeywell-sensepoint-xrl',
  maker: 'Honeywell',
  model: 'Sensepoint XRL',
  certainty: 'V',
  source: 'Honeywell Sensepoint XRL Technical Manual, Modbus registers',
  addressBase: 1,
  wordOrder: 'ABCD',
  points: {
    gas: { ...lel, register: { table: 'holding', address: 103, type: 'float32' } },
    state: { ...state, register: { table: 'input', address: 11, type: 'uint16' } },
    alarms: { kind: 'counter', register: { table: 'input', address: 14, type: 'uint32' } },
    faults: { kind: 'counter', register: { table: 'input', address: 18, type: 'uint32' } },
  },
};

/** Dräger answers at 9600 baud 8E1, address 126 as delivered. Source: Dräger Polytron 8000 series, Modbus RTU manual. */
export const draegerPolytron8000: DeviceProfile = {
  id: 'draeger-polytron-8000',
  maker: 'Dräger',
  model: 'Polytron 8000',
  certainty: 'V',
  source: 'Dräger Polytron 8000 Modbus RTU manual',
  addressBase: 1,
  wordOrder: 'ABCD',
  points: { gas: { ...lel, register: { table: 'holding', address: 507, type: 'float32' } } },
};

/** Word order known from a third-party library only. Source: Honeywell Midas technical manual, Modbus/TCP registers. */
export const honeywellMidas: DeviceProfile = {
  id: 'honeywell-midas',
  maker: 'Honeywell',
  model: 'Midas',
  certainty: 'V2',
  source: 'Honeywell Midas Technical Manual, Modbus/TCP; word order from a third-party library',
  addressBase: 1,
  wordOrder: 'CDAB',
  points: {
    gas: { role: 'gasDetector', register: { table: 'holding', address: 3, type: 'float32' } },
    state: { ...state, register: { table: 'holding', address: 1, type: 'bitField', bits: { from: 0, count: 4 } } },
    faultState: { kind: 'discrete', register: { table: 'holding', address: 1, type: 'bitField', bits: { from: 4, count: 2 } } },
    alarm1: bitOf(1, 6, 'alarm 1'),
    alarm2: bitOf(1, 7, 'alarm 2'),
    heartbeat: {
      kind: 'counter',
      role: 'heartbeat',
      register: { table: 'holding', address: 1, type: 'bit', bit: 11 },
      note: 'turns every 2 s',
    },
  },
};

/** Channels 1 to n; 19200 baud 8N1 on a serial line. Source: IGD TOC-635+ addressable controller manual, Modbus map. */
export const igdToc635: DeviceProfile = {
  id: 'igd-toc-635',
  maker: 'International Gas Detectors',
  model: 'TOC-635+',
  certainty: 'V',
  source: 'IGD TOC-635+ operating manual, Modbus output',
  addressBase: 1,
  wordOrder: 'ABCD',
  points: {
    gas: {
      ...lel,
      register: { table: 'input', address: 1, type: 'uint16' },
      channelStep: 1,
      scale: { factor: 0.1, offset: -10 },
      invalidRaw: [65_535],
      note: 'tenths of %LEL, 10 %LEL added',
    },
    status: {
      ...state,
      register: { table: 'input', address: 3_001, type: 'uint16' },
      channelStep: 1,
      states: [
        { value: 0, name: { zh: '正常', en: 'Normal' }, isNormal: true },
        { value: 8, name: { zh: '故障', en: 'Fault' }, isNormal: false },
        { value: 16, name: { zh: '停用', en: 'Disabled' }, isNormal: false },
      ],
      note: 'bits 0 to 2 alarms, 3 fault, 4 disabled, 6 under, 7 over range, 8 communication',
    },
  },
};

/** Source: Crowcon Vortex Modbus map, secondary copy. */
export const crowconVortex: DeviceProfile = {
  id: 'crowcon-vortex',
  maker: 'Crowcon',
  model: 'Vortex',
  certainty: 'V2',
  source: 'Crowcon Vortex Modbus register map (secondary copy)',
  addressBase: 0,
  wordOrder: 'ABCD',
  points: {
    gas: { ...lel, register: { table: 'holding', address: 2_999, type: 'int16' }, channelStep: 10, scale: { factor: 0.1, offset: 0 } },
    status: { ...state, register: { table: 'holding', address: 3_000, type: 'uint16' }, channelStep: 10 },
    inhibit: { kind: 'discrete', register: { table: 'holding', address: 3_003, type: 'uint16' }, channelStep: 10 },
  },
};
