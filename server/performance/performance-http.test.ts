// Alarm performance over HTTP.
import { expect, test } from 'vitest';
import { startHttpRig } from '../../test/harness/http-rig.ts';

const { ask, raise } = await startHttpRig();

test('counts what was raised, as JSON and as CSV; a period that makes no sense is told', async () => {
  await raise('GS-01.PT-101.high');
  const { body } = await ask('duty', 'GET', '/api/performance');
  expect(body.counts.announced).toBeGreaterThan(0);
  expect(body.figures.map((figure: { id: string }) => figure.id)).toContain('averageRate');
  const csv = await ask('auditor', 'GET', '/api/performance/bad-actors?format=csv');
  expect(csv.type).toContain('text/csv');
  expect(csv.body).toMatch(/^\uFEFF?alarm,station,message_zh/);
  expect(csv.body).toContain('GS-01.PT-101.high');
  expect((await ask('duty', 'GET', '/api/performance?format=csv')).body).toContain('averageRate,');
  expect((await ask('duty', 'GET', '/api/performance/nuisance?format=csv')).type).toContain('text/csv');
  expect((await ask('duty', 'GET', '/api/performance?from=2000&to=1000')).status).toBe(400);
  expect((await ask('duty', 'GET', '/api/performance?month=2026-13')).status).toBe(400);
  expect((await ask('duty', 'GET', '/api/performance?station=GS-77')).status).toBe(404);
  const suggestion = await ask('duty', 'GET', '/api/performance/bad-actors/GS-01.PT-101.high/suggestion');
  expect(suggestion.body).toMatchObject({ kind: 'none', alarmId: 'GS-01.PT-101.high', setpoint: 0.5 });
});
