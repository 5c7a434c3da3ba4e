// The section of an evidence bundle: the rounds, visits and findings of the stations and the period that were asked for, and of no other.
import { expect, onTestFinished, test } from 'vitest';
import { patrolIdOf } from '../../domain/patrols/patrol.ts';
import { patrolEvidence } from './evidence-part.ts';
import { atPlant, openPatrolRig, result, visitOf } from './patrol-rig.ts';

test('rounds with their state, visits with both times and their proof, findings with their hazard', async () => {
  const rig = await openPatrolRig();
  onTestFinished(async () => {
    await rig.stop();
    rig.remove();
  });
  const id = patrolIdOf('daily', 'GS-01', atPlant('2026-07-01 08:00'));
  await rig.to('2026-07-01 08:30');
  await rig.patrols.store.visit(id, visitOf('gate', { statedAtMs: atPlant('2026-07-01 08:10') }));
  await rig.patrols.store.visit(id, visitOf('skid', { proof: 'hand', handReason: '标签丢失', results: [result('outlet', 'ok', 0.5)] }));
  for (const time of ['20:00', '23:30']) await rig.to(`2026-07-01 ${time}`);
  const tables = new Map<string, (string | number | boolean | null)[][]>();
  const write = (stationIds: readonly string[], fromMs: number, toMs: number) =>
    patrolEvidence(rig.database).write(
      { stationIds, showsCompanyRecords: true, fromMs, toMs, signal: new AbortController().signal },
      {
        async table(file, _columns, rows) {
          const all: (string | number | boolean | null)[][] = [];
          for await (const row of rows) all.push([...row]);
          tables.set(file, all);
        },
        document: async () => undefined,
        verdict: () => undefined,
      },
    );
  await write(['GS-01'], atPlant('2026-07-01 00:00'), atPlant('2026-07-02 00:00'));
  expect(tables.get('patrols/rounds.csv')?.map((row) => [row[2], row[4], row[9], row[10]])).toEqual([
    ['日常巡查', 'done', 2, 2],
    ['日常巡查', 'missed', 2, 0],
  ]);
  expect(tables.get('patrols/visits.csv')?.map((row) => [row[2], row[4], row[5], row[7], row[8], row[10]])).toEqual([
    ['gate', atPlant('2026-07-01 08:10'), atPlant('2026-07-01 08:30'), '赵刚', 'scan', null],
    ['skid', atPlant('2026-07-01 08:30'), atPlant('2026-07-01 08:30'), '赵刚', 'hand', '标签丢失'],
  ]);
  expect(tables.get('patrols/findings.csv')).toMatchObject([
    [expect.any(String), id, 'GS-01', 'skid', atPlant('2026-07-01 08:30'), expect.any(String), expect.any(Number)],
  ]);
  await write(['RS-01'], atPlant('2026-07-01 00:00'), atPlant('2026-07-02 00:00'));
  expect([...tables.values()].flat()).toEqual([]);
});
