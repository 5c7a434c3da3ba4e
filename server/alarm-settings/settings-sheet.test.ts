// The sheet's way out and back: unchanged it changes nothing, a changed cell changes exactly that, an old sheet never puts old settings back, nonsense is told by row and column.
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { AlarmSettingsPatch } from '../../domain/alarm-settings/alarm-settings.ts';
import { type SheetCell, sheetColumns } from '../../domain/alarm-settings/sheet-columns.ts';
import { languages } from '../../domain/text/localized-text.ts';
import { readSheetContent, type SheetFormat, sheetFormats, writeSheetContent } from '../sheet/sheet-content.ts';
import type { AlarmSettingsBook } from './alarm-settings-book.ts';
import { engineer, openBook, removeFolders, settingsPlant, supervisor } from './alarm-settings-rig.ts';
import { readSettingsSheet, settingsSheet } from './settings-sheet.ts';

afterAll(removeFolders);

const high = 'GS-01.PT-101.high';
const everything = () => true;

async function approve(book: AlarmSettingsBook, wanted: Readonly<Record<string, AlarmSettingsPatch>>): Promise<void> {
  const draft = await book.propose({ by: engineer, source: 'edit', fileName: null, reason: 'r', wanted: new Map(Object.entries(wanted)) });
  if (draft.rows.length === 0) return;
  await book.act(draft.id, 1, engineer, { kind: 'submit' });
  const result = await book.act(draft.id, 2, supervisor, { kind: 'approve', comment: null });
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
}

/** Headings and rows as a person has them on the screen. */
function rowsOf(book: AlarmSettingsBook, language: 'zh' | 'en' = 'zh'): SheetCell[][] {
  const { columns, rows } = settingsSheet(book, 'xlsx', language, everything);
  return [columns.map(({ heading }) => heading), ...rows.map((row) => [...row])];
}
const columnAt = (key: string) => sheetColumns.findIndex((column) => column.key === key);
function edit(rows: SheetCell[][], alarmId: string, key: string, cell: SheetCell): void {
  const row = rows.find(([id]) => id === alarmId);
  if (row === undefined || columnAt(key) === -1) throw new Error(`no cell ${alarmId} ${key}`);
  row[columnAt(key)] = cell;
}
const read = (book: AlarmSettingsBook, rows: readonly (readonly SheetCell[])[]) => readSettingsSheet(book, rows, everything);

async function throughFile(book: AlarmSettingsBook, format: SheetFormat, language: 'zh' | 'en' = 'zh') {
  const reading = await readSheetContent(await writeSheetContent(settingsSheet(book, format, language, everything)));
  if (reading.kind !== 'ok') throw new Error(reading.reason);
  return reading.rows.map((row) => [...row]);
}

describe('unchanged', () => {
  test.each(sheetFormats.flatMap((format) => languages.map((language) => [format, language] as const)))(
    'exported as %s with headings in %s and imported again, it changes nothing',
    async (format, language) => {
      const { book, close } = await openBook(settingsPlant());
      const wish = await read(book, await throughFile(book, format, language));
      expect(wish).toMatchObject({ conflicts: [], problems: [], rowCount: book.plant.alarms.length });
      expect([...wish.wanted]).toEqual([]);
      await close();
    },
  );

  test('whatever the settings are: any numbers, delays and words', async () => {
    const { book, close } = await openBook(settingsPlant());
    const word = fc.oneof(
      fc.string({ minLength: 1, maxLength: 40 }),
      fc.constantFrom(
        '=1+1',
        "'=x",
        '-5',
        '@SUM(A1)',
        '+86 10',
        'a,b;"c"',
        'a\nb',
        '\ta',
        '0012',
        'TRUE',
        '是',
        '1e3',
        'toString',
        '__proto__',
      ),
    );
    const text = fc.tuple(word, word).map(([zh, en]) => ({ zh: zh.trim() || '字', en: en.trim() || 'w' }));
    const ms = fc.oneof(fc.integer({ min: 0, max: 86_400_000 }), fc.double({ min: 0, max: 10_000, noNaN: true }));
    const settings = fc.record({
      setpoint: fc.double({ min: 0.1, max: 7.9, noNaN: true }),
      deadband: fc.double({ min: 0, max: 10, noNaN: true }),
      onDelayMs: ms,
      offDelayMs: ms,
      responseTimeMs: fc.option(ms, { nil: null }),
      isLatching: fc.boolean(),
      priority: fc.constantFrom('critical' as const, 'high' as const, 'medium' as const, 'low' as const),
      class: fc.constantFrom('safety' as const, 'process' as const, 'equipment' as const),
      consequenceClassId: fc.constantFrom(null, 'minor', 'severe'),
      message: text,
      cause: fc.option(text, { nil: null }),
      consequence: fc.option(text, { nil: null }),
    });
    await fc.assert(
      fc.asyncProperty(settings, fc.constantFrom(...sheetFormats), fc.constantFrom(...languages), async (wanted, format, language) => {
        await approve(book, { [high]: wanted });
        const wish = await read(book, await throughFile(book, format, language));
        expect(wish.problems).toEqual([]);
        expect([...wish.wanted]).toEqual([]);
      }),
      { numRuns: 60 },
    );
    await close();
  });

  test('opened and kept in another way: rows sorted, columns moved and left out, cells as text, full-width digits, spaces', async () => {
    const { book, close } = await openBook(settingsPlant());
    const [headings = [], ...rows] = rowsOf(book);
    const kept = headings.map((_, index) => index).filter((index) => index !== columnAt('cause.zh') && index !== columnAt('name'));
    const moved = [headings, ...rows.toReversed()].map((row) =>
      kept.toReversed().map((index) => {
        const cell = row[index] ?? null;
        return typeof cell === 'number' ? ` ${String(cell).replaceAll('5', '５')} ` : cell;
      }),
    );
    const wish = await read(book, [...moved, [], [null, '']]);
    expect(wish).toMatchObject({ problems: [], conflicts: [] });
    expect([...wish.wanted]).toEqual([]);
    await close();
  });
});

describe('changed', () => {
  test.each<[string, SheetCell, AlarmSettingsPatch]>([
    ['setpoint', 4.25, { setpoint: 4.25 }],
    ['setpoint', '4.25', { setpoint: 4.25 }],
    ['deadband', 0, { deadband: 0 }],
    ['onDelay', 0.5, { onDelayMs: 500 }],
    ['responseTime', 2.5, { responseTimeMs: 150_000 }],
    ['isLatching', '是', { isLatching: true }],
    ['isLatching', true, { isLatching: true }],
    ['priority', 'Critical', { priority: 'critical' }],
    ['priority', '紧急', { priority: 'critical' }],
    ['class', 'safety', { class: 'safety' }],
    ['consequenceClassId', '重大', { consequenceClassId: 'severe' }],
    ['response.zh', '到场检查', { response: { zh: '到场检查', en: 'Look' } }],
    ['response.en', null, { response: { zh: '查', en: '查' } }],
    ['cause.zh', '上游', { cause: { zh: '上游', en: '上游' } }],
  ])('the cell %s to %j changes exactly that', async (key, cell, patch) => {
    const { book, close } = await openBook(settingsPlant());
    const rows = rowsOf(book);
    edit(rows, high, key, cell);
    const wish = await read(book, rows);
    expect(wish.problems).toEqual([]);
    expect(Object.fromEntries(wish.wanted)).toEqual({ [high]: patch });
    await close();
  });

  test('both languages of a text emptied: nothing is stated any more', async () => {
    const { book, close } = await openBook(settingsPlant());
    const rows = rowsOf(book);
    edit(rows, high, 'response.zh', null);
    edit(rows, high, 'response.en', ' ');
    expect(Object.fromEntries((await read(book, rows)).wanted)).toEqual({ [high]: { response: null } });
    await close();
  });

  test('from an older version: what somebody else has changed meanwhile is a conflict, the rest is taken, and nothing old comes back', async () => {
    const { book, close } = await openBook(settingsPlant());
    const old = rowsOf(book);
    await approve(book, { [high]: { setpoint: 4.5, deadband: 0.3, onDelayMs: 1_000 } });
    // Left alone in the old sheet, onDelay stays as approved; set to the same, deadband is no conflict.
    edit(old, high, 'setpoint', 4);
    edit(old, high, 'deadband', 0.3);
    edit(old, high, 'offDelay', 3);
    const wish = await read(book, old);
    expect(wish.problems).toEqual([]);
    expect(Object.fromEntries(wish.wanted)).toEqual({ [high]: { offDelayMs: 3_000 } });
    const row = old.findIndex(([id]) => id === high) + 1;
    expect(wish.conflicts).toEqual([{ row, column: 'I', alarmId: high, field: 'setpoint', before: 5, current: 4.5, wanted: 4 }]);
    await close();
  });
});

describe('what cannot be taken is told by row and column, and nothing of the sheet is taken', () => {
  test.each<[string, string, SheetCell, RegExp]>([
    ['a number that is none', 'setpoint', 'five', /I\d+ .*“five” is not a number/],
    ['a decimal comma', 'setpoint', '4,5', /“4,5” is not a number/],
    ['a setpoint emptied', 'setpoint', null, /Setpoint must not be empty/],
    ['a negative deadband', 'deadband', -1, /Deadband cannot be -1/],
    ['a negative delay', 'onDelay', -2, /On-delay cannot be -2000/],
    ['a priority that is none', 'priority', '很高', /“很高” is none of Critical, High/],
    ['an unknown consequence class', 'consequenceClassId', 'dreadful', /“dreadful” is none of Minor/],
    ['a window where there is none', 'window', 30, /has no window/],
    ['English without Chinese', 'response.zh', null, /Response: the Chinese text is missing/],
    ['a text without end', 'cause.zh', 'x'.repeat(2_001), /longer than 2000/],
  ])('%s', async (_name, key, cell, expected) => {
    const { book, close } = await openBook(settingsPlant());
    const rows = rowsOf(book);
    edit(rows, high, key, cell);
    edit(rows, 'GS-02.PT-101.high', 'setpoint', 4);
    const wish = await read(book, rows);
    expect(wish.problems.map(({ row, column, message }) => `${column}${row} ${message.en}`).join('\n')).toMatch(expected);
    const row = rows.findIndex(([id]) => id === high) + 1;
    expect(wish.problems.every((problem) => problem.row === row && problem.message.zh !== '')).toBe(true);
    await close();
  });

  test.each<[string, (rows: SheetCell[][]) => unknown, RegExp]>([
    ['an unknown column', (rows) => rows[0]?.push('备注'), /there is no column “备注”/],
    ['a column twice', (rows) => rows[0]?.push('设定值'), /stands twice/],
    ['no alarm ids', (rows) => rows.map((row) => row.shift()), /“Alarm id” is missing/],
    ['no versions', (rows) => rows.map((row) => row.splice(1, 1)), /“Settings version” is missing/],
    ['no rows', (rows) => rows.splice(1), /has no rows/],
    ['an alarm twice', (rows) => rows.push([...(rows[3] ?? [])]), /stands in row 4 already/],
    ['an unknown alarm', (rows) => edit(rows, high, 'alarmId', 'GS-09.PT-1.high'), /there is no alarm GS-09.PT-1.high/],
    ['a version that is none', (rows) => edit(rows, high, 'stamp', 'latest'), /version cannot be read/],
    ['a version of another server', (rows) => edit(rows, high, 'stamp', 'v1-00000000'), /the sheet is from elsewhere/],
    ['a version yet to come', (rows) => edit(rows, high, 'stamp', 'v99-00000000'), /the sheet is from elsewhere/],
    ['nothing at all', (rows) => rows.splice(0), /is missing/],
  ])('%s', async (_name, spoil, expected) => {
    const { book, close } = await openBook(settingsPlant());
    const rows = rowsOf(book);
    spoil(rows);
    const wish = await read(book, rows);
    expect(wish.problems.map(({ message }) => message.en).join('\n')).toMatch(expected);
    await close();
  });

  test('an alarm of a station that the person may not see is unknown to him', async () => {
    const { book, close } = await openBook(settingsPlant());
    const rows = rowsOf(book);
    edit(rows, 'GS-02.PT-101.high', 'setpoint', 4);
    const wish = await readSettingsSheet(book, rows, (stationId) => stationId === 'GS-01');
    expect(wish.problems.map(({ message }) => message.en)).toContain('there is no alarm GS-02.PT-101.high');
    await close();
  });

  test('whatever cells a spoilt sheet has: taken or refused by place, never an exception, never a setting that is not one', async () => {
    const { book, close } = await openBook(settingsPlant());
    const cell = fc.oneof(
      fc.constant(null),
      fc.string({ maxLength: 12 }),
      fc.double(),
      fc.boolean(),
      fc.constantFrom<SheetCell>('v1-00000000', high, '设定值', 'NaN', 'Infinity', '-0', '１２', '1e999', '__proto__', 'constructor'),
    );
    const spoiling = fc.array(fc.tuple(fc.nat(8), fc.nat(30), cell), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(spoiling, async (spoilt) => {
        const rows = rowsOf(book);
        for (const [row, column, content] of spoilt) {
          const found = rows[row];
          if (found !== undefined) found[column] = content;
        }
        const wish = await read(book, rows);
        for (const { row, message } of wish.problems) {
          expect(row).toBeGreaterThan(0);
          expect(message.zh.length * message.en.length).toBeGreaterThan(0);
        }
        for (const patch of wish.wanted.values())
          for (const value of Object.values(patch ?? {})) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }),
      { numRuns: 300 },
    );
    await close();
  });
});
