// One setting in the table. A click turns it into a field; Enter writes it into the draft, Escape leaves it as it was.
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import type { AlarmSettingField, AlarmSettings } from '../../domain/alarm-settings/alarm-settings.ts';
import { priorityWords } from '../../domain/alarm-settings/setting-words.ts';
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import { useWords } from '../language/language.ts';
import { type ChoiceField, choiceValue, type NumberField, numberText, parseNumber, useChoices } from './setting-input.tsx';
import { type ManagementView, plainNumber, type SettingValue, unitFactor, useSettingText } from './setting-text.tsx';
import type { WriteResult } from './use-draft.ts';

type Value = AlarmSettings[AlarmSettingField];

export interface SettingCellProps {
  readonly field: AlarmSettingField;
  readonly unit: string;
  readonly value: Value;
  /** What the draft wants instead; undefined where it wants nothing. */
  readonly drafted: Value | undefined;
  /** An approved change has put this over the plant file. */
  readonly isApproved: boolean;
  /** What the matrix says where the priority differs. */
  readonly hint: AlarmPriority | null;
  readonly management: ManagementView;
  readonly mayEdit: boolean;
  readonly onEdit: () => void;
  readonly onWrite: (value: Value) => Promise<WriteResult>;
  readonly testId: string;
}

const choiceFields: readonly AlarmSettingField[] = ['priority', 'class', 'consequenceClassId', 'isLatching'];

export function SettingCell(props: SettingCellProps): ReactNode {
  const { field, unit, value, drafted, isApproved, hint, management, mayEdit, onEdit, testId } = props;
  const { t, text } = useWords();
  const settingText = useSettingText();
  const [isEditing, setIsEditing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function write(next: Value): Promise<void> {
    setIsEditing(false);
    const result = await props.onWrite(next);
    setProblem(result.kind === 'failed' ? result.reason : null);
  }

  if (isEditing)
    return (
      <CellField
        {...props}
        value={drafted === undefined ? value : drafted}
        onDone={(next) => void write(next)}
        onLeave={() => setIsEditing(false)}
      />
    );

  const short = (shown: Value): string =>
    typeof shown === 'number'
      ? `${plainNumber(shown / unitFactor(field))}${field === 'setpoint' || field === 'deadband' ? ` ${unit}` : ''}`
      : shown === null
        ? '–'
        : settingText(field, shown as SettingValue, { management });
  const shown = (
    <>
      {drafted !== undefined && <del className="muted">{short(value)}</del>}{' '}
      {drafted === undefined ? short(value) : <ins>{short(drafted)}</ins>}
      {isApproved && drafted === undefined && (
        <span className="approved-mark" title={t('alarmSettings.onlyApproved')}>
          *
        </span>
      )}
      {hint !== null && <span className="matrix-hint small">{t('alarmSettings.matrixSays', { priority: text(priorityWords[hint]) })}</span>}
    </>
  );
  if (!mayEdit) return <span data-testid={testId}>{shown}</span>;
  return (
    <button
      type="button"
      tabIndex={-1}
      className="setting-value"
      data-drafted={drafted !== undefined || undefined}
      data-problem={problem !== null || undefined}
      title={problem ?? undefined}
      onClick={() => {
        onEdit();
        setIsEditing(true);
      }}
      data-testid={testId}
    >
      {shown}
    </button>
  );
}

function CellField({
  field,
  value,
  management,
  onDone,
  onLeave,
  testId,
}: SettingCellProps & { readonly onDone: (value: Value) => void; readonly onLeave: () => void }): ReactNode {
  const choices = useChoices(management);
  const [typed, setTyped] = useState(() => (typeof value === 'number' || value === null ? numberText(field as NumberField, value) : ''));
  if (choiceFields.includes(field))
    return (
      <select
        // biome-ignore lint/a11y/noAutofocus: the person has just clicked this very cell
        autoFocus
        className="input setting-field-inline"
        value={value === null ? '' : String(value)}
        data-testid={`${testId}-field`}
        onChange={(event) => onDone(choiceValue(field as ChoiceField, event.target.value))}
        onBlur={onLeave}
        onKeyDown={(event) => event.key === 'Escape' && onLeave()}
      >
        {choices(field as ChoiceField).map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    );
  const parsed = parseNumber(field as NumberField, typed);
  const isGood = parsed !== undefined && (parsed !== null || field === 'responseTimeMs');
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') onLeave();
    if (event.key === 'Enter' && isGood) onDone(parsed ?? null);
  }
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: the person has just clicked this very cell
      autoFocus
      className="input number setting-field-inline"
      inputMode="decimal"
      value={typed}
      aria-invalid={!isGood}
      data-testid={`${testId}-field`}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => (isGood && parsed !== value ? onDone(parsed ?? null) : onLeave())}
    />
  );
}
