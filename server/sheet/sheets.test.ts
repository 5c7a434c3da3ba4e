// Sheets as files: what Excel writes in China is read, formulas are never written, and a file made to harm costs a refusal and nothing else.
import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readSheetContent, type SheetOrder, writeSheetContent } from './sheet-content.ts';
import { readSheet, writeSheet } from './sheets.ts';

const order = (format: SheetOrder['format'], rows: SheetOrder['rows']): SheetOrder => ({
  format,
  name: '表',
  columns: [
    { heading: '编号', width: 10, isInformation: true },
    { heading: '值', width: 10, isInformation: false },
  ],
  rows,
});
const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

test('in a thread of its own, out and back', async () => {
  const rows = [
    ['a', 1.5],
    ['b', null],
  ];
  for (const format of ['xlsx', 'csv'] as const) {
    const reading = await readSheet(await writeSheet(order(format, rows)));
    expect(reading).toMatchObject({ kind: 'ok', format });
    if (reading.kind === 'ok') expect(reading.rows[1]?.map(String)).toEqual(['a', '1.5']);
  }
});

describe('CSV', () => {
  test('has the mark by which Excel knows UTF-8', async () => {
    expect(textOf(await writeSheetContent(order('csv', []))).startsWith('\uFEFF编号,值')).toBe(true);
  });
  test('a text that Excel would take for a formula is made a text, and comes back as it was', async () => {
    const texts = ['=1+1', '+1', '-1', '@a', '\t=1', "'=1", "''+a", "it's", 'plain'];
    const bytes = await writeSheetContent(
      order(
        'csv',
        texts.map((text) => [text, null]),
      ),
    );
    const cells = textOf(bytes)
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.replace(/^"/, ''));
    for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t]/);
    const reading = await readSheetContent(bytes);
    expect(reading.kind === 'ok' && reading.rows.slice(1).map(([text]) => text)).toEqual(texts);
  });
  test('whatever the texts: they come back as they were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ minLength: 1 }).filter((text) => !text.includes('\0')),
          { minLength: 1 },
        ),
        async (texts) => {
          const reading = await readSheetContent(
            await writeSheetContent(
              order(
                'csv',
                texts.map((text) => [text, 'x']),
              ),
            ),
          );
          expect(reading.kind === 'ok' && reading.rows.slice(1).map(([text]) => text)).toEqual(texts);
        },
      ),
    );
  });
  test.each([
    ['UTF-8 without a mark', Buffer.from('编号,值\nPT-1,压力\n')],
    ['semicolons', Buffer.from('编号;值\r\nPT-1;压力\r\n')],
    [
      'GBK, as Excel writes it on a Chinese Windows',
      Buffer.from([0xb1, 0xe0, 0xba, 0xc5, 0x2c, 0xd6, 0xb5, 0x0a, 0x50, 0x54, 0x2d, 0x31, 0x2c, 0xd1, 0xb9, 0xc1, 0xa6, 0x0a]),
    ],
    ['UTF-16 with tabs, “Unicode text” of Excel', Buffer.from('\uFEFF编号\t值\r\nPT-1\t压力\r\n', 'utf16le')],
  ])('%s is read', async (_name, bytes) => {
    expect(await readSheetContent(bytes)).toEqual({
      kind: 'ok',
      format: 'csv',
      rows: [
        ['编号', '值'],
        ['PT-1', '压力'],
      ],
    });
  });
});

describe('Excel', () => {
  test('no cell is a formula, whatever its text begins with', async () => {
    const bytes = await writeSheetContent(order('xlsx', [['=1+1', '=HYPERLINK("http://x")']]));
    const sheet = textOf(unzipSync(bytes)['xl/worksheets/sheet1.xml'] ?? new Uint8Array());
    expect(sheet).toContain('<c ');
    expect(sheet).not.toContain('<f>');
    expect(await readSheetContent(bytes)).toMatchObject({
      rows: [
        ['编号', '值'],
        ['=1+1', '=HYPERLINK("http://x")'],
      ],
    });
  });
});

describe('refused', () => {
  /** A workbook with this as its first sheet. */
  async function workbookWith(sheet: string): Promise<Uint8Array> {
    const files = unzipSync(await writeSheetContent(order('xlsx', [['a', 1]])));
    return zipSync({ ...files, 'xl/worksheets/sheet1.xml': strToU8(sheet) });
  }
  test.each([
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0])],
    ['an old .xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0])],
    ['a zip that is no workbook', Buffer.from(zipSync({ 'a.txt': strToU8('a') }))],
  ])('%s: it is neither', async (_name, bytes) => {
    expect(await readSheet(bytes)).toEqual({ kind: 'refused', reason: 'unknownFormat' });
  });
  test('half a file', async () => {
    const bytes = await writeSheetContent(order('xlsx', [['a', 1]]));
    expect(await readSheet(bytes.slice(0, bytes.length / 2))).toEqual({ kind: 'refused', reason: 'unreadable' });
  });
  test('a file that unpacks to a hundred times its size', async () => {
    const bomb = zipSync({ 'xl/workbook.xml': new Uint8Array(200 * 1024 * 1024) }, { level: 9 });
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect(await readSheet(bomb)).toEqual({ kind: 'refused', reason: 'tooLarge' });
  });
  test('a file that lies about how far it unpacks', async () => {
    const bomb = zipSync({ 'xl/workbook.xml': new Uint8Array(200 * 1024 * 1024) }, { level: 9 });
    const view = new DataView(bomb.buffer);
    for (let at = 0; at < bomb.length - 4; at += 1) {
      if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, 100, true);
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 100, true);
    }
    const reading = await readSheet(bomb);
    expect(reading.kind).toBe('refused');
  });
  test('a cell at the far corner of the sheet does not make a sheet of sixteen thousand million cells', async () => {
    const far =
      '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>';
    const reading = await readSheet(await workbookWith(far));
    if (reading.kind === 'ok') expect(reading.rows.length * (reading.rows.at(-1)?.length ?? 0)).toBeLessThan(100_000_000);
    else expect(['tooLarge', 'tooManyRows', 'unreadable']).toContain(reading.reason);
  });
  test('whatever bytes come: an answer, never an exception', async () => {
    const good = await writeSheetContent(
      order('xlsx', [
        ['a', 1],
        ['中', 2],
      ]),
    );
    const change = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          change.map((changes) => {
            const spoilt = Uint8Array.from(good);
            for (const [at, byte] of changes) spoilt[at] = byte;
            return spoilt;
          }),
        ),
        async (bytes) => {
          const reading = await readSheetContent(bytes);
          expect(['ok', 'refused']).toContain(reading.kind);
        },
      ),
      { numRuns: 200 },
    );
  });
});
