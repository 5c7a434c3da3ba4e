// What a cell of a sheet means that people filled in: texts, dates, numbers, as Excel and people leave them. Knows no column.
import type { SheetCell } from '../alarm-settings/sheet-columns.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import { calendarDateSchema } from '../time/calendar-date.ts';

export type Read<Value> =
  | { readonly kind: 'value'; readonly value: Value | null }
  | { readonly kind: 'bad'; readonly message: LocalizedText };

export function textOf(cell: SheetCell | undefined): string | null {
  if (cell === null || cell === undefined) return null;
  const text = String(cell).replaceAll('\r\n', '\n').trim();
  return text === '' || text === '—' ? null : text;
}

export function readText(cell: SheetCell | undefined, most: number): Read<string> {
  const text = textOf(cell);
  return text !== null && text.length > most
    ? { kind: 'bad', message: { zh: `超过 ${most} 个字符`, en: `is longer than ${most} characters` } }
    : { kind: 'value', value: text };
}

const excelEpochMs = Date.UTC(1899, 11, 30);

/** `2026-07-03`, `2026/7/3`, `2026.7.3`, `2026年7月3日`, a date cell of Excel, or its bare day number. */
export function readDate(cell: SheetCell | undefined): Read<string> {
  const text = textOf(cell)?.normalize('NFKC') ?? null;
  if (text === null) return { kind: 'value', value: null };
  const parts = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?$/.exec(text);
  const [, year = '', month = '', day = ''] = parts ?? [];
  const serial = /^\d{5}(\.\d+)?$/.test(text)
    ? new Date(excelEpochMs + Math.floor(Number(text)) * 86_400_000).toISOString().slice(0, 10)
    : null;
  const date = parts === null ? serial : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return date !== null && calendarDateSchema.safeParse(date).success
    ? { kind: 'value', value: date }
    : { kind: 'bad', message: { zh: `“${text}”不是日期，请写成 2026-07-03`, en: `“${text}” is no date; write it as 2026-07-03` } };
}

export function readAmount(cell: SheetCell | undefined): Read<number> {
  const text = textOf(cell)?.normalize('NFKC').replaceAll(',', '') ?? null;
  if (text === null) return { kind: 'value', value: null };
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) && number <= 1e12
    ? { kind: 'value', value: number }
    : { kind: 'bad', message: { zh: `“${text}”不是金额`, en: `“${text}” is no amount` } };
}

export function readChoice<Name extends string>(cell: SheetCell | undefined, choices: Readonly<Record<Name, LocalizedText>>): Read<Name> {
  const text = textOf(cell)?.toLowerCase() ?? null;
  if (text === null) return { kind: 'value', value: null };
  const names = Object.keys(choices) as Name[];
  const found = names.find((name) =>
    // 一般 and 重大 alone are written as often as the whole word.
    [name, choices[name].zh, choices[name].en].some((word) => word.toLowerCase() === text || word.toLowerCase() === `${text}隐患`),
  );
  if (found !== undefined) return { kind: 'value', value: found };
  const list = (language: 'zh' | 'en') => names.map((name) => choices[name][language]).join(language === 'zh' ? '、' : ', ');
  return { kind: 'bad', message: { zh: `没有“${text}”：可填 ${list('zh')}`, en: `“${text}” is none of ${list('en')}` } };
}

/** `A`, `B` … `AA` as Excel names its columns. */
export function columnLetter(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `${columnLetter(Math.floor(index / 26) - 1)}${columnLetter(index % 26)}`;
}

export interface SheetProblem {
  /** 1 is the heading. */
  readonly row: number;
  readonly column: string | null;
  readonly message: LocalizedText;
}

/** Where each known heading stands, in either language; what is missing or stands twice is a problem. */
export function placesOfHeadings<Key extends string>(
  headings: readonly SheetCell[],
  columns: readonly { readonly key: Key; readonly heading: LocalizedText; readonly isNeeded: boolean }[],
): { readonly places: ReadonlyMap<Key, number>; readonly problems: readonly SheetProblem[] } {
  const places = new Map<Key, number>();
  const problems: SheetProblem[] = [];
  headings.forEach((cell, index) => {
    const text = textOf(cell)?.toLowerCase() ?? null;
    if (text === null) return;
    const column = columns.find(({ heading }) => [heading.zh, heading.en].some((word) => word.toLowerCase() === text));
    if (column === undefined)
      problems.push({ row: 1, column: columnLetter(index), message: { zh: `没有“${text}”这一列`, en: `there is no column “${text}”` } });
    else if (places.has(column.key))
      problems.push({ row: 1, column: columnLetter(index), message: { zh: `“${text}”重复`, en: `“${text}” stands twice` } });
    else places.set(column.key, index);
  });
  for (const { key, heading, isNeeded } of columns)
    if (isNeeded && !places.has(key))
      problems.push({ row: 1, column: null, message: { zh: `缺少“${heading.zh}”一列`, en: `the column “${heading.en}” is missing` } });
  return { places, problems };
}
