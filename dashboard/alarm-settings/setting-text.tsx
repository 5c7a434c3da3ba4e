// A setting as text: number with its unit, delay in seconds or minutes, words in the person's language.
import type { AlarmSettingField } from '../../domain/alarm-settings/alarm-settings.ts';
import { classWords, priorityWords } from '../../domain/alarm-settings/setting-words.ts';
import type { AlarmClass } from '../../domain/alarms/priority.ts';
import type { AlarmSettingsTableView, SettingDifferenceView } from '../../domain/api/alarm-settings-api.ts';
import { useWords } from '../language/language.ts';

export type SettingValue = SettingDifferenceView['from'];
export type ManagementView = AlarmSettingsTableView['management'];

/** Without the dust of binary fractions: 0.30000000000000004 is 0.3. */
export function plainNumber(value: number): string {
  return String(Number(value.toPrecision(12)));
}

const millisecondsIn: Partial<Readonly<Record<AlarmSettingField, number>>> = {
  afterMs: 1_000,
  windowMs: 1_000,
  onDelayMs: 1_000,
  offDelayMs: 1_000,
  responseTimeMs: 60_000,
};
/** Milliseconds in the unit that a delay is shown and typed in; 1 for other numbers. */
export function unitFactor(field: AlarmSettingField): number {
  return millisecondsIn[field] ?? 1;
}

export function useSettingText(): (
  field: AlarmSettingField,
  value: SettingValue,
  more?: { unit?: string; management?: ManagementView },
) => string {
  const { t, text } = useWords();
  return (field, value, more = {}) => {
    if (value === null) return t('alarmSettings.notGiven');
    if (typeof value === 'object') return text(value);
    if (typeof value === 'boolean') return t(value ? 'alarmSettings.yes' : 'alarmSettings.no');
    if (typeof value === 'number') {
      const factor = unitFactor(field);
      if (factor === 1_000) return t('alarmSettings.seconds', { value: plainNumber(value / factor) });
      if (factor === 60_000) return t('alarmSettings.minutes', { value: plainNumber(value / factor) });
      return `${plainNumber(value)} ${more.unit ?? ''}`.trim();
    }
    if (field === 'priority') return value in priorityWords ? text(priorityWords[value as keyof typeof priorityWords]) : value;
    if (field === 'class') return text(classWords[value as AlarmClass]);
    const consequence = more.management?.consequenceClasses.find(({ id }) => id === value);
    return consequence === undefined ? value : text(consequence.name);
  };
}
