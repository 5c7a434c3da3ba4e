// The ledger as a sheet in the layout of the authorities, and a sheet that comes back as what it wants: new hazards, amended words, and differences that a
// sheet cannot make because a state moves by its own steps. [HZ17] Pure: reads no file, writes nothing.
import type { SheetCell } from '../alarm-settings/sheet-columns.ts';
import type { Language, LocalizedText } from '../text/localized-text.ts';
import { dateAt } from '../time/zoned-time.ts';
import type { FiveSettled, HazardEvent, HazardFinding, HazardRecord } from './hazard.ts';
import { hazardGradeWords, hazardSourceWords, hazardStateWords, settledPartWords } from './hazard-words.ts';
import {
  columnLetter,
  placesOfHeadings,
  type Read,
  readAmount,
  readChoice,
  readDate,
  readText,
  type SheetProblem,
  textOf,
} from './sheet-cells.ts';

interface Column {
  readonly key: string;
  readonly heading: LocalizedText;
  readonly width: number;
  /** To read; what is typed there is not taken. */
  readonly isInformation: boolean;
  readonly cellOf: (record: HazardRecord, context: WriteContext) => SheetCell;
}
interface WriteContext {
  readonly language: Language;
  readonly zone: string;
  readonly stationName: (stationId: string) => LocalizedText;
}

function column(key: string, zh: string, en: string, width: number, cellOf: Column['cellOf'], isInformation = false) {
  return { key, heading: { zh, en }, width, isInformation, cellOf };
}

export const hazardColumns: readonly Column[] = [
  column('number', '编号', 'Number', 16, ({ number }) => number),
  column('station', '场站编号', 'Station', 10, ({ finding }) => finding.stationId),
  column(
    'stationName',
    '场站',
    'Station name',
    18,
    ({ finding }, { language, stationName }) => stationName(finding.stationId)[language],
    true,
  ),
  column('place', '部位', 'Place', 18, ({ finding }) => finding.place),
  column('description', '隐患描述', 'Description', 36, ({ finding }) => finding.description),
  column('grade', '隐患等级', 'Grade', 12, ({ grade }, { language }) => (grade === null ? null : hazardGradeWords[grade][language])),
  column('supervisedBy', '挂牌督办', 'Supervised by', 16, ({ supervision }) => supervision?.by ?? null),
  column('source', '来源', 'Source', 12, ({ finding }, { language }) => hazardSourceWords[finding.source][language]),
  column('foundBy', '发现人', 'Found by', 12, ({ finding }) => finding.foundBy),
  column('foundOn', '发现日期', 'Found on', 12, ({ finding }) => finding.foundOn),
  column(
    'responsible',
    settledPartWords.responsible.zh,
    settledPartWords.responsible.en,
    12,
    ({ settled }) => settled.responsible?.name ?? null,
  ),
  column('measure', settledPartWords.measure.zh, settledPartWords.measure.en, 32, ({ settled }) => settled.measure),
  column('funds', settledPartWords.fundsYuan.zh, settledPartWords.fundsYuan.en, 12, ({ settled }) => settled.fundsYuan),
  column('deadline', settledPartWords.deadline.zh, settledPartWords.deadline.en, 12, ({ settled }) => settled.deadline),
  column('contingency', settledPartWords.contingency.zh, settledPartWords.contingency.en, 32, ({ settled }) => settled.contingency),
  column('state', '状态', 'State', 12, ({ state }, { language }) => hazardStateWords[state][language], true),
  column('acceptedBy', '验收人', 'Accepted by', 14, ({ acceptances }) => acceptances.map(({ name }) => name).join('、') || null),
  column('closedOn', '销号日期', 'Closed on', 12, ({ closed }, { zone }) => (closed === null ? null : dateAt(closed.atMs, zone))),
  column('closedNumber', '销号编号', 'Closing number', 16, ({ closed }) => closed?.number ?? null),
];

/** All rows are committed together, and alarms wait meanwhile. */
const mostRows = 1_000;
const neededKeys: ReadonlySet<string> = new Set(['number', 'station', 'description']);
const amendable: ReadonlySet<string> = new Set(['place', 'description', 'foundBy']);
/** A hazard keeps what it was opened with; the state is only told. */
const notCompared: ReadonlySet<string> = new Set(['number', 'stationName', 'state', 'source']);

export interface SheetDifference {
  readonly row: number;
  readonly number: string;
  readonly heading: LocalizedText;
  readonly before: string | null;
  readonly wanted: string | null;
  /** False: a sheet cannot make it; the hazard moves by its own steps. */
  readonly isTaken: boolean;
}

type Bare<Event> = Event extends HazardEvent ? Omit<Event, 'atMs' | 'by'> : never;
export type SheetStep =
  | {
      readonly kind: 'new';
      readonly step: Omit<Bare<Extract<HazardEvent, { kind: 'import' }>>, 'number'> & { readonly number: string | null };
    }
  | {
      readonly kind: 'amend';
      readonly id: string;
      readonly version: number;
      readonly step: Bare<Extract<HazardEvent, { kind: 'amend' }>>;
    };

export interface SheetPlan {
  readonly steps: readonly SheetStep[];
  readonly differences: readonly SheetDifference[];
  readonly problems: readonly SheetProblem[];
  readonly rowCount: number;
}

export interface SheetContext {
  readonly find: (number: string) => HazardRecord | null;
  readonly hasStation: (stationId: string) => boolean;
  readonly usernameOf: (name: string) => string | null;
  readonly today: string;
  readonly zone: string;
}

/** Numbers that the sheet names: whoever compares has to know these hazards. */
export function numbersIn(rows: readonly (readonly SheetCell[])[]): readonly string[] {
  const { places } = placesOfHeadings(rows[0] ?? [], needed());
  const at = places.get('number');
  return at === undefined ? [] : rows.slice(1).flatMap((row) => textOf(row[at]) ?? []);
}

const needed = () => hazardColumns.map(({ key, heading }) => ({ key, heading, isNeeded: neededKeys.has(key) }));

export function compareHazardSheet(rows: readonly (readonly SheetCell[])[], context: SheetContext): SheetPlan {
  const { places, problems: headingProblems } = placesOfHeadings(rows[0] ?? [], needed());
  const problems = [...headingProblems];
  const steps: SheetStep[] = [];
  const differences: SheetDifference[] = [];
  const seen = new Map<string, number>();
  let rowCount = 0;
  if (rows.length - 1 > mostRows)
    problems.push({
      row: mostRows + 2,
      column: null,
      message: { zh: `超过 ${mostRows} 行，请分成几个文件`, en: `more than ${mostRows} rows: make several files of it` },
    });
  if (problems.length > 0) return { steps, differences, problems, rowCount };
  rows.slice(1).forEach((cells, index) => {
    if (cells.every((cell) => textOf(cell) === null)) return;
    rowCount += 1;
    const row = index + 2;
    const reader = new RowReader(cells, places, row);
    const number = reader.text('number', 60);
    if (number !== null) {
      const earlier = seen.get(number);
      if (earlier !== undefined)
        reader.complain('number', { zh: `编号已在第 ${earlier} 行`, en: `the number stands in row ${earlier} already` });
      seen.set(number, row);
    }
    const known = number === null ? null : context.find(number);
    if (known === null) {
      const step = newStep(reader, number, context);
      if (step !== null && reader.problems.length === 0) steps.push(step);
    } else {
      const found = differencesOf(known, cells, places, row, context);
      differences.push(...found);
      const step = amendStep(reader, known, found);
      if (step !== null && reader.problems.length === 0) steps.push(step);
    }
    problems.push(...reader.problems);
  });
  return { steps, differences, problems, rowCount };
}

class RowReader {
  readonly problems: SheetProblem[] = [];
  readonly row: number;
  readonly #cells: readonly SheetCell[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(cells: readonly SheetCell[], places: ReadonlyMap<string, number>, row: number) {
    this.#cells = cells;
    this.#places = places;
    this.row = row;
  }

  complain(key: string, message: LocalizedText): void {
    const at = this.#places.get(key);
    this.problems.push({ row: this.row, column: at === undefined ? null : columnLetter(at), message });
  }

  read<Value>(key: string, reading: (cell: SheetCell | undefined) => Read<Value>): Value | null {
    const at = this.#places.get(key);
    const read = reading(at === undefined ? null : this.#cells[at]);
    if (read.kind === 'value') return read.value;
    this.complain(key, read.message);
    return null;
  }

  text(key: string, most: number): string | null {
    return this.read(key, (cell) => readText(cell, most));
  }
}

function newStep(reader: RowReader, number: string | null, context: SheetContext): SheetStep | null {
  const stationId = reader.text('station', 60);
  const description = reader.text('description', 2_000);
  const foundOn = reader.read('foundOn', readDate) ?? context.today;
  const closedOn = reader.read('closedOn', readDate);
  const acceptedBy = reader.text('acceptedBy', 200);
  const grade = reader.read('grade', (cell) => readChoice(cell, hazardGradeWords));
  const supervisedBy = reader.text('supervisedBy', 200);
  if (stationId === null || !context.hasStation(stationId))
    reader.complain('station', { zh: `没有场站 ${stationId ?? ''}`, en: `there is no station ${stationId ?? ''}` });
  if (description === null) reader.complain('description', { zh: '缺少隐患描述', en: 'the description is missing' });
  if (foundOn > context.today) reader.complain('foundOn', { zh: '发现日期晚于今天', en: 'it cannot have been found after today' });
  if (closedOn !== null && (closedOn > context.today || closedOn < foundOn))
    reader.complain('closedOn', { zh: '销号日期应在发现日期与今天之间', en: 'it must lie between the finding and today' });
  if (closedOn !== null && acceptedBy === null)
    reader.complain('acceptedBy', { zh: '已销号的须有验收人', en: 'a closed one needs who accepted it' });
  if (grade === 'major' && supervisedBy === null)
    reader.complain('supervisedBy', { zh: '重大隐患须写明督办单位或人员', en: 'a major one needs who supervises it' });
  const settled = settledOf(reader, context);
  if (stationId === null || description === null) return null;
  const finding: HazardFinding = {
    stationId,
    pointId: null,
    place: reader.text('place', 200) ?? '',
    description,
    source: reader.read('source', (cell) => readChoice(cell, hazardSourceWords)) ?? 'import',
    foundBy: reader.text('foundBy', 200) ?? '—',
    foundOn,
    proposedGrade: null,
    link: null,
  };
  const closedNumber = reader.text('closedNumber', 60);
  return {
    kind: 'new',
    step: { kind: 'import', number, closedNumber, finding, grade, supervisedBy, settled, acceptedBy, closedOn, row: reader.row },
  };
}

function settledOf(reader: RowReader, { usernameOf }: SheetContext): FiveSettled {
  const name = reader.text('responsible', 200);
  return {
    responsible: name === null ? null : { username: usernameOf(name), name },
    measure: reader.text('measure', 2_000),
    fundsYuan: reader.read('funds', readAmount),
    deadline: reader.read('deadline', readDate),
    contingency: reader.text('contingency', 2_000),
  };
}

/** Cell by cell against what the ledger would write there. An empty cell wants nothing. */
function differencesOf(
  known: HazardRecord,
  cells: readonly SheetCell[],
  places: ReadonlyMap<string, number>,
  row: number,
  context: SheetContext,
): SheetDifference[] {
  const stationName = (id: string) => ({ zh: id, en: id });
  return hazardColumns.flatMap(({ key, heading, cellOf }): SheetDifference[] => {
    const at = places.get(key);
    if (at === undefined || notCompared.has(key)) return [];
    const wanted = normal(key, cells[at]);
    if (wanted === null) return [];
    const inBoth = (['zh', 'en'] as const).map((language) => normal(key, cellOf(known, { language, zone: context.zone, stationName })));
    if (inBoth.includes(wanted)) return [];
    return [{ row, number: known.number, heading, before: inBoth[0] ?? null, wanted, isTaken: amendable.has(key) }];
  });
}

function normal(key: string, cell: SheetCell | undefined): string | null {
  const asDate = key === 'foundOn' || key === 'deadline' || key === 'closedOn' ? readDate(cell) : null;
  if (asDate?.kind === 'value') return asDate.value;
  const asAmount = key === 'funds' ? readAmount(cell) : null;
  if (asAmount?.kind === 'value') return asAmount.value === null ? null : String(asAmount.value);
  const asGrade = key === 'grade' ? readChoice(cell, hazardGradeWords) : null;
  if (asGrade?.kind === 'value') return asGrade.value === null ? null : hazardGradeWords[asGrade.value].zh;
  return textOf(cell);
}

function amendStep(reader: RowReader, known: HazardRecord, found: readonly SheetDifference[]): SheetStep | null {
  if (!found.some(({ isTaken }) => isTaken)) return null;
  if (known.state === 'closed' || known.state === 'rejected') {
    reader.complain('number', { zh: `${known.number} 已销号或不予立项，不能修改`, en: `${known.number} is settled and cannot be amended` });
    return null;
  }
  const { finding } = known;
  return {
    kind: 'amend',
    id: known.id,
    version: known.version,
    step: {
      kind: 'amend',
      place: reader.text('place', 200) ?? finding.place,
      description: reader.text('description', 2_000) ?? finding.description,
      foundBy: reader.text('foundBy', 200) ?? finding.foundBy,
      row: reader.row,
    },
  };
}
