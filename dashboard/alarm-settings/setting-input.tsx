// Fields to type a setting in: numbers in the unit that is shown, choices by name, texts in both languages.
import { type ReactNode, useId, useState } from 'react';
import { type AlarmSettingField, type AlarmSettings, settingPriorities } from '../../domain/alarm-settings/alarm-settings.ts';
import { classWords, fieldWords, priorityWords } from '../../domain/alarm-settings/setting-words.ts';
import { alarmClasses } from '../../domain/alarms/priority.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import { useWords } from '../language/language.ts';
import { type ManagementView, plainNumber, type SettingValue, unitFactor } from './setting-text.tsx';

export type NumberField = 'setpoint' | 'deadband' | 'afterMs' | 'windowMs' | 'onDelayMs' | 'offDelayMs' | 'responseTimeMs';
export type ChoiceField = 'priority' | 'class' | 'consequenceClassId' | 'isLatching';

/** Null where nothing stands there; undefined where it is no number that the setting can have. */
export function parseNumber(field: NumberField, text: string): number | null | undefined {
  const tidy = text.normalize('NFKC').trim();
  if (tidy === '') return null;
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(tidy)) return undefined;
  const number = Math.round(Number(tidy) * unitFactor(field) * 1e6) / 1e6;
  return field === 'setpoint' || number >= 0 ? (field === 'setpoint' ? Number(tidy) : number) : undefined;
}

export function numberText(field: NumberField, value: number | null): string {
  return value === null ? '' : plainNumber(value / unitFactor(field));
}

export interface ChoiceOption {
  readonly value: string;
  readonly label: string;
}

/** A select gives text; settings are of other kinds too. */
export function choiceValue(field: ChoiceField, chosen: string): AlarmSettings[ChoiceField] {
  if (field === 'isLatching') return chosen === 'true';
  return (chosen === '' ? null : chosen) as AlarmSettings[ChoiceField];
}

export function useChoices(management: ManagementView): (field: ChoiceField) => readonly ChoiceOption[] {
  const { t, text } = useWords();
  return (field) => {
    switch (field) {
      case 'priority':
        return settingPriorities.map((value) => ({ value, label: text(priorityWords[value]) }));
      case 'class':
        return alarmClasses.map((value) => ({ value, label: text(classWords[value]) }));
      case 'consequenceClassId':
        return [
          { value: '', label: t('alarmSettings.detail.none') },
          ...management.consequenceClasses.map(({ id, name }) => ({ value: id, label: text(name) })),
        ];
      case 'isLatching':
        return [
          { value: 'true', label: t('alarmSettings.yes') },
          { value: 'false', label: t('alarmSettings.no') },
        ];
    }
  };
}

interface FieldProps<V> {
  readonly value: V;
  readonly isReadOnly: boolean;
  readonly onChange: (value: V) => void;
  /** What is in force or what the file says, where it differs. */
  readonly note: ReactNode;
}

export function NumberInput({
  field,
  unit,
  value,
  isReadOnly,
  onChange,
  onBad,
  note,
}: FieldProps<number | null> & { readonly field: NumberField; readonly unit: string; readonly onBad: () => void }): ReactNode {
  const { t, text } = useWords();
  const id = useId();
  const [typed, setTyped] = useState(numberText(field, value));
  const isOptional = field === 'responseTimeMs';
  const parsed = parseNumber(field, typed);
  const problem =
    parsed === undefined ? t('alarmSettings.detail.badNumber') : parsed === null && !isOptional ? t('alarmSettings.detail.needed') : null;
  return (
    <div className="field setting-field">
      <label htmlFor={id} className="muted">
        {text(fieldWords[field])}
        {unit !== '' && ` (${unit})`}
      </label>
      <input
        id={id}
        className="input number"
        inputMode="decimal"
        value={typed}
        readOnly={isReadOnly}
        aria-invalid={problem !== null}
        data-testid={`setting-${field}`}
        onChange={(event) => {
          setTyped(event.target.value);
          const next = parseNumber(field, event.target.value);
          if (next === undefined || (next === null && !isOptional)) onBad();
          else onChange(next);
        }}
      />
      {problem !== null && <span className="setting-problem small">{problem}</span>}
      {note}
    </div>
  );
}

export function ChoiceInput({
  field,
  options,
  value,
  isReadOnly,
  onChange,
  note,
}: FieldProps<SettingValue> & { readonly field: ChoiceField; readonly options: readonly ChoiceOption[] }): ReactNode {
  const { text } = useWords();
  const id = useId();
  return (
    <div className="field setting-field">
      <label htmlFor={id} className="muted">
        {text(fieldWords[field])}
      </label>
      <select
        id={id}
        className="input"
        value={value === null ? '' : String(value)}
        disabled={isReadOnly}
        data-testid={`setting-${field}`}
        onChange={(event) => onChange(choiceValue(field, event.target.value))}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {note}
    </div>
  );
}

export function TextInput({
  field,
  value,
  isReadOnly,
  onChange,
  note,
}: FieldProps<LocalizedText | null> & { readonly field: AlarmSettingField }): ReactNode {
  const { t, text } = useWords();
  const [typed, setTyped] = useState({ zh: value?.zh ?? '', en: value?.en === value?.zh ? '' : (value?.en ?? '') });
  const needsChinese = typed.zh.trim() === '' && (typed.en.trim() !== '' || field === 'message');
  function type(next: { zh: string; en: string }): void {
    setTyped(next);
    const [zh, en] = [next.zh.trim(), next.en.trim()];
    // English falls back to Chinese, as in the plant file.
    onChange(zh === '' && en === '' ? null : { zh, en: en === '' ? zh : en });
  }
  return (
    <fieldset className="setting-text">
      <legend className="muted">{text(fieldWords[field])}</legend>
      {(['zh', 'en'] as const).map((language) => (
        <textarea
          key={language}
          className="input"
          rows={2}
          lang={language}
          value={typed[language]}
          readOnly={isReadOnly}
          placeholder={t(language === 'zh' ? 'alarmSettings.detail.chinese' : 'alarmSettings.detail.english')}
          aria-label={`${text(fieldWords[field])} ${t(language === 'zh' ? 'alarmSettings.detail.chinese' : 'alarmSettings.detail.english')}`}
          data-testid={`setting-${field}-${language}`}
          onChange={(event) => type({ ...typed, [language]: event.target.value })}
        />
      ))}
      {needsChinese && !isReadOnly && <span className="setting-problem small">{t('alarmSettings.detail.needsChinese')}</span>}
      {note}
    </fieldset>
  );
}
