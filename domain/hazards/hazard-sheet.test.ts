// The ledger as a sheet and back: unchanged it wants nothing, new rows stand as they say, a state never moves by a sheet, nonsense is told by row and column.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SheetCell } from '../alarm-settings/sheet-columns.ts';
import { languages } from '../text/localized-text.ts';
import { type Calibration, calibrationStanding, compareCalibrationSheet, latestOn } from './calibration.ts';
import type { HazardRecord } from './hazard.ts';
import { after, atMs, finding, li, opened, rectifying, submitted } from './hazard-fixture.ts';
import { openRecord } from './hazard-machine.ts';
import { compareHazardSheet, hazardColumns, numbersIn } from './hazard-sheet.ts';
import { readAmount, readDate } from './sheet-cells.ts';

const zone = 'Asia/Shanghai';
const numbered = (record: HazardRecord, number: string): HazardRecord => ({ ...record, id: number, number });
const closed = after(after(submitted(), { kind: 'accept', comment: '合格' }), { kind: 'close', number: 'XH-2026-0001', comment: null });
const ledger = [numbered(opened(), 'YH-2026-0001'), numbered(rectifying('major'), 'YH-2026-0002'), numbered(closed, 'YH-2026-0003')];
const context = {
  find: (number: string) => ledger.find((record) => record.number === number) ?? null,
  hasStation: (id: string) => id === 'RS-01' || id === 'GS-01',
  usernameOf: (name: string) => (name === '王敏' ? 'wang' : null),
  today: '2026-06-02',
  zone,
};

function sheet(language: 'zh' | 'en' = 'zh', records: readonly HazardRecord[] = ledger): SheetCell[][] {
  const write = { language, zone, stationName: (id: string) => ({ zh: id, en: id }) };
  return [
    hazardColumns.map(({ heading }) => heading[language]),
    ...records.map((record) => hazardColumns.map(({ cellOf }) => cellOf(record, write))),
  ];
}
const at = (key: string) => hazardColumns.findIndex((column) => column.key === key);
function row(values: Readonly<Record<string, SheetCell>>): SheetCell[] {
  return hazardColumns.map(({ key }) => values[key] ?? null);
}
const fresh = { station: 'RS-01', description: '压力表未检定', foundBy: '赵刚', foundOn: '2026/5/20', grade: '一般' };
const compare = (rows: readonly (readonly SheetCell[])[]) => compareHazardSheet(rows, context);
const withRow = (values: Readonly<Record<string, SheetCell>>) => compare([...sheet(), row(values)]);

test.each(languages)('unchanged, with headings in %s, it wants nothing', (language) => {
  expect(numbersIn(sheet(language))).toEqual(ledger.map(({ number }) => number));
  expect(compare(sheet(language))).toEqual({ steps: [], differences: [], problems: [], rowCount: 3 });
});

describe('[HZ17] rows of hazards that are not here', () => {
  test.each<[string, Readonly<Record<string, SheetCell>>, string]>([
    ['no grade', { ...fresh, grade: null }, 'reported'],
    ['graded', fresh, 'confirmed'],
    ['a part of the five', { ...fresh, responsible: '王敏' }, 'planned'],
    ['all five', { ...fresh, responsible: '王敏', measure: '送检', funds: '1,200', deadline: 46_203, contingency: '备用表' }, 'rectifying'],
    ['closed', { ...fresh, acceptedBy: '李强', closedOn: '2026年6月1日' }, 'closed'],
  ])('%s', (_name, values, state) => {
    const { steps, problems } = withRow({ ...values, number: '2025-17' });
    expect(problems).toEqual([]);
    const [only] = steps;
    if (only?.kind !== 'new') throw new Error('no new row');
    const record = openRecord('x', { ...only.step, number: '2025-17', atMs, by: li });
    expect(record).toMatchObject({ state, number: '2025-17', finding: { stationId: 'RS-01', foundOn: '2026-05-20', source: 'import' } });
  });

  test('the five as they stand there, the person known by name', () => {
    const { steps } = withRow({
      ...fresh,
      responsible: '王敏',
      measure: '送检',
      funds: '1,200',
      deadline: '2026-06-30',
      contingency: '备用表',
    });
    expect(steps).toMatchObject([
      {
        kind: 'new',
        step: { number: null, grade: 'ordinary', settled: { responsible: { username: 'wang' }, fundsYuan: 1_200, deadline: '2026-06-30' } },
      },
    ]);
  });
});

test('[HZ17] of a hazard that is here, words are amended and everything else is told as not taken', () => {
  const rows = sheet();
  const [, , second = []] = rows;
  second[at('description')] = '法兰渗漏，带压';
  second[at('deadline')] = '2026-09-01';
  second[at('grade')] = '一般隐患';
  const { steps, differences, problems } = compare(rows);
  expect(problems).toEqual([]);
  expect(differences.map(({ number, heading, before, wanted, isTaken }) => [number, heading.zh, before, wanted, isTaken])).toEqual([
    ['YH-2026-0002', '隐患描述', '法兰渗漏', '法兰渗漏，带压', true],
    ['YH-2026-0002', '隐患等级', '重大隐患', '一般隐患', false],
    ['YH-2026-0002', '整改时限', '2026-06-20', '2026-09-01', false],
  ]);
  expect(steps).toEqual([
    {
      kind: 'amend',
      id: 'YH-2026-0002',
      version: ledger[1]?.version,
      step: { kind: 'amend', place: finding.place, description: '法兰渗漏，带压', foundBy: '王敏', row: 3 },
    },
  ]);
});

test.each<[string, Readonly<Record<string, SheetCell>>, RegExp]>([
  ['an unknown station', { ...fresh, station: 'XX-9' }, /B5 .*no station XX-9/],
  ['no description', { ...fresh, description: null }, /E5 .*description is missing/],
  ['a date that is none', { ...fresh, foundOn: '上周' }, /J5 .*is no date/],
  ['a day that does not exist', { ...fresh, foundOn: '2026-02-30' }, /is no date/],
  ['found tomorrow', { ...fresh, foundOn: '2026-06-03' }, /after today/],
  ['a grade that is none', { ...fresh, grade: '特大' }, /F5 .*is none of Ordinary, Major/],
  ['a major one that nobody supervises', { ...fresh, grade: '重大隐患' }, /G5 .*who supervises/],
  ['money that is none', { ...fresh, funds: '若干' }, /M5 .*is no amount/],
  ['closed by nobody', { ...fresh, closedOn: '2026-06-01' }, /who accepted it/],
  ['closed before it was found', { ...fresh, closedOn: '2026-05-01', acceptedBy: '李' }, /between the finding and today/],
  ['the same number twice', { ...fresh, number: 'YH-2026-0001' }, /A5 .*row 2 already/],
  ['words without end', { ...fresh, description: 'x'.repeat(2_001) }, /longer than 2000/],
])('%s is told by row and column, and the row is not taken', (_name, values, expected) => {
  const { steps, problems } = withRow(values);
  expect(problems.map(({ row: number, column, message }) => `${column}${number} ${message.en}`).join('\n')).toMatch(expected);
  expect(steps).toEqual([]);
});

test('more rows than alarms should wait for are refused before any is looked at', () => {
  const { steps, problems } = compare([...sheet(), ...Array.from({ length: 998 }, () => row(fresh))]);
  expect(steps).toEqual([]);
  expect(problems.map(({ message }) => message.en)).toEqual(['more than 1000 rows: make several files of it']);
});

test('a settled one is not amended; a column that is not known, missing or there twice is told', () => {
  const rows = sheet();
  (rows[3] as SheetCell[])[at('description')] = '别的';
  expect(compare(rows).problems.map(({ message }) => message.en)).toEqual(['YH-2026-0003 is settled and cannot be amended']);
  expect(compare([['编号', '备注']]).problems.map(({ message }) => message.zh)).toEqual([
    '没有“备注”这一列',
    '缺少“场站编号”一列',
    '缺少“隐患描述”一列',
  ]);
  expect(compare([['编号', '编号', '场站编号', '隐患描述']]).problems.map(({ message }) => message.zh)).toEqual(['“编号”重复']);
});

test('whatever stands in the cells: never a throw, never a step beside a problem of its row, never a hazard that breaks a rule', () => {
  const cell = fc.oneof(
    fc.constant(null),
    fc.string({ maxLength: 12 }),
    fc.double(),
    fc.boolean(),
    fc.constantFrom<SheetCell>('RS-01', '一般', '重大', 'YH-2026-0001', '2026-06-01', '2026/13/1', 45_000, 'toString', '王敏', '—'),
  );
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: hazardColumns.length, maxLength: hazardColumns.length }), { maxLength: 6 }),
      (rows) => {
        const { steps, problems } = compare([...sheet(), ...rows]);
        for (const step of steps) {
          expect(problems.some((problem) => problem.row === step.step.row)).toBe(false);
          if (step.kind !== 'new') continue;
          const record = openRecord('x', { ...step.step, number: 'n', atMs, by: li });
          if (record.grade === 'major') expect(record.supervision?.by).toBeTruthy();
          if (record.state === 'rectifying') expect(Object.values(record.settled)).not.toContain(null);
          expect(record.finding.foundOn <= context.today).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('dates and amounts as people and Excel write them', () => {
  for (const cell of ['2026-07-03', '2026/7/3', '2026.07.03', '2026年7月3日', '2026-07-03T00:00:00.000Z', 46_206, '４６２０６'])
    expect(readDate(cell)).toEqual({ kind: 'value', value: '2026-07-03' });
  expect(readAmount('１，２００.5')).toEqual({ kind: 'value', value: 1_200.5 });
  expect(readAmount(-1).kind).toBe('bad');
});

describe('calibrations', () => {
  const known: readonly Calibration[] = [{ pointId: 'RS-01.GD-1', calibratedOn: '2026-01-10', dueOn: '2026-07-10', certificate: 'C-1' }];
  const heading = ['测点编号', '检定日期', '有效期至', '证书编号'];
  const look = (...rows: SheetCell[][]) =>
    compareCalibrationSheet([heading, ...rows], { known: (id) => (id === 'RS-01.GD-1' ? known : null), today: '2026-06-02' });

  test('no record is never in date; the last day counts; 30 days before it is due soon', () => {
    const [only = null] = known;
    const standings = ['2026-06-10', '2026-06-11', '2026-07-10', '2026-07-11'].map((day) => calibrationStanding(only, day));
    expect(standings).toEqual(['inDate', 'dueSoon', 'dueSoon', 'overdue']);
    expect(calibrationStanding(null, '2026-06-02')).toBe('unknown');
    expect(latestOn([...known, { ...(only as Calibration), calibratedOn: '2026-05-01' }], '2026-04-30')?.calibratedOn).toBe('2026-01-10');
  });

  test('unchanged it wants nothing; a new day and other dates are differences; rows without dates want nothing', () => {
    expect(look(['RS-01.GD-1', '2026-01-10', '2026/7/10', 'C-1'], ['RS-01.GD-1', null, null, null])).toMatchObject({
      differences: [],
      problems: [],
      rowCount: 2,
    });
    expect(look(['RS-01.GD-1', '2026-06-01', '2026-12-01', 'C-2'], ['RS-01.GD-1', '2026-01-10', '2026-08-10', 'C-1'])).toMatchObject({
      differences: [
        { row: 2, before: null, wanted: { calibratedOn: '2026-06-01', certificate: 'C-2' } },
        { row: 3, before: { dueOn: '2026-07-10' }, wanted: { dueOn: '2026-08-10' } },
      ],
    });
  });

  test.each<[SheetCell[], RegExp]>([
    [['XX', '2026-01-01', '2026-02-01', null], /A2 there is no instrument XX/],
    [['RS-01.GD-1', '2026-06-03', '2027-01-01', null], /B2 .*after today/],
    [['RS-01.GD-1', '2026-06-01', '2026-06-01', null], /C2 .*after the calibration/],
    [['RS-01.GD-1', '2026-06-01', null, null], /C2 .*is missing/],
    [['RS-01.GD-1', 'x', '2026-06-01', null], /B2 .*no date/],
  ])('%j', (cells, expected) => {
    const { differences, problems } = look(cells);
    expect(problems.map(({ row: number, column, message }) => `${column}${number} ${message.en}`).join()).toMatch(expected);
    expect(differences).toEqual([]);
  });
});
