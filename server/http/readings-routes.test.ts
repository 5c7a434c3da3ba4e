// Readings over HTTP: raw, in buckets, as CSV and Parquet.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, expect, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { startHttpRig } from '../../test/harness/http-rig.ts';

const { plant, folder, address, historian, cookies, ask } = await startHttpRig();

const baseMs = Date.now() - 600_000;
beforeAll(async () => {
  const batch = createReadingBatch(plant.pointTable, 60);
  for (let second = 0; second < 60; second += 1)
    pushReading(batch, 2, baseMs + second * 1_000, second / 100, second === 30 ? Quality.badCommFail : Quality.good);
  historian.write(batch);
  await historian.flush();
});
const range = `point=GS-02.PT-101&from=${baseMs}&to=${baseMs + 60_000}`;

test('raw, as columns and rows', async () => {
  const { body } = await ask('duty', 'GET', `/api/readings?${range}`);
  expect(body).toMatchObject({ point: 'GS-02.PT-101', unit: 'MPa', columns: ['t', 'v', 'q'], isTruncated: false });
  expect(body.rows).toHaveLength(60);
  expect(body.rows[10]).toEqual([baseMs + 10_000, 0.1, 0]);
});

test('in buckets, with ISO times', async () => {
  const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
  const { body } = await ask('duty', 'GET', `/api/readings?point=GS-02.PT-101&from=${iso(baseMs)}&to=${iso(baseMs + 60_000)}&buckets=6`);
  expect(body.columns).toEqual(['t', 'min', 'max', 'mean', 'last', 'goodShare']);
  expect(body.bucketMs).toBe(10_000);
  expect(body.rows[0]).toEqual([baseMs, 0, 0.09, expect.closeTo(0.045, 6), 0.09, 1]);
  expect(body.rows[3][5]).toBeCloseTo(0.9);
});

test('as CSV and as Parquet that DuckDB reads', async () => {
  const csv = await ask('duty', 'GET', `/api/readings?${range}&format=csv`);
  expect(csv.type).toContain('text/csv');
  expect(csv.body.split('\n').slice(0, 2)).toEqual(['t,v,q', `${new Date(baseMs).toISOString()},0,0`]);
  const response = await fetch(`${address}/api/readings?${range}&format=parquet`, {
    headers: { cookie: cookies.get('duty') ?? '' },
  });
  const file = path.join(folder, 'export.parquet');
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(`SELECT count(*)::INTEGER, epoch_ms(min(t))::DOUBLE, max(v) FROM '${file}'`);
  expect(result.getRows()[0]).toEqual([60, baseMs, 0.59]);
  connection.disconnectSync();
  instance.closeSync();
});
