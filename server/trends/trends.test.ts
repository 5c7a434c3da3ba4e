// Trends on the server: saved views, marks and limits out of the journal, reasons of bad quality, and exports of any length.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SaveTrendView } from '../../domain/api/trends-api.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Point } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { openDuckdbHistorian } from '../../historian/duckdb/duckdb-historian.ts';
import type { Historian } from '../../historian/historian.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, type NewJournalEntry } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { csvExport, zonedClock } from './export/csv-export.ts';
import { parquetExport, TooManyRows } from './export/parquet-export.ts';
import { readQualitySpans } from './quality-spans.ts';
import { readLimits, readMarks } from './trend-marks.ts';
import { TrendViews, type ViewAuthor } from './trend-views.ts';

const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: { zh: 测试, en: Test }, timeZone: Europe/Berlin }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 站, en: Station }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-101, name: { zh: '=压力', en: '=Pressure' }, unit: MPa, range: { min: 0, max: 1 }, digits: 3, role: inletPressure, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 0.5, priority: medium, response: r }] }
          - { tag: PT-102, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 1 }, digits: 3, role: pressure, register: { table: holding, address: 2, type: float32 }, defaultAlarms: false }
`,
  { version: 'v1' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;
const [first, second] = plant.points as readonly [Point, Point];
const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-trends-'));
/** Half an hour before summer time ends in Berlin. */
const startMs = Date.UTC(2026, 9, 25, 0, 30);
const seconds = 7_200;
const clock = new ManualClock(startMs);
const abort = new AbortController();
const faults: string[] = [];
let ledger: Ledger;
let historian: Historian;

beforeAll(async () => {
  const database = await openDatabase('sqlite:', folder);
  ledger = new Ledger(database, await Journal.open(database), clock);
  const log = { info: () => undefined, warn: () => undefined, error: (_fields: object, message: string) => void faults.push(message) };
  historian = await openDuckdbHistorian({ plant, dataDir: folder, folder: path.join(folder, 'historian'), clock, log });
  const batch = createReadingBatch(plant.pointTable, seconds + 10);
  for (let index = 0; index < seconds; index += 1) {
    // Communication fails from second 1,000 to 1,099; from 2,000 to 2,599 nothing is read.
    if (index >= 2_000 && index < 2_600) continue;
    const isBad = index >= 1_000 && index < 1_100;
    pushReading(batch, first.index, startMs + index * 1_000, isBad ? Number.NaN : index / 10, isBad ? Quality.badCommFail : Quality.good);
  }
  pushReading(batch, second.index, startMs + 500, 0.25, Quality.uncertainInaccurate);
  historian.write(batch);
  await historian.flush();
});
afterAll(async () => {
  await historian.close();
  expect(faults).toEqual([]);
  await ledger.database.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const author = (username: string): ViewAuthor => ({
  username,
  displayName: username.toUpperCase(),
  actor: { kind: 'person', username, displayName: username.toUpperCase() },
});
const wanted = (name: string, isShared = false): SaveTrendView => ({
  name,
  isShared,
  content: { panes: [[first.id]], window: { kind: 'live', minutes: 60 }, comparison: 'none', scale: 'data', hasMarks: true, values: [] },
});

describe('saved views', () => {
  test('are one’s own until shared, changed by their owner only, never over what he has not seen, and each is a line in the journal', async () => {
    const views = new TrendViews(ledger, clock);
    const made = await views.create(author('wang'), wanted('出站压力'));
    if (made.kind !== 'done') throw new Error(made.kind);
    const { id } = made.view;
    expect((await views.visibleTo('li')).length).toBe(0);
    expect(await views.change(author('li'), id, { ...wanted('x'), version: 1 })).toEqual({ kind: 'unknown' });
    expect(await views.change(author('wang'), id, { ...wanted('出站压力', true), version: 1 })).toMatchObject({
      kind: 'done',
      view: { version: 2 },
    });
    expect((await views.visibleTo('li')).map(({ name, owner }) => [name, owner])).toEqual([['出站压力', 'wang']]);
    expect(await views.change(author('li'), id, { ...wanted('x'), version: 2 })).toMatchObject({ kind: 'notOwner' });
    expect(await views.delete(author('li'), id, 2)).toMatchObject({ kind: 'notOwner' });
    expect(await views.change(author('wang'), id, { ...wanted('y'), version: 1 })).toMatchObject({
      kind: 'conflict',
      view: { version: 2 },
    });
    expect(await views.delete(author('wang'), id, 1)).toMatchObject({ kind: 'conflict' });
    expect(await views.delete(author('wang'), id, 2)).toMatchObject({ kind: 'done' });
    expect(await views.visibleTo('wang')).toEqual([]);
    const lines = await ledger.database
      .selectFrom('journal')
      .select(['kind', 'detail'])
      .where('kind', 'like', 'trendView.%')
      .orderBy('sequence')
      .execute();
    expect(lines.map(({ kind }) => kind)).toEqual(['trendView.save', 'trendView.save', 'trendView.delete']);
    expect(JSON.parse(lines[1]?.detail ?? '{}')).toMatchObject({ viewId: id, name: '出站压力', isShared: true, version: 2 });
  });
});

describe('marks and limits', () => {
  const line = (entry: Partial<NewJournalEntry> & { kind: string; occurredAtMs: number }): NewJournalEntry => ({
    stationId: 'GS-01',
    alarmId: null,
    occurrenceId: null,
    actor: { kind: 'system', part: 'collector default' },
    detail: {},
    ...entry,
  });
  const alarmId = `${first.id}.high`;

  test('alarms of the point, what people did about them, and work at the station; in time, in order, and no others', async () => {
    const person = author('wang').actor;
    await ledger.commit([
      line({ kind: 'alarm.raise', occurredAtMs: startMs + 10, alarmId, occurrenceId: 'o', detail: { value: 0.6 } }),
      line({
        kind: 'alarm.acknowledge',
        occurredAtMs: startMs + 30,
        alarmId,
        occurrenceId: 'o',
        actor: person,
        detail: { event: { comment: '看过' } },
      }),
      line({ kind: 'alarm.raise', occurredAtMs: startMs - 1, alarmId }),
      line({ kind: 'alarm.raise', occurredAtMs: startMs + 15, alarmId: 'GS-01.XX-1.high' }),
      line({ kind: 'maintenance.start', occurredAtMs: startMs + 20, actor: person, detail: { reason: '换滤芯' } }),
      line({ kind: 'test.start', occurredAtMs: startMs + 21, actor: person, detail: { pointId: second.id } }),
      line({ kind: 'maintenance.start', occurredAtMs: startMs + 22, stationId: 'GS-02' }),
      line({ kind: 'session.start', occurredAtMs: startMs + 23 }),
    ]);
    const { marks, isCut } = await readMarks(ledger.database, plant, {
      points: [first],
      fromMs: startMs,
      toMs: startMs + 1_000,
      limit: 10,
    });
    expect(isCut).toBe(false);
    expect(
      marks.map(({ kind, timeMs, comment, value, priority, pointId }) => [kind, timeMs - startMs, comment, value, priority, pointId]),
    ).toEqual([
      ['alarm.raise', 10, null, 0.6, 'medium', first.id],
      ['maintenance.start', 20, '换滤芯', null, null, null],
      ['alarm.acknowledge', 30, '看过', null, 'medium', first.id],
    ]);
    const cut = await readMarks(ledger.database, plant, { points: [first], fromMs: startMs, toMs: startMs + 1_000, limit: 2 });
    expect(cut.isCut).toBe(true);
    expect(cut.marks.map(({ kind }) => kind)).toEqual(['maintenance.start', 'alarm.acknowledge']);
  });

  test('a limit is told as it was: from when to when; without a record, as it is', async () => {
    expect(await readLimits(ledger.database, plant, [first, second])).toMatchObject([
      { alarmId, pointId: first.id, kind: 'high', steps: [{ fromMs: 0, setpoint: 0.5 }] },
    ]);
    const version = (number: number, appliedAtMs: number) => ({
      number,
      origin: 'approved',
      applied_at_ms: appliedAtMs,
      draft_id: null,
      proposed_by: null,
      approved_by: null,
      reason: '',
      plant_version: 'v1',
      digest: String(number),
      change_count: 1,
    });
    const change = (number: number, content: object) => ({
      version: number,
      alarm_id: alarmId,
      station_id: 'GS-01',
      change: JSON.stringify(content),
    });
    await ledger.database
      .insertInto('alarm_settings_version')
      .values([version(1, 100), version(2, 200), version(3, 300)])
      .execute();
    await ledger.database
      .insertInto('alarm_settings_change')
      .values([
        change(1, { kind: 'added', alarmId, settings: { setpoint: 0.4 } }),
        change(2, { kind: 'changed', alarmId, differences: [{ field: 'setpoint', from: 0.4, to: 0.5 }] }),
        change(3, { kind: 'changed', alarmId, differences: [{ field: 'onDelayMs', from: 1, to: 2 }] }),
      ])
      .execute();
    const [limit] = await readLimits(ledger.database, plant, [first]);
    expect(limit?.steps).toEqual([
      { fromMs: 100, setpoint: 0.4 },
      { fromMs: 200, setpoint: 0.5 },
    ]);
  });
});

describe('quality', () => {
  const toMs = startMs + seconds * 1_000;
  test('to the reading where there are few, with the reason', async () => {
    const { isExact, spans } = await readQualitySpans(historian, { pointId: first.id, scanMs: 1_000, fromMs: startMs, toMs, buckets: 100 });
    expect(isExact).toBe(true);
    expect(spans).toEqual([{ fromMs: startMs + 1_000_000, toMs: startMs + 1_100_000, severity: 'bad', codes: [Quality.badCommFail] }]);
  });

  test('to the bucket in a long time, still with the reason', async () => {
    const long = await readQualitySpans(historian, {
      pointId: first.id,
      scanMs: 1_000,
      fromMs: startMs - 30 * 86_400_000,
      toMs,
      buckets: 10_000,
    });
    expect(long.isExact).toBe(false);
    expect(long.spans).toHaveLength(1);
    expect(long.spans[0]).toMatchObject({ severity: 'bad', codes: [Quality.badCommFail] });
    expect(long.spans[0]?.fromMs).toBeLessThanOrEqual(startMs + 1_000_000);
    expect(long.spans[0]?.toMs).toBeGreaterThanOrEqual(startMs + 1_100_000);
  });
});

describe('export', () => {
  const ask = {
    points: [first, second],
    fromMs: startMs,
    toMs: startMs + seconds * 1_000,
    zone: 'Europe/Berlin',
    language: 'zh',
    signal: abort.signal,
  } as const;
  /** What is stored of the first point: of equal readings the historian keeps one a minute. */
  const stored = async () => historian.readRaw({ pointId: first.id, fromMs: ask.fromMs, toMs: ask.toMs, limit: 100_000 });
  const textOf = async (parts: AsyncIterable<string>) => {
    let text = '';
    for await (const part of parts) text += part;
    return text;
  };

  test('CSV: every reading once, in order, with zone, quality and reason; the hour that comes twice is told apart; no text is a formula', async () => {
    const [head, ...lines] = (await textOf(csvExport(historian, ask))).trimEnd().split('\r\n');
    expect(head).toBe('\u{FEFF}time Europe/Berlin,time UTC,point,name,value,unit,quality,reason');
    const { timeMs, quality } = await stored();
    expect(lines.slice(0, -1).map((text) => Date.parse(text.split(',')[1] ?? ''))).toEqual([...timeMs]);
    expect(lines[0]).toBe(`2026-10-25T02:30:00.000+02:00,2026-10-25T00:30:00.000Z,${first.id},'=压力,0,MPa,good,none`);
    expect(lines).toContain(`2026-10-25T02:30:00.000+01:00,2026-10-25T01:30:00.000Z,${first.id},'=压力,360,MPa,good,none`);
    expect(lines[1_000]).toMatch(/,,MPa,bad,commFail$/);
    expect(lines.filter((text) => text.endsWith(',bad,commFail'))).toHaveLength(
      quality.filter((code) => code === Quality.badCommFail).length,
    );
    expect(lines.at(-1)).toBe(`2026-10-25T02:30:00.500+02:00,2026-10-25T00:30:00.500Z,${second.id},压力,0.25,MPa,uncertain,inaccurate`);
  });

  test('CSV of buckets', async () => {
    const lines = (await textOf(csvExport(historian, { ...ask, points: [first], buckets: 4 }))).trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/,min,mean,max,last,unit,goodShare$/);
    expect(lines[1]).toMatch(/,0,.*,179\.9,179\.9,MPa,0\.99\d*$/);
  });

  test('Parquet: the same readings, times as UTC moments, the zone in the file; nothing stays behind', async () => {
    const temporaryDir = mkdtempSync(path.join(folder, 'exports-'));
    const stream = await parquetExport(historian, { ...ask, temporaryDir, rowsMaximum: 1e6 });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const file = path.join(folder, 'got.parquet');
    writeFileSync(file, Buffer.concat(chunks));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const rows = await connection.runAndReadAll(
      `SELECT count(*)::INTEGER, sum(value), count(*) FILTER (reason = 'commFail' AND quality = 'bad' AND value IS NULL)::INTEGER, min(epoch_ms(time))::DOUBLE,
         any_value(unit) FROM read_parquet('${file}')`,
    );
    let sum = 0.25;
    for (let index = 0; index < seconds; index += 1)
      if ((index < 1_000 || index >= 1_100) && (index < 2_000 || index >= 2_600)) sum += index / 10;
    const [count, total, bad, firstMs, unit] = rows.getRows()[0] ?? [];
    const { timeMs, quality } = await stored();
    const badCount = quality.filter((code) => code === Quality.badCommFail).length;
    expect([count, bad, firstMs, unit]).toEqual([timeMs.length + 1, badCount, startMs, 'MPa']);
    expect(total).toBeCloseTo(sum, 4);
    const metadata = await connection.runAndReadAll(
      `SELECT decode(value) FROM parquet_kv_metadata('${file}') WHERE decode(key) = 'time_zone'`,
    );
    expect(metadata.getRows()[0]?.[0]).toBe('Europe/Berlin');
    instance.closeSync();
    await expect.poll(() => readdirSync(temporaryDir)).toEqual([]);
    await expect(parquetExport(historian, { ...ask, temporaryDir, rowsMaximum: 100 })).rejects.toThrow(TooManyRows);
    expect(readdirSync(temporaryDir)).toEqual([]);
  });

  test('a clock west of Greenwich and one off by a quarter', () => {
    expect(zonedClock('America/St_Johns')(Date.UTC(2026, 0, 1))).toBe('2025-12-31T20:30:00.000-03:30,2026-01-01T00:00:00.000Z');
    expect(zonedClock('Asia/Kathmandu')(Date.UTC(2026, 0, 1))).toBe('2026-01-01T05:45:00.000+05:45,2026-01-01T00:00:00.000Z');
  });
});
