// Alarms as compiled from the plant file: flat, with indexes instead of names, ready for detection and for the server's table.
import type { LocalizedText } from '../text/localized-text.ts';
import type { AlarmClass, AlarmPriority } from './priority.ts';

export const alarmKinds = [
  'highHigh',
  'high',
  'low',
  'lowLow',
  'rateOfChange',
  'deviation',
  'state',
  'stale',
  'frozen',
  'instrumentFault',
  'commFail',
  'vote',
  'expression',
  'monitor',
] as const;
export type AlarmKind = (typeof alarmKinds)[number];

export const limitKinds = ['highHigh', 'high', 'low', 'lowLow'] as const;
export type LimitKind = (typeof limitKinds)[number];

interface AlarmCommon {
  /** Index into `plant.alarms`. */
  readonly index: number;
  /** `GS-01.PT-101.highHigh`, `GS-01.PLC-1.commFail`, `GS-01.gasConfirmed`. */
  readonly id: string;
  readonly stationIndex: number;
  /** The point the alarm is shown at; null for device and station alarms. */
  readonly pointIndex: number | null;
  readonly deviceIndex: number | null;
  readonly priority: AlarmPriority;
  /** The priority follows from consequence class and response time by the plant's matrix. */
  readonly isPriorityComputed: boolean;
  readonly consequenceClassId: string | null;
  readonly class: AlarmClass;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly isLatching: boolean;
  readonly message: LocalizedText;
  readonly cause: LocalizedText | null;
  readonly consequence: LocalizedText | null;
  readonly response: LocalizedText | null;
  readonly responseTimeMs: number | null;
}

export interface LimitAlarm extends AlarmCommon {
  readonly kind: LimitKind;
  readonly pointIndex: number;
  readonly setpoint: number;
  readonly deadband: number;
}
export interface RateOfChangeAlarm extends AlarmCommon {
  readonly kind: 'rateOfChange';
  readonly pointIndex: number;
  readonly limitPerMinute: number;
  readonly deadbandPerMinute: number;
  readonly windowMs: number;
  readonly direction: 'rising' | 'falling' | 'both';
}
export interface DeviationAlarm extends AlarmCommon {
  readonly kind: 'deviation';
  readonly pointIndex: number;
  readonly limit: number;
  readonly deadband: number;
  readonly reference: { readonly kind: 'constant'; readonly value: number } | { readonly kind: 'point'; readonly pointIndex: number };
}
export interface StateAlarm extends AlarmCommon {
  readonly kind: 'state';
  readonly pointIndex: number;
  readonly value: number;
  /** True: alarm while the value differs from `value`. */
  readonly isNegated: boolean;
}
export interface StaleAlarm extends AlarmCommon {
  readonly kind: 'stale';
  readonly pointIndex: number;
  readonly afterMs: number;
}
export interface FrozenAlarm extends AlarmCommon {
  readonly kind: 'frozen';
  readonly pointIndex: number;
  readonly afterMs: number;
}
export interface InstrumentFaultAlarm extends AlarmCommon {
  readonly kind: 'instrumentFault';
  readonly pointIndex: number;
}
export interface CommFailAlarm extends AlarmCommon {
  readonly kind: 'commFail';
  readonly deviceIndex: number;
  readonly afterMs: number;
}
export type VoteCondition =
  | { readonly compare: 'above'; readonly value: number; readonly deadband: number }
  | { readonly compare: 'below'; readonly value: number; readonly deadband: number }
  | { readonly compare: 'equals'; readonly value: number; readonly deadband: 0 };
export interface VoteAlarm extends AlarmCommon {
  readonly kind: 'vote';
  readonly required: number;
  readonly memberPointIndexes: readonly number[];
  readonly condition: VoteCondition;
  readonly badMember: 'countsAsVoting' | 'degrades';
}
export interface ExpressionAlarm extends AlarmCommon {
  readonly kind: 'expression';
  readonly formula: string;
  readonly variables: readonly { readonly name: string; readonly pointIndex: number }[];
}

/** About the monitor itself: raised by the server, belongs to no station (`stationIndex` is -1), and no plant file can change it. */
export interface MonitorAlarm extends AlarmCommon {
  readonly kind: 'monitor';
}

export type AlarmDefinition =
  | LimitAlarm
  | RateOfChangeAlarm
  | DeviationAlarm
  | StateAlarm
  | StaleAlarm
  | FrozenAlarm
  | InstrumentFaultAlarm
  | CommFailAlarm
  | VoteAlarm
  | ExpressionAlarm
  | MonitorAlarm;
