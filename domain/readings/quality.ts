// Quality of a reading: OPC UA's three severities with a closed reason, carried as one byte on the hot path.
// Source: OPC UA Part 8 (Data Access) status codes; the reasons are the subset that a station monitor can tell apart.

export const qualitySeverities = ['good', 'uncertain', 'bad'] as const;
export type QualitySeverity = (typeof qualitySeverities)[number];

export const qualityReasons = [
  'none',
  'substituted',
  'inaccurate',
  'engineeringUnitsExceeded',
  'unspecified',
  'notYetRead',
  'commFail',
  'deviceException',
  'instrumentFault',
  'outOfRange',
  'stale',
  'maintenance',
  'configurationError',
  'outOfService',
] as const;
export type QualityReason = (typeof qualityReasons)[number];

/** One byte: 0..15 good, 16..31 uncertain, 32 and up bad. Values are stored in the historian: never renumber. */
export const Quality = {
  good: 0,
  uncertainSubstituted: 16,
  uncertainInaccurate: 17,
  uncertainEngineeringUnitsExceeded: 18,
  bad: 32,
  badNotYetRead: 33,
  badCommFail: 34,
  badDeviceException: 35,
  badInstrumentFault: 36,
  badOutOfRange: 37,
  badStale: 38,
  badMaintenance: 39,
  badConfigurationError: 40,
  badOutOfService: 41,
} as const;
export type QualityCode = number;

const reasonByCode: ReadonlyMap<QualityCode, QualityReason> = new Map<QualityCode, QualityReason>([
  [Quality.good, 'none'],
  [Quality.uncertainSubstituted, 'substituted'],
  [Quality.uncertainInaccurate, 'inaccurate'],
  [Quality.uncertainEngineeringUnitsExceeded, 'engineeringUnitsExceeded'],
  [Quality.bad, 'unspecified'],
  [Quality.badNotYetRead, 'notYetRead'],
  [Quality.badCommFail, 'commFail'],
  [Quality.badDeviceException, 'deviceException'],
  [Quality.badInstrumentFault, 'instrumentFault'],
  [Quality.badOutOfRange, 'outOfRange'],
  [Quality.badStale, 'stale'],
  [Quality.badMaintenance, 'maintenance'],
  [Quality.badConfigurationError, 'configurationError'],
  [Quality.badOutOfService, 'outOfService'],
]);

export const qualityCodes: readonly QualityCode[] = [...reasonByCode.keys()];

export function isGood(code: QualityCode): boolean {
  return code < 16;
}

export function isUncertain(code: QualityCode): boolean {
  return code >= 16 && code < 32;
}

export function isBad(code: QualityCode): boolean {
  return code >= 32;
}

export function qualitySeverity(code: QualityCode): QualitySeverity {
  return isGood(code) ? 'good' : isUncertain(code) ? 'uncertain' : 'bad';
}

export function qualityReason(code: QualityCode): QualityReason {
  return reasonByCode.get(code) ?? 'unspecified';
}
