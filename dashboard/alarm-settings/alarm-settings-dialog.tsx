// All settings of one alarm: what is in force, what the plant file says where it differs, what rationalisation finds; to read, or to change into the draft.
import { type FormEvent, type ReactNode, useState } from 'react';
import {
  type AlarmSettingField,
  type AlarmSettings,
  type AlarmSettingsPatch,
  differencesOf,
  mergeSettings,
} from '../../domain/alarm-settings/alarm-settings.ts';
import { computePriority } from '../../domain/alarm-settings/priority-matrix.ts';
import { kindWords, priorityWords } from '../../domain/alarm-settings/setting-words.ts';
import type { AlarmSettingsRow, FindingView } from '../../domain/api/alarm-settings-api.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { FindingList } from './finding-list.tsx';
import { type ChoiceField, ChoiceInput, type NumberField, NumberInput, TextInput, useChoices } from './setting-input.tsx';
import { type ManagementView, useSettingText } from './setting-text.tsx';
import type { WriteResult } from './use-draft.ts';

const detectionFields: readonly NumberField[] = ['setpoint', 'deadband', 'onDelayMs', 'offDelayMs', 'afterMs', 'windowMs'];
const textFields = ['message', 'cause', 'consequence', 'response'] as const;

export interface AlarmSettingsDialogProps {
  readonly row: AlarmSettingsRow;
  /** What the person's draft changes of it already. */
  readonly drafted: AlarmSettingsPatch;
  readonly findings: readonly FindingView[];
  readonly management: ManagementView;
  readonly mayEdit: boolean;
  readonly onWrite: (settings: AlarmSettingsPatch) => Promise<WriteResult>;
  readonly onClose: () => void;
}

export function AlarmSettingsDialog({
  row,
  drafted,
  findings,
  management,
  mayEdit,
  onWrite,
  onClose,
}: AlarmSettingsDialogProps): ReactNode {
  const { t, text } = useWords();
  const settingText = useSettingText();
  const choices = useChoices(management);
  const inForce = row.settings as AlarmSettings;
  const [wanted, setWanted] = useState<AlarmSettings>(() => mergeSettings(inForce, drafted));
  const [bad, setBad] = useState<ReadonlySet<AlarmSettingField>>(new Set());
  const [problem, setProblem] = useState<string | null>(null);
  const [isWorking, setIsWorking] = useState(false);

  const changed = differencesOf(mergeSettings(inForce, drafted), wanted);
  const isMissing = textFields.some((field) => wanted[field] !== null && wanted[field]?.zh === '') || wanted.message === null;
  const computed = computePriority(management, wanted);

  function set(field: AlarmSettingField, value: AlarmSettings[AlarmSettingField]): void {
    setWanted((before) => ({ ...before, [field]: value }));
    setBad((before) => new Set([...before].filter((other) => other !== field)));
  }
  function note(field: AlarmSettingField): ReactNode {
    const parts = [
      ...(differencesOf(inForce, { [field]: wanted[field] }).length > 0
        ? [t('alarmSettings.inForce', { value: settingText(field, inForce[field], { unit: row.unit, management }) })]
        : []),
      ...(row.approvedFields.includes(field)
        ? [t('alarmSettings.fileSays', { value: settingText(field, row.fileSettings[field] ?? null, { unit: row.unit, management }) })]
        : []),
      ...(field === 'priority' && computed !== null ? [t('alarmSettings.matrixSays', { priority: text(priorityWords[computed]) })] : []),
    ];
    return parts.length === 0 ? null : <span className="muted small">{parts.join(' · ')}</span>;
  }
  function unitOf(field: NumberField): string {
    if (field === 'setpoint' || field === 'deadband') return row.unit;
    return t(field === 'responseTimeMs' ? 'alarmSettings.detail.minutesUnit' : 'alarmSettings.detail.secondsUnit');
  }
  const numberInput = (field: NumberField): ReactNode =>
    row.fields.includes(field) && (
      <NumberInput
        key={field}
        field={field}
        unit={unitOf(field)}
        value={wanted[field]}
        isReadOnly={!mayEdit}
        onChange={(value) => set(field, value)}
        onBad={() => setBad((before) => new Set([...before, field]))}
        note={note(field)}
      />
    );
  const choiceInput = (field: ChoiceField): ReactNode =>
    row.fields.includes(field) && (
      <ChoiceInput
        key={field}
        field={field}
        options={choices(field)}
        value={wanted[field]}
        isReadOnly={!mayEdit}
        onChange={(value) => set(field, value)}
        note={note(field)}
      />
    );

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (changed.length === 0 || bad.size > 0 || isMissing || isWorking) return;
    setIsWorking(true);
    const patch = Object.fromEntries(changed.map(({ field, to }) => [field, to])) as AlarmSettingsPatch;
    const result = await onWrite(patch);
    setIsWorking(false);
    if (result.kind === 'done') onClose();
    else setProblem(result.reason);
  }

  return (
    <Dialog
      title={`${row.alarmId} ${row.name === null ? '' : text(row.name)}`}
      onClose={onClose}
      className="dialog-wide"
      testId="alarm-settings-dialog"
    >
      <form onSubmit={(event) => void save(event)}>
        <div className="dialog-body">
          <p className="no-margin muted">
            {text(kindWords[row.kind])}
            {row.range !== null &&
              ` · ${t('alarmSettings.detail.range', { min: row.range.min, max: row.range.max, unit: row.unit.replace('/min', '') })}`}
          </p>
          {problem !== null && <ProblemNotice text={t('alarmSettings.draft.refused', { reason: problem })} />}
          {findings.length > 0 && <FindingList findings={findings} />}
          <section className="setting-group" aria-label={t('alarmSettings.detail.detection')}>
            <h3>{t('alarmSettings.detail.detection')}</h3>
            <div className="setting-grid">
              {detectionFields.map(numberInput)}
              {choiceInput('isLatching')}
            </div>
          </section>
          <section className="setting-group" aria-label={t('alarmSettings.detail.ranking')}>
            <h3>{t('alarmSettings.detail.ranking')}</h3>
            <div className="setting-grid">
              {(['priority', 'class', 'consequenceClassId'] as const).map(choiceInput)}
              {numberInput('responseTimeMs')}
            </div>
          </section>
          <section className="setting-group" aria-label={t('alarmSettings.detail.guidance')}>
            <h3>{t('alarmSettings.detail.guidance')}</h3>
            <div className="setting-texts">
              {textFields.map((field) => (
                <TextInput
                  key={field}
                  field={field}
                  value={wanted[field]}
                  isReadOnly={!mayEdit}
                  onChange={(value) => set(field, value)}
                  note={note(field)}
                />
              ))}
            </div>
          </section>
        </div>
        {mayEdit && (
          <div className="dialog-foot">
            {changed.length === 0 && <span className="muted small">{t('alarmSettings.detail.nothingChanged')}</span>}
            <button
              type="submit"
              className="button button-primary"
              disabled={changed.length === 0 || bad.size > 0 || isMissing || isWorking}
              data-testid="put-into-draft"
            >
              {t('alarmSettings.detail.addToDraft')}
            </button>
          </div>
        )}
      </form>
    </Dialog>
  );
}
