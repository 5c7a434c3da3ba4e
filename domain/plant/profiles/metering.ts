// Register maps of gas meters, correctors and transmitters. Certainty: V read in the maker's manual, V2 in a secondary copy or library.
import type { DeviceProfile, ProfilePoint } from '../device-profile.ts';

const holding = (address: number, type: ProfilePoint['register']['type']): ProfilePoint['register'] => ({
  table: 'holding',
  address,
  type,
});

/** 38400 baud 8N1 on a serial line. Absolute pressure in bar: a scale of 0.1 and −0.101325 gives gauge MPa. Source: SICK FLOWSIC500 Modbus specification, secondary copy. */
export const sickFlowsic500: DeviceProfile = {
  id: 'sick-flowsic500',
  maker: 'SICK',
  model: 'FLOWSIC500',
  certainty: 'V2',
  source: 'SICK FLOWSIC500 Modbus specification (secondary copy)',
  addressBase: 0,
  wordOrder: 'ABCD',
  limits: { maxGap: 4 },
  points: {
    flowMeasured: { role: 'flow', unit: 'm³/h', register: holding(7_002, 'float32') },
    flowBase: { role: 'flow', unit: 'Nm³/h', register: holding(5_026, 'float32') },
    pressureAbsolute: { role: 'pressure', unit: 'bar', register: holding(5_136, 'float32') },
    temperature: { role: 'gasTemperature', unit: '℃', range: { min: -20, max: 60 }, register: holding(5_224, 'float32') },
    volumeMeasured: { kind: 'counter', role: 'totalizer', unit: 'm³', register: holding(4_102, 'uint32') },
    volumeBase: { kind: 'counter', role: 'totalizer', unit: 'Nm³', register: holding(4_106, 'uint32') },
    status: { kind: 'discrete', register: holding(3_200, 'uint16') },
  },
};

/** Firmware 28; word order not verified: compare with the display before use. Source: Flonidan UniFlo 1200 Modbus list, secondary copy. */
export const flonidanUniflo1200: DeviceProfile = {
  id: 'flonidan-uniflo-1200',
  maker: 'Flonidan',
  model: 'UniFlo 1200',
  certainty: 'V2',
  source: 'Flonidan UniFlo 1200 Modbus list, firmware 28 (secondary copy); word order unverified',
  addressBase: 0,
  wordOrder: 'ABCD',
  points: {
    flowCorrected: { role: 'flow', unit: 'm³/h', register: holding(0x3c, 'float32') },
    flowConverted: { role: 'flow', unit: 'Nm³/h', register: holding(0x3e, 'float32') },
    pressureAbsolute: { role: 'pressure', unit: 'bar', register: holding(0x40, 'float32') },
    temperature: { role: 'gasTemperature', unit: '℃', range: { min: -20, max: 60 }, register: holding(0x42, 'float32') },
    conversionFactor: { register: holding(0x44, 'float32') },
    volume: { kind: 'counter', role: 'totalizer', unit: 'Nm³', register: holding(0x38, 'uint32') },
    batteryDays: { unit: 'd', register: holding(0x7b, 'uint16') },
    alarms: { kind: 'discrete', register: holding(0x11a, 'uint16') },
  },
};

/** The float order is a setting of the instrument. Source: Rosemount 3095FB reference manual, Modbus registers. */
export const rosemount3095fb: DeviceProfile = {
  id: 'rosemount-3095fb',
  maker: 'Emerson',
  model: 'Rosemount 3095FB',
  certainty: 'V',
  source: 'Rosemount 3095FB reference manual, Modbus registers',
  addressBase: 1,
  wordOrder: 'ABCD',
  points: {
    differentialPressure: { role: 'filterDifferentialPressure', register: { table: 'input', address: 401, type: 'float32' } },
    staticPressure: { role: 'pressure', register: { table: 'input', address: 403, type: 'float32' } },
    temperature: { role: 'gasTemperature', unit: '℃', register: { table: 'input', address: 405, type: 'float32' } },
  },
};
