// Every alarm with its settings: only the rows on the screen are drawn. The arrow keys select, Enter opens all settings; a click on a cell changes it into the draft.
// biome-ignore-all lint/a11y/useSemanticElements: only the rows on the screen exist, which a <table> cannot lay out; the roles say what they are
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid keeps the focus and names the selected row as its active descendant
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { AlarmSettingsPatch } from '../../domain/alarm-settings/alarm-settings.ts';
import { priorityNumber } from '../../domain/alarms/priority.ts';
import type { AlarmSettingsRow, FindingView } from '../../domain/api/alarm-settings-api.ts';
import { useWords } from '../language/language.ts';
import type { ManagementView } from './setting-text.tsx';
import { settingsColumns } from './settings-columns.ts';
import { SettingsRow } from './settings-row.tsx';
import type { WriteResult } from './use-draft.ts';

export interface SettingsTableProps {
  readonly rows: readonly AlarmSettingsRow[];
  readonly findings: ReadonlyMap<string, readonly FindingView[]>;
  /** What the person's draft changes, by alarm. */
  readonly drafted: ReadonlyMap<string, AlarmSettingsPatch>;
  readonly management: ManagementView;
  readonly mayEdit: boolean;
  readonly onOpen: (alarmId: string) => void;
  readonly onWrite: (alarmId: string, settings: AlarmSettingsPatch) => Promise<WriteResult>;
}

interface SortRow {
  readonly row: AlarmSettingsRow;
  readonly findingCount: number;
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});
const helper = createColumnHelper<typeof features, SortRow>();
const last = Number.MAX_VALUE;
const columns = helper.columns([
  helper.accessor(({ row }) => row.alarmId, { id: 'alarm', sortFn: 'alphanumeric' }),
  helper.accessor(({ row }) => row.kind, { id: 'kind', sortFn: 'alphanumeric' }),
  helper.accessor(({ row }) => row.settings.setpoint ?? last, { id: 'setpoint', sortFn: 'basic' }),
  helper.accessor(({ row }) => row.settings.deadband ?? last, { id: 'deadband', sortFn: 'basic' }),
  helper.accessor(({ row }) => row.settings.onDelayMs ?? last, { id: 'onDelay', sortFn: 'basic' }),
  helper.accessor(({ row }) => row.settings.offDelayMs ?? last, { id: 'offDelay', sortFn: 'basic' }),
  helper.accessor(({ row }) => row.settings.afterMs ?? row.settings.windowMs ?? last, { id: 'after', sortFn: 'basic' }),
  helper.accessor(({ row }) => Number(!row.settings.isLatching), { id: 'latching', sortFn: 'basic' }),
  helper.accessor(({ row }) => priorityNumber[row.priority], { id: 'priority', sortFn: 'basic' }),
  helper.accessor(({ row }) => row.settings.class, { id: 'class', sortFn: 'alphanumeric' }),
  helper.accessor(({ row }) => row.settings.consequenceClassId ?? '~', { id: 'consequenceClass', sortFn: 'alphanumeric' }),
  helper.accessor(({ row }) => row.settings.responseTimeMs ?? last, { id: 'responseTime', sortFn: 'basic' }),
  helper.accessor(({ findingCount }) => -findingCount, { id: 'findings', sortFn: 'basic' }),
]);

const pageRows = 12;

export function SettingsTable({ rows, findings, drafted, management, mayEdit, onOpen, onWrite }: SettingsTableProps): ReactNode {
  const { t } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const rowHeight = useRowHeight();
  const data = useMemo(() => rows.map((row): SortRow => ({ row, findingCount: findings.get(row.alarmId)?.length ?? 0 })), [rows, findings]);
  const table = useTable({ features, columns, data, getRowId: ({ row }) => row.alarmId, enableSortingRemoval: true });
  const sorted = table.getRowModel().rows;
  const virtualizer = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => sorted[index]?.id ?? index,
    overscan: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when the rows have another height
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);

  const selectedIndex = sorted.findIndex((row) => row.id === selectedId);

  function select(position: number): void {
    const index = Math.max(0, Math.min(sorted.length - 1, position));
    const row = sorted[index];
    if (row === undefined) return;
    setSelectedId(row.id);
    virtualizer.scrollToIndex(index);
    scroller.current?.focus({ preventScroll: true });
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    if (event.target !== event.currentTarget) return;
    const target = {
      ArrowDown: selectedIndex + 1,
      ArrowUp: selectedIndex - 1,
      PageDown: selectedIndex + pageRows,
      PageUp: selectedIndex - pageRows,
      Home: 0,
      End: sorted.length - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      select(target);
    } else if (event.key === 'Enter' && selectedId !== null) {
      event.preventDefault();
      onOpen(selectedId);
    }
  }

  return (
    <div
      ref={scroller}
      className="settings-scroll"
      role="grid"
      aria-label={t('alarmSettings.tableLabel', { count: sorted.length })}
      aria-rowcount={sorted.length + 1}
      aria-activedescendant={selectedIndex === -1 ? undefined : `setting-${selectedId}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      data-testid="settings-table"
    >
      <div className="settings-row settings-header" role="row" aria-rowindex={1}>
        {settingsColumns.map((name) => {
          const column = table.getColumn(name);
          const direction = column?.getIsSorted() ?? false;
          return (
            <span
              key={name}
              role="columnheader"
              className={`setting-cell setting-cell-${name}`}
              aria-sort={direction === 'asc' ? 'ascending' : direction === 'desc' ? 'descending' : 'none'}
            >
              <button type="button" className="sort-button" onClick={() => column?.toggleSorting()} data-testid={`sort-${name}`}>
                {t(`alarmSettings.column.${name}`)}
                <span aria-hidden="true">{direction === 'asc' ? ' ▲' : direction === 'desc' ? ' ▼' : ''}</span>
              </button>
            </span>
          );
        })}
      </div>
      <div className="settings-rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((drawn) => {
          const row = sorted[drawn.index]?.original.row;
          if (row === undefined) return null;
          return (
            <SettingsRow
              key={drawn.key}
              row={row}
              findings={findings.get(row.alarmId) ?? []}
              drafted={drafted.get(row.alarmId) ?? nothing}
              management={management}
              mayEdit={mayEdit}
              index={drawn.index}
              top={drawn.start}
              height={rowHeight}
              isSelected={row.alarmId === selectedId}
              onSelect={setSelectedId}
              onOpen={onOpen}
              onWrite={onWrite}
            />
          );
        })}
      </div>
      {sorted.length === 0 && (
        <div className="empty">
          <strong>{t('alarmSettings.empty')}</strong>
        </div>
      )}
    </div>
  );
}

const nothing: AlarmSettingsPatch = {};

/** Grows with the type on a wall. */
function useRowHeight(): number {
  const [height, setHeight] = useState(rowHeightNow);
  useEffect(() => {
    const measure = (): void => setHeight(rowHeightNow());
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, []);
  return height;
}

function rowHeightNow(): number {
  const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  return Math.round(2.75 * remPx);
}
