// The settings table with its filters, findings, sheets out and in, and the bar of the draft that is being written.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import type { AlarmSettingsPatch } from '../../domain/alarm-settings/alarm-settings.ts';
import { type FindingCode, findingCodes } from '../../domain/alarm-settings/finding.ts';
import { classWords, findingWords, kindWords, priorityWords } from '../../domain/alarm-settings/setting-words.ts';
import { type AlarmKind, alarmKinds } from '../../domain/alarms/alarm-definition.ts';
import { type AlarmClass, type AlarmPriority, alarmClasses, alarmPriorities } from '../../domain/alarms/priority.ts';
import type { AlarmSettingsTableView } from '../../domain/api/alarm-settings-api.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { AlarmSettingsDialog } from './alarm-settings-dialog.tsx';
import { filterSettings, findingsByAlarm, noFilter, type SettingsFilter } from './settings-filter.ts';
import { SettingsTable } from './settings-table.tsx';
import { SheetButtons } from './sheet-buttons.tsx';
import { useMyDraft } from './use-draft.ts';

export function SettingsTab({ table }: { readonly table: AlarmSettingsTableView }): ReactNode {
  const { t } = useWords();
  const mayEdit = usePermission('alarmSettings.propose');
  const [filter, setFilter] = useState<SettingsFilter>(noFilter);
  const [openId, setOpenId] = useState<string | null>(null);
  const { draft, write } = useMyDraft();
  const deferred = useDeferredValue(filter);
  const findings = useMemo(() => findingsByAlarm(table.findings), [table.findings]);
  const rows = useMemo(() => filterSettings(table.rows, deferred, findings), [table.rows, deferred, findings]);
  const drafted = useMemo(
    () =>
      new Map(
        (draft?.rows ?? []).map(({ alarmId, differences }) => [
          alarmId,
          Object.fromEntries(differences.map(({ field, to }) => [field, to])) as AlarmSettingsPatch,
        ]),
      ),
    [draft],
  );
  const open = openId === null ? undefined : table.rows.find(({ alarmId }) => alarmId === openId);
  const errors = draft?.introduced.filter(({ severity }) => severity === 'error').length ?? 0;

  return (
    <div className="panel settings-panel">
      <div className="panel-head">
        <Filters filter={filter} onChange={setFilter} table={table} />
        <span className="muted small number">{t('alarmSettings.count', { shown: rows.length, total: table.rows.length })}</span>
        <SheetButtons />
      </div>
      <SettingsTable
        rows={rows}
        findings={findings}
        drafted={drafted}
        management={table.management}
        mayEdit={mayEdit}
        onOpen={setOpenId}
        onWrite={write}
      />
      <div className="settings-foot">
        {draft === null ? (
          <span className="muted small">
            {t('alarmSettings.keys')}
            {mayEdit && ` · ${t('alarmSettings.editHint')}`}
          </span>
        ) : (
          <div className="draft-bar" role="status" data-testid="draft-bar">
            <b>{t('alarmSettings.draft.mine')}</b>
            <span className="number">{t('alarmSettings.draft.bar', { alarms: draft.alarmCount, differences: draft.differenceCount })}</span>
            {errors > 0 && <span className="setting-problem">{t('alarmSettings.draft.barErrors', { count: errors })}</span>}
            <Link
              to="/alarm-settings"
              search={{ tab: 'drafts', draft: draft.id }}
              className="button button-primary"
              data-testid="open-draft"
            >
              {t('alarmSettings.draft.open')}
            </Link>
          </div>
        )}
      </div>
      {open !== undefined && (
        <AlarmSettingsDialog
          key={open.alarmId}
          row={open}
          drafted={drafted.get(open.alarmId) ?? {}}
          findings={findings.get(open.alarmId) ?? []}
          management={table.management}
          mayEdit={mayEdit}
          onWrite={(settings) => write(open.alarmId, settings)}
          onClose={() => setOpenId(null)}
        />
      )}
    </div>
  );
}

interface FiltersProps {
  readonly filter: SettingsFilter;
  readonly onChange: (filter: SettingsFilter) => void;
  readonly table: AlarmSettingsTableView;
}

function Filters({ filter, onChange, table }: FiltersProps): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const counts = useMemo(() => {
    const found = new Map<FindingCode, number>();
    for (const { code, alarmId } of table.findings) if (alarmId !== null) found.set(code, (found.get(code) ?? 0) + 1);
    return found;
  }, [table.findings]);
  return (
    <>
      <input
        className="input settings-search"
        type="search"
        placeholder={t('alarmSettings.search')}
        aria-label={t('alarmSettings.search')}
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
        data-testid="settings-search"
      />
      <Choice
        label={t('alarmSettings.allStations')}
        value={filter.stationId}
        options={stations.map((station) => [station.id, `${station.id} ${text(station.name)}`])}
        onChange={(stationId) => onChange({ ...filter, stationId })}
      />
      <Choice
        label={t('alarmSettings.allPriorities')}
        value={filter.priority}
        options={alarmPriorities.map((priority) => [priority, text(priorityWords[priority])])}
        onChange={(priority) => onChange({ ...filter, priority: priority as AlarmPriority | null })}
      />
      <Choice
        label={t('alarmSettings.allClasses')}
        value={filter.class}
        options={alarmClasses.map((name) => [name, text(classWords[name])])}
        onChange={(name) => onChange({ ...filter, class: name as AlarmClass | null })}
      />
      <Choice
        label={t('alarmSettings.allKinds')}
        value={filter.kind}
        options={alarmKinds.map((kind) => [kind, text(kindWords[kind])])}
        onChange={(kind) => onChange({ ...filter, kind: kind as AlarmKind | null })}
      />
      <Choice
        label={t('alarmSettings.allFindings')}
        value={filter.finding}
        options={[
          ['any', t('alarmSettings.anyFinding')],
          ...findingCodes
            .filter((code) => counts.has(code))
            .map((code): [string, string] => [code, `${text(findingWords[code] as LocalizedText)} (${counts.get(code)})`]),
        ]}
        onChange={(finding) => onChange({ ...filter, finding: finding as FindingCode | 'any' | null })}
        testId="filter-finding"
      />
      <button
        type="button"
        className="button button-quiet toggle"
        aria-pressed={filter.isOnlyApproved}
        onClick={() => onChange({ ...filter, isOnlyApproved: !filter.isOnlyApproved })}
        data-testid="only-approved"
      >
        {t('alarmSettings.onlyApproved')}
      </button>
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string | null;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string | null) => void;
  readonly testId?: string;
}

function Choice({ label, value, options, onChange, testId }: ChoiceProps): ReactNode {
  return (
    <select
      className="input settings-select"
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      data-testid={testId}
    >
      <option value="">{label}</option>
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {name}
        </option>
      ))}
    </select>
  );
}
