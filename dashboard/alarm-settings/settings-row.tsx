// One alarm in the settings table. What the person's draft changes stands as old → new.
// biome-ignore-all lint/a11y/useSemanticElements: a row of a grid of which only the visible rows exist
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid keeps the focus
import { memo, type ReactNode } from 'react';
import {
  type AlarmSettingField,
  type AlarmSettings,
  type AlarmSettingsPatch,
  isSameSetting,
} from '../../domain/alarm-settings/alarm-settings.ts';
import { kindWords } from '../../domain/alarm-settings/setting-words.ts';
import type { AlarmSettingsRow, FindingView } from '../../domain/api/alarm-settings-api.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { SettingCell } from './setting-cell.tsx';
import type { ManagementView } from './setting-text.tsx';
import { type SettingsColumn, settingsColumns } from './settings-columns.ts';
import type { WriteResult } from './use-draft.ts';

export interface SettingsRowProps {
  readonly row: AlarmSettingsRow;
  readonly findings: readonly FindingView[];
  readonly drafted: AlarmSettingsPatch;
  readonly management: ManagementView;
  readonly mayEdit: boolean;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly isSelected: boolean;
  readonly onSelect: (alarmId: string) => void;
  readonly onOpen: (alarmId: string) => void;
  readonly onWrite: (alarmId: string, settings: AlarmSettingsPatch) => Promise<WriteResult>;
}

function fieldOf(column: SettingsColumn, row: AlarmSettingsRow): AlarmSettingField | null {
  switch (column) {
    case 'setpoint':
    case 'deadband':
    case 'priority':
    case 'class':
      return column;
    case 'onDelay':
      return 'onDelayMs';
    case 'offDelay':
      return 'offDelayMs';
    case 'after':
      return row.fields.includes('windowMs') ? 'windowMs' : 'afterMs';
    case 'latching':
      return 'isLatching';
    case 'consequenceClass':
      return 'consequenceClassId';
    case 'responseTime':
      return 'responseTimeMs';
    case 'alarm':
    case 'kind':
    case 'findings':
      return null;
  }
}

export const SettingsRow = memo(function SettingsRow(props: SettingsRowProps): ReactNode {
  const { row, findings, index, top, height, isSelected } = props;
  const { text } = useWords();
  const hasError = findings.some(({ severity }) => severity === 'error');
  return (
    <div
      id={`setting-${row.alarmId}`}
      className="settings-row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-selected={isSelected || undefined}
      data-testid={`settings-row-${row.alarmId}`}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      {settingsColumns.map((column) => (
        <span key={column} role="gridcell" className={`setting-cell setting-cell-${column}`}>
          {column === 'findings' ? (
            findings.length > 0 && (
              <button
                type="button"
                tabIndex={-1}
                className="finding-count"
                data-severity={hasError ? 'error' : 'warning'}
                title={findings.map(({ message }) => text(message)).join('\n')}
                onClick={() => props.onOpen(row.alarmId)}
              >
                <span aria-hidden="true">{hasError ? '✕' : '△'}</span> {findings.length}
              </button>
            )
          ) : (
            <Content column={column} {...props} />
          )}
        </span>
      ))}
    </div>
  );
});

function Content({
  column,
  row,
  drafted,
  management,
  mayEdit,
  onSelect,
  onOpen,
  onWrite,
}: SettingsRowProps & { readonly column: SettingsColumn }): ReactNode {
  const { text } = useWords();
  if (column === 'alarm')
    return (
      <button
        type="button"
        tabIndex={-1}
        className="setting-name"
        onClick={() => {
          onSelect(row.alarmId);
          onOpen(row.alarmId);
        }}
      >
        <span className="number">{row.alarmId}</span>
        <span className="muted small">{row.name === null ? text(row.settings.message) : text(row.name)}</span>
      </button>
    );
  if (column === 'kind') return text(kindWords[row.kind]);
  const field = fieldOf(column, row);
  if (field === null || !row.fields.includes(field)) return <span className="faint">–</span>;
  const inForce = (row.settings as AlarmSettings)[field];
  const wanted = drafted[field];
  return (
    <>
      {column === 'priority' && <PriorityMark priority={row.priority} />}
      <SettingCell
        field={field}
        unit={row.unit}
        value={inForce}
        drafted={wanted === undefined || isSameSetting(wanted, inForce) ? undefined : wanted}
        isApproved={row.approvedFields.includes(field)}
        hint={column === 'priority' && row.computedPriority !== null && row.computedPriority !== row.priority ? row.computedPriority : null}
        management={management}
        mayEdit={mayEdit}
        onEdit={() => onSelect(row.alarmId)}
        onWrite={(value) => onWrite(row.alarmId, { [field]: value } as AlarmSettingsPatch)}
        testId={`cell-${row.alarmId}-${field}`}
      />
    </>
  );
}
