// What rationalisation finds at an alarm: something that must not be (error), or that somebody should look at (warning). Words in both languages.
import type { LocalizedText } from '../text/localized-text.ts';
import type { AlarmSettingField } from './alarm-settings.ts';

export const findingCodes = [
  'setpointOutsideRange',
  'limitsOutOfOrder',
  'limitNotPositive',
  'windowTooShort',
  'unknownConsequenceClass',
  'priorityNotComputable',
  'deadbandZero',
  'deadbandTooLarge',
  'missingCause',
  'missingConsequence',
  'missingResponse',
  'missingResponseTime',
  'safetyNotLatching',
  'safetyDelayed',
  'onDelayLong',
  'chattersFast',
  'priorityDiffers',
  'priorityDistribution',
  'approvedSettingsSetAside',
  'plantFileChangedSince',
] as const;
export type FindingCode = (typeof findingCodes)[number];

export interface Finding {
  readonly code: FindingCode;
  /** An error keeps settings from coming into force, as it keeps a plant file from starting. */
  readonly severity: 'error' | 'warning';
  /** Null where it is about the plant as a whole. */
  readonly alarmId: string | null;
  readonly field: AlarmSettingField | null;
  readonly message: LocalizedText;
}

/** The same thing found before and after a change. */
export function findingKey(finding: Finding): string {
  return `${finding.alarmId ?? ''} ${finding.code} ${finding.field ?? ''}`;
}
