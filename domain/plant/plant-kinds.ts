// The kinds of station and point that a plant is made of. Apart from the plant file's schema, so that a page need not load that to read an answer.

export const stationTypes = ['gate', 'regulating', 'district', 'storage', 'cng', 'lng', 'lpg'] as const;
export type StationType = (typeof stationTypes)[number];

/** What a point is in the process: the mimic, the coverage audit and the simulators go by it. */
export const pointRoles = [
  'inletPressure',
  'outletPressure',
  'pressure',
  'filterDifferentialPressure',
  'regulatorTravel',
  'monitorTravel',
  'slamShut',
  'relief',
  'shutoffValve',
  'gasTemperature',
  'temperature',
  'flow',
  'totalizer',
  'odorantRate',
  'odorantLevel',
  'gasDetector',
  'gasDetectorState',
  'flameDetector',
  'tankPressure',
  'tankLevel',
  'tankTemperature',
  'compressorSuction',
  'compressorDischarge',
  'compressorState',
  'pumpState',
  'vaporiserState',
  'vaporiserTemperature',
  'dispenserState',
  'dispenserPressure',
  'dispenserFlow',
  'vibration',
  'oilPressure',
  'ambientTemperature',
  'upsCharge',
  'upsRuntime',
  'mainsVoltage',
  'mainsState',
  'door',
  'perimeter',
  'emergencyStop',
  'heartbeat',
  'communication',
  'camera',
  'other',
] as const;
export type PointRole = (typeof pointRoles)[number];

export const pointKinds = ['analog', 'discrete', 'counter', 'text'] as const;
export type PointKind = (typeof pointKinds)[number];
