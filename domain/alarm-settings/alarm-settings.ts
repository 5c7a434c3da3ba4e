// What of an alarm may be changed without a new plant file: its settings, read from a definition and put into one.
// Which point or device it watches, its kind, formula and members are the plant file's alone.
import { z } from 'zod';
import type { AlarmDefinition, AlarmKind } from '../alarms/alarm-definition.ts';
import { alarmClasses, alarmPriorities } from '../alarms/priority.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { type AlarmManagement, computePriority } from './priority-matrix.ts';

export const settingPriorities = [...alarmPriorities, 'computed'] as const;
export type SettingPriority = (typeof settingPriorities)[number];

const longestMs = 366 * 86_400_000;
const durationMs = z.number().min(0).max(longestMs);
const longestText = 2_000;
const text = z
  .strictObject({ zh: z.string().trim().min(1).max(longestText), en: z.string().trim().min(1).max(longestText) })
  .describe('both languages');

/** Null where the alarm's kind has no such setting, or where nothing is stated. Units: the point's own for `setpoint` and `deadband` (per minute for rateOfChange). */
export const alarmSettingsSchema = z.strictObject({
  /** Limit of rateOfChange and deviation, threshold of a vote, set-point of the others. */
  setpoint: z.number().nullable(),
  deadband: z.number().min(0).nullable(),
  /** Of stale, frozen and commFail. */
  afterMs: durationMs.nullable(),
  /** Of rateOfChange. */
  windowMs: durationMs.nullable(),
  onDelayMs: durationMs.nullable(),
  offDelayMs: durationMs.nullable(),
  isLatching: z.boolean(),
  priority: z.enum(settingPriorities),
  class: z.enum(alarmClasses),
  consequenceClassId: z.string().nullable(),
  responseTimeMs: durationMs.nullable(),
  message: text,
  cause: text.nullable(),
  consequence: text.nullable(),
  response: text.nullable(),
});
export type AlarmSettings = z.output<typeof alarmSettingsSchema>;

/** As they are served: texts of a plant file may be longer than what is taken in. */
export const alarmSettingsViewSchema = alarmSettingsSchema.extend({
  message: localizedTextViewSchema,
  cause: localizedTextViewSchema.nullable(),
  consequence: localizedTextViewSchema.nullable(),
  response: localizedTextViewSchema.nullable(),
});

export type AlarmSettingField = keyof AlarmSettings;
export const alarmSettingFields = Object.keys(alarmSettingsSchema.shape) as readonly AlarmSettingField[];

/** Some settings of one alarm: what a change wants. */
export const alarmSettingsPatchSchema = alarmSettingsSchema.partial();
export type AlarmSettingsPatch = z.output<typeof alarmSettingsPatchSchema>;

/** By alarm id: what approved changes say on top of the plant file. */
export type AlarmSettingsOverrides = ReadonlyMap<string, AlarmSettingsPatch>;

/** Settings by which detection goes; the others are about people. */
export const detectionFields = ['setpoint', 'deadband', 'afterMs', 'windowMs', 'onDelayMs', 'offDelayMs'] as const;

const always: readonly AlarmSettingField[] = [
  'isLatching',
  'priority',
  'class',
  'consequenceClassId',
  'responseTimeMs',
  'message',
  'cause',
  'consequence',
  'response',
];
const delays: readonly AlarmSettingField[] = ['onDelayMs', 'offDelayMs'];
const limits: readonly AlarmSettingField[] = ['setpoint', 'deadband', ...delays];

const fieldsOfKind: Readonly<Record<AlarmKind, readonly AlarmSettingField[]>> = {
  highHigh: [...limits, ...always],
  high: [...limits, ...always],
  low: [...limits, ...always],
  lowLow: [...limits, ...always],
  rateOfChange: [...limits, 'windowMs', ...always],
  deviation: [...limits, ...always],
  state: [...delays, ...always],
  stale: ['afterMs', ...always],
  frozen: ['afterMs', ...delays, ...always],
  instrumentFault: [...delays, ...always],
  commFail: ['afterMs', ...always.filter((field) => field !== 'class')],
  vote: [...limits, ...always],
  expression: [...delays, ...always],
  // Nobody sets when the monitor speaks of itself.
  monitor: [],
};

/** The settings that this alarm has. */
export function fieldsOf(alarm: AlarmDefinition): readonly AlarmSettingField[] {
  const fields = fieldsOfKind[alarm.kind];
  // A vote on a state has a state, not a threshold.
  return alarm.kind === 'vote' && alarm.condition.compare === 'equals' ? fields.filter((field) => !isThreshold(field)) : fields;
}

function isThreshold(field: AlarmSettingField): boolean {
  return field === 'setpoint' || field === 'deadband';
}

export function settingsOf(alarm: AlarmDefinition): AlarmSettings {
  const has = new Set(fieldsOf(alarm));
  return {
    ...thresholdOf(alarm),
    afterMs: 'afterMs' in alarm ? alarm.afterMs : null,
    windowMs: 'windowMs' in alarm ? alarm.windowMs : null,
    onDelayMs: has.has('onDelayMs') ? alarm.onDelayMs : null,
    offDelayMs: has.has('offDelayMs') ? alarm.offDelayMs : null,
    isLatching: alarm.isLatching,
    priority: alarm.isPriorityComputed ? 'computed' : alarm.priority,
    class: alarm.class,
    consequenceClassId: alarm.consequenceClassId,
    responseTimeMs: alarm.responseTimeMs,
    message: alarm.message,
    cause: alarm.cause,
    consequence: alarm.consequence,
    response: alarm.response,
  };
}

function thresholdOf(alarm: AlarmDefinition): Pick<AlarmSettings, 'setpoint' | 'deadband'> {
  switch (alarm.kind) {
    case 'highHigh':
    case 'high':
    case 'low':
    case 'lowLow':
      return { setpoint: alarm.setpoint, deadband: alarm.deadband };
    case 'rateOfChange':
      return { setpoint: alarm.limitPerMinute, deadband: alarm.deadbandPerMinute };
    case 'deviation':
      return { setpoint: alarm.limit, deadband: alarm.deadband };
    case 'vote':
      return alarm.condition.compare === 'equals'
        ? { setpoint: null, deadband: null }
        : { setpoint: alarm.condition.value, deadband: alarm.condition.deadband };
    case 'state':
    case 'stale':
    case 'frozen':
    case 'instrumentFault':
    case 'commFail':
    case 'expression':
    case 'monitor':
      return { setpoint: null, deadband: null };
  }
}

/** The definition with these settings; what its kind does not have is passed over. A priority that cannot be computed stays as it was: the checks tell. */
export function withSettings(alarm: AlarmDefinition, patch: AlarmSettingsPatch, management: AlarmManagement): AlarmDefinition {
  const settings = mergeSettings(settingsOf(alarm), patch, fieldsOf(alarm));
  const isPriorityComputed = settings.priority === 'computed';
  const common = {
    onDelayMs: settings.onDelayMs ?? alarm.onDelayMs,
    offDelayMs: settings.offDelayMs ?? alarm.offDelayMs,
    isLatching: settings.isLatching,
    priority: settings.priority === 'computed' ? (computePriority(management, settings) ?? alarm.priority) : settings.priority,
    isPriorityComputed,
    class: settings.class,
    consequenceClassId: settings.consequenceClassId,
    responseTimeMs: settings.responseTimeMs,
    message: settings.message,
    cause: settings.cause,
    consequence: settings.consequence,
    response: settings.response,
  };
  const { setpoint, deadband, afterMs, windowMs } = settings;
  switch (alarm.kind) {
    case 'highHigh':
    case 'high':
    case 'low':
    case 'lowLow':
      return { ...alarm, ...common, setpoint: setpoint ?? alarm.setpoint, deadband: deadband ?? alarm.deadband };
    case 'rateOfChange':
      return {
        ...alarm,
        ...common,
        limitPerMinute: setpoint ?? alarm.limitPerMinute,
        deadbandPerMinute: deadband ?? alarm.deadbandPerMinute,
        windowMs: windowMs ?? alarm.windowMs,
      };
    case 'deviation':
      return { ...alarm, ...common, limit: setpoint ?? alarm.limit, deadband: deadband ?? alarm.deadband };
    case 'vote':
      return alarm.condition.compare === 'equals'
        ? { ...alarm, ...common }
        : {
            ...alarm,
            ...common,
            condition: { ...alarm.condition, value: setpoint ?? alarm.condition.value, deadband: deadband ?? alarm.condition.deadband },
          };
    case 'stale':
    case 'frozen':
    case 'commFail':
      return { ...alarm, ...common, afterMs: afterMs ?? alarm.afterMs };
    case 'state':
    case 'instrumentFault':
    case 'expression':
      return { ...alarm, ...common };
    case 'monitor':
      return alarm;
  }
}

/** Settings that an alarm may be without; every other one that it has needs a value. */
const optionalFields: readonly AlarmSettingField[] = ['consequenceClassId', 'responseTimeMs', 'cause', 'consequence', 'response'];

export interface PatchRefusal {
  readonly field: AlarmSettingField;
  readonly reason: 'hasNot' | 'needs';
}

/** Why a patch cannot be taken for this alarm: it names a setting that the alarm has not, or empties one that it needs. */
export function patchRefusals(alarm: AlarmDefinition, patch: AlarmSettingsPatch): readonly PatchRefusal[] {
  const has = fieldsOf(alarm);
  return alarmSettingFields.flatMap((field): PatchRefusal[] => {
    if (patch[field] === undefined) return [];
    if (!has.includes(field)) return [{ field, reason: 'hasNot' }];
    return patch[field] === null && !optionalFields.includes(field) ? [{ field, reason: 'needs' }] : [];
  });
}

/** `settings` with those of `patch` that are among `fields`. */
export function mergeSettings(settings: AlarmSettings, patch: AlarmSettingsPatch, fields = alarmSettingFields): AlarmSettings {
  const wanted = Object.entries(patch).filter(([field, value]) => value !== undefined && (fields as readonly string[]).includes(field));
  return { ...settings, ...(Object.fromEntries(wanted) as Partial<AlarmSettings>) };
}

/** One setting, old and new. */
export interface SettingDifference {
  readonly field: AlarmSettingField;
  readonly from: AlarmSettings[AlarmSettingField];
  readonly to: AlarmSettings[AlarmSettingField];
}

export function differencesOf(before: AlarmSettings, after: AlarmSettingsPatch): readonly SettingDifference[] {
  return alarmSettingFields.flatMap((field): SettingDifference[] => {
    const to = after[field];
    return to === undefined || isSameSetting(before[field], to) ? [] : [{ field, from: before[field], to }];
  });
}

export function isSameSetting(one: unknown, other: unknown): boolean {
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return one === other;
  const [a, b] = [one as { zh: string; en: string }, other as { zh: string; en: string }];
  return a.zh === b.zh && a.en === b.en;
}
