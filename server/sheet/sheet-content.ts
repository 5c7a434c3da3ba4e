// A sheet as Excel or CSV bytes, and back. Runs inside the sheet worker: what is read here comes from outside and is not to be trusted.
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { unzipSync, zipSync } from 'fflate';
import { readSheet } from 'read-excel-file/universal';
import writeXlsxFile from 'write-excel-file/node';
import type { SheetCell } from '../../domain/alarm-settings/sheet-columns.ts';

export const sheetFormats = ['xlsx', 'csv'] as const;
export type SheetFormat = (typeof sheetFormats)[number];

export interface SheetOrder {
  readonly format: SheetFormat;
  readonly name: string;
  readonly columns: readonly {
    readonly heading: string;
    readonly width: number /** Shown grey: not to be filled in. */;
    readonly isInformation: boolean;
  }[];
  readonly rows: readonly (readonly SheetCell[])[];
}

export type SheetRefusal = 'unknownFormat' | 'unreadable' | 'tooLarge' | 'tooManyRows';
export type SheetReading =
  | { readonly kind: 'ok'; readonly format: SheetFormat; readonly rows: readonly (readonly SheetCell[])[] }
  | { readonly kind: 'refused'; readonly reason: SheetRefusal };

/** All parts of an Excel file together, unpacked. A sheet of 100,000 rows stays below it. */
const mostUnpackedBytes = 96 * 1024 * 1024;
const mostRows = 200_000;
const mostColumns = 200;

export async function writeSheetContent(order: SheetOrder): Promise<Uint8Array> {
  return order.format === 'csv' ? writeCsv(order) : writeWorkbook(order);
}

async function writeWorkbook({ name, columns, rows }: SheetOrder): Promise<Uint8Array> {
  const header = columns.map(({ heading, isInformation }) => ({
    value: heading,
    fontWeight: 'bold' as const,
    backgroundColor: isInformation ? '#d9d9d9' : '#dce6f1',
    wrap: true,
  }));
  const body = rows.map((row) =>
    row.map((cell, index) => {
      if (cell === null) return null;
      // A string cell is text whatever it begins with: Excel evaluates formula cells only, and none is ever written.
      const content = typeof cell === 'string' ? { type: String, value: unlikeProperty(withoutControls(cell)) } : { value: cell };
      return {
        ...content,
        ...(columns[index]?.isInformation === true ? { backgroundColor: '#f2f2f2' } : {}),
        alignVertical: 'top' as const,
      };
    }),
  );
  return writeXlsxFile([header, ...body], {
    sheet: name,
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
    stickyColumnsCount: 1,
  }).toBuffer();
}

/** XML has no place for them. */
function withoutControls(text: string): string {
  return Array.from(text)
    .filter((letter) => letter >= ' ' || letter === '\n' || letter === '\t')
    .join('');
}

/**
 * The writer (write-excel-file 4.1) looks texts up in a plain object, and takes `toString` or `constructor` for one it has: the file could not be read.
 * Such a text gets an invisible mark (word joiner) behind it, which reading takes away again.
 */
const propertyMark = '\u2060';

function unlikeProperty(text: string): string {
  return text in Object.prototype ? text + propertyMark : text;
}

function withoutPropertyMark(text: string): string {
  const bare = text.endsWith(propertyMark) ? text.slice(0, -1) : text;
  return bare in Object.prototype ? bare : text;
}

/** With the mark by which Excel knows UTF-8. */
function writeCsv({ columns, rows }: SheetOrder): Uint8Array {
  const lines = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? guarded(cell) : cell))),
  ];
  return Buffer.from(stringify(lines, { bom: true, record_delimiter: 'windows', cast: { boolean: String } }), 'utf8');
}

/** Excel takes a text that begins so for a formula: an apostrophe before it makes it text. `unguarded` takes exactly that one away again. */
function guarded(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function unguarded(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}

/** By what is in it, whatever it is called. */
export async function readSheetContent(bytes: Uint8Array): Promise<SheetReading> {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
  try {
    const reading = isZip ? await readWorkbook(bytes) : readCsv(bytes);
    if (reading.kind === 'ok' && reading.rows.length > mostRows) return { kind: 'refused', reason: 'tooManyRows' };
    return reading;
  } catch {
    return { kind: 'refused', reason: 'unreadable' };
  }
}

async function readWorkbook(bytes: Uint8Array): Promise<SheetReading> {
  let unpackedBytes = 0;
  const files = unzipSync(bytes, {
    filter: ({ name, originalSize }) => {
      if (!name.endsWith('.xml') && !name.endsWith('.xml.rels')) return false;
      unpackedBytes += originalSize;
      return unpackedBytes <= mostUnpackedBytes;
    },
  });
  if (unpackedBytes > mostUnpackedBytes) return { kind: 'refused', reason: 'tooLarge' };
  if (files['xl/workbook.xml'] === undefined) return { kind: 'refused', reason: 'unknownFormat' };
  // The reader gets a file that was unpacked within bounds and packed anew without compression: nothing in it can grow any more.
  const { buffer } = new Uint8Array(zipSync(files, { level: 0 }));
  const rows = await readSheet(buffer, 1, { trim: false });
  return { kind: 'ok', format: 'xlsx', rows: rows.map((row) => row.slice(0, mostColumns).map(cellOf)) };
}

function cellOf(cell: unknown): SheetCell {
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell === 'string') return withoutPropertyMark(cell);
  return typeof cell === 'number' || typeof cell === 'boolean' ? cell : null;
}

function readCsv(bytes: Uint8Array): SheetReading {
  const text = decoded(bytes);
  if (text === null || text.includes('\0')) return { kind: 'refused', reason: 'unknownFormat' };
  const firstLine = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = [',', '\t', ';'].toSorted((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0] ?? ',';
  const rows = parse(text, {
    delimiter,
    relax_column_count: true,
    skip_empty_lines: false,
    to: mostRows + 1,
    max_record_size: 1024 * 1024,
  }) as string[][];
  return {
    kind: 'ok',
    format: 'csv',
    rows: rows.map((row) => row.slice(0, mostColumns).map((cell) => (cell === '' ? null : unguarded(cell)))),
  };
}

/** UTF-8; else what Excel writes on a Chinese Windows: GB 18030 for “CSV”, UTF-16 for “Unicode text”. */
function decoded(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next one.
    }
  }
  return null;
}
