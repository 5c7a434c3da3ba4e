// A sheet that comes back: which settings it changes, which it would change although somebody else has meanwhile, and what in it cannot be understood.
// A cell counts as changed against the version that its row was written from, so an old sheet never puts old settings back.
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import type { Plant } from '../plant/plant.ts';
import { type Language, type LocalizedText, languages } from '../text/localized-text.ts';
import {
  type AlarmSettingField,
  type AlarmSettings,
  type AlarmSettingsPatch,
  alarmSettingFields,
  alarmSettingsSchema,
  fieldsOf,
  isSameSetting,
  patchRefusals,
  settingsOf,
} from './alarm-settings.ts';
import { fieldWords } from './setting-words.ts';
import {
  alarmIdColumn,
  type CellContext,
  columnOfHeading,
  parseStamp,
  type SettingColumn,
  type SheetCell,
  settingColumns,
  stampColumn,
} from './sheet-columns.ts';

/** Row and column as the person sees them: row 1 is the headings, columns are A, B … AA. */
export interface SheetPlace {
  readonly row: number;
  readonly column: string | null;
}
export interface SheetProblem extends SheetPlace {
  readonly message: LocalizedText;
}
export interface SheetConflict extends SheetPlace {
  readonly alarmId: string;
  readonly field: AlarmSettingField;
  /** In the version that the sheet was made from, in force now, and wanted by the sheet. */
  readonly before: AlarmSettings[AlarmSettingField];
  readonly current: AlarmSettings[AlarmSettingField];
  readonly wanted: AlarmSettings[AlarmSettingField];
}

/** A row of a sheet whose headings were understood. */
export interface SheetRecord {
  readonly row: number;
  readonly alarmId: string;
  readonly stamp: { readonly version: number; readonly digest: string };
  readonly cells: ReadonlyMap<SettingColumn, { readonly cell: SheetCell; readonly column: string }>;
}

const mostProblems = 200;

export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

const isEmptyRow = (row: readonly SheetCell[]) => row.every((cell) => cell === null || (typeof cell === 'string' && cell.trim() === ''));

/** First step: headings, ids and stamps. The versions that the stamps name are then needed for the second. */
export function readSheetRecords(rows: readonly (readonly SheetCell[])[]): {
  readonly records: readonly SheetRecord[];
  readonly problems: readonly SheetProblem[];
} {
  const problems: SheetProblem[] = [];
  const problem = (row: number, column: number | null, zh: string, en: string) => {
    if (problems.length < mostProblems) problems.push({ row, column: column === null ? null : columnName(column), message: { zh, en } });
  };
  const headings = rows[0] ?? [];
  const columns = headings.map((heading, index) => {
    if (heading === null || String(heading).trim() === '') return null;
    const found = columnOfHeading(heading);
    if (found === null) problem(1, index, `没有名为“${String(heading)}”的列`, `there is no column “${String(heading)}”`);
    return found;
  });
  columns.forEach((column, index) => {
    if (column !== null && columns.indexOf(column) !== index)
      problem(1, index, `“${String(headings[index])}”列重复`, `the column “${String(headings[index])}” stands twice`);
  });
  const idAt = columns.indexOf(alarmIdColumn);
  const stampAt = columns.indexOf(stampColumn);
  for (const [at, { heading }] of [
    [idAt, alarmIdColumn],
    [stampAt, stampColumn],
  ] as const)
    if (at === -1)
      problem(1, null, `缺少“${heading.zh}”列：请使用导出的表格`, `the column “${heading.en}” is missing: use an exported sheet`);
  if (problems.length > 0) return { records: [], problems };

  const records: SheetRecord[] = [];
  const rowOfId = new Map<string, number>();
  rows.slice(1).forEach((cells, index) => {
    const row = index + 2;
    if (isEmptyRow(cells)) return;
    const alarmId = String(cells[idAt] ?? '').trim();
    const stamp = parseStamp(cells[stampAt] ?? null);
    const before = rowOfId.get(alarmId);
    if (alarmId === '') problem(row, idAt, '没有报警编号', 'no alarm id');
    else if (before !== undefined) problem(row, idAt, `${alarmId} 已在第 ${before} 行出现`, `${alarmId} stands in row ${before} already`);
    if (stamp === null)
      problem(row, stampAt, '设置版本不可识别：请使用导出的表格', 'the settings version cannot be read: use an exported sheet');
    rowOfId.set(alarmId, row);
    if (stamp === null || alarmId === '' || before !== undefined) return;
    const found = columns.flatMap((column, at) =>
      column?.kind === 'setting' ? [[column, { cell: cells[at] ?? null, column: columnName(at) }] as const] : [],
    );
    records.push({ row, alarmId, stamp, cells: new Map(found) });
  });
  if (records.length === 0 && problems.length === 0) problem(2, null, '表格没有数据行', 'the sheet has no rows');
  return { records, problems };
}

export interface SheetComparison {
  /** By alarm id: what the sheet wants and nobody else has changed meanwhile. */
  readonly changes: ReadonlyMap<string, AlarmSettingsPatch>;
  readonly conflicts: readonly SheetConflict[];
  /** Not empty: nothing of the sheet is taken. */
  readonly problems: readonly SheetProblem[];
}

/** Second step. `settingsAt`: all settings of the version that a stamp names, or null where this server never had that version. */
export function compareSheet(
  records: readonly SheetRecord[],
  plant: Plant,
  settingsAt: (stamp: SheetRecord['stamp']) => ReadonlyMap<string, AlarmSettings> | null,
): SheetComparison {
  const changes = new Map<string, AlarmSettingsPatch>();
  const conflicts: SheetConflict[] = [];
  const problems: SheetProblem[] = [];
  for (const record of records) {
    const alarm = plant.alarms[plant.alarmIndexById.get(record.alarmId) ?? -1];
    const before = settingsAt(record.stamp)?.get(record.alarmId);
    if (alarm === undefined || before === undefined) {
      const { alarmId, stamp } = record;
      problems.push({
        row: record.row,
        column: null,
        message:
          alarm === undefined
            ? { zh: `没有报警 ${alarmId}`, en: `there is no alarm ${alarmId}` }
            : {
                zh: `本服务器没有版本 v${stamp.version}-${stamp.digest} 的 ${alarmId}：表格来自别处`,
                en: `this server never had ${alarmId} in version v${stamp.version}-${stamp.digest}: the sheet is from elsewhere`,
              },
      });
      continue;
    }
    const found = compareRecord(record, alarm, before, plant);
    if (Object.keys(found.patch).length > 0) changes.set(record.alarmId, found.patch);
    conflicts.push(...found.conflicts);
    problems.push(...found.problems);
  }
  return { changes, conflicts, problems: problems.slice(0, mostProblems) };
}

function compareRecord(
  record: SheetRecord,
  alarm: AlarmDefinition,
  before: AlarmSettings,
  plant: Plant,
): { readonly patch: AlarmSettingsPatch; readonly conflicts: readonly SheetConflict[]; readonly problems: readonly SheetProblem[] } {
  const context: CellContext = { language: 'zh', management: plant.alarmManagement };
  const current = settingsOf(alarm);
  const has = fieldsOf(alarm);
  const edits = new Map<AlarmSettingField, { place: SheetPlace; values: Map<Language | null, SheetCell> }>();
  const problems: SheetProblem[] = [];
  for (const column of settingColumns) {
    const found = record.cells.get(column);
    if (found === undefined) continue;
    const place = { row: record.row, column: found.column };
    const read = column.read(found.cell, context);
    const unchanged = column.read(column.write(before, context), context);
    if (read.kind === 'bad') problems.push({ ...place, message: read.message });
    else if (unchanged.kind === 'value' && unchanged.value !== read.value) {
      if (!has.includes(column.field))
        problems.push({
          ...place,
          message: {
            zh: `${record.alarmId} 没有“${fieldWords[column.field].zh}”`,
            en: `${record.alarmId} has no ${fieldWords[column.field].en.toLowerCase()}`,
          },
        });
      else {
        const edit = edits.get(column.field) ?? { place, values: new Map<Language | null, SheetCell>() };
        edit.values.set(column.language, read.value);
        edits.set(column.field, edit);
      }
    }
  }

  const patch: Record<string, unknown> = {};
  const conflicts: SheetConflict[] = [];
  for (const field of alarmSettingFields) {
    const edit = edits.get(field);
    if (edit === undefined) continue;
    const wanted = wantedOf(edit.values, before[field]);
    const parsed = alarmSettingsSchema.shape[field].safeParse(wanted);
    if (!parsed.success || patchRefusals(alarm, { [field]: parsed.data }).length > 0) {
      problems.push({ ...edit.place, message: refusalOf(field, wanted) });
      continue;
    }
    if (isSameSetting(parsed.data, current[field])) continue;
    if (isSameSetting(before[field], current[field])) patch[field] = parsed.data;
    else
      conflicts.push({
        ...edit.place,
        alarmId: record.alarmId,
        field,
        before: before[field],
        current: current[field],
        wanted: parsed.data as AlarmSettings[AlarmSettingField],
      });
  }
  return { patch: patch as AlarmSettingsPatch, conflicts, problems };
}

/** From the edited cells of one setting; of a text, the language that was not edited stays. */
function wantedOf(values: ReadonlyMap<Language | null, SheetCell>, before: AlarmSettings[AlarmSettingField]): unknown {
  if (values.has(null)) {
    const single = values.get(null);
    return single === 'true' ? true : single === 'false' ? false : single;
  }
  const text = Object.fromEntries(
    languages.map((language) => [language, values.has(language) ? values.get(language) : (before as LocalizedText | null)?.[language]]),
  );
  const [zh, en] = [text.zh ?? null, text.en ?? null];
  // English falls back to Chinese, as in the plant file.
  return zh === null && en === null ? null : { zh, en: en ?? zh };
}

function refusalOf(field: AlarmSettingField, wanted: unknown): LocalizedText {
  const { zh, en } = fieldWords[field];
  const isText = typeof wanted === 'object' && wanted !== null;
  if (isText) return { zh: `${zh}缺少中文`, en: `${en}: the Chinese text is missing` };
  if (wanted === null || wanted === undefined) return { zh: `${zh}不能为空`, en: `${en} must not be empty` };
  return { zh: `${zh}不能是 ${String(wanted)}`, en: `${en} cannot be ${String(wanted)}` };
}
