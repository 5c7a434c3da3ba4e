// The coverage audit: planted gaps of every kind and no other, hazards opened once, proposed as settled when the instrument appears, taken back when it goes.
import { expect, onTestFinished, test } from 'vitest';
import { auditCoverage } from '../../domain/hazards/coverage-audit.ts';
import { allFive, confirmOf, li, wang } from '../../domain/hazards/hazard-fixture.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { CoverageAudits } from './coverage-audits.ts';
import { readCoveragePack } from './coverage-pack-file.ts';
import { openHazards } from './hazard-rig.ts';

const pack = readCoveragePack();
const alarm = (kind: string, setpoint: number) => `{ kind: ${kind}, setpoint: ${setpoint}, priority: high, response: r }`;
let address = 0;
const point = (tag: string, role: string, more: string) => {
  address += 2;
  return `          - { tag: ${tag}, name: p, role: ${role}, register: { table: holding, address: ${address}, type: float32 }, defaultAlarms: false, ${more} }`;
};
const analog = (tag: string, role: string, alarms: readonly string[], unit = 'MPa') =>
  point(tag, role, `unit: '${unit}', range: { min: 0, max: 100 }, alarms: [${alarms.join(', ')}]`);
const whole = {
  gd: [analog('GD-501', 'gasDetector', [alarm('high', 20), alarm('highHigh', 50)], '%LEL')],
  inlet: [analog('PT-101', 'inletPressure', [])],
  outlet: [analog('PT-301', 'outletPressure', [alarm('highHigh', 60)])],
  runs: [
    analog('ZT-1', 'regulatorTravel', [], '%').replace('name: p', 'name: p, unitOf: A'),
    point(
      'XS-1',
      'slamShut',
      'kind: discrete, unitOf: A, alarms: [{ kind: state, equals: 1, priority: critical, message: m, response: r }]',
    ),
  ],
  power: [analog('UPS-1', 'upsCharge', [], '%')],
};

function plantOf(parts: Partial<typeof whole>, type = 'regulating'): Plant {
  const points = Object.values({ ...whole, ...parts }).flat();
  const parsed = parsePlantText(
    `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations:
  - id: RS-01
    type: ${type}
    name: s
    area: a
    devices:
      - id: D-1
        protocol: modbusTcp
        host: h
        points:
${points.join('\n')}
`,
    { version: 't' },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}

const gaps = (plant: Plant) => auditCoverage(plant, pack).map(({ requirement, subject }) => `${requirement.id} ${subject ?? ''}`.trim());

test('a station that has everything misses nothing', () => {
  expect(gaps(plantOf({}))).toEqual([]);
});

test.each<[string, Partial<typeof whole>, string[]]>([
  ['no detector', { gd: [] }, ['gasDetector']],
  [
    'level 1 set too high',
    { gd: [analog('GD-501', 'gasDetector', [alarm('high', 30), alarm('highHigh', 50)], '%LEL')] },
    ['gasAlarmLevel1 RS-01.GD-501'],
  ],
  ['no level 2', { gd: [analog('GD-501', 'gasDetector', [alarm('high', 20)], '%LEL')] }, ['gasAlarmLevel2 RS-01.GD-501']],
  [
    'one detector of two without its alarm',
    { gd: [...whole.gd, analog('GD-502', 'gasDetector', [alarm('high', 20)], '%LEL')] },
    ['gasAlarmLevel2 RS-01.GD-502'],
  ],
  ['no inlet pressure', { inlet: [] }, ['inletPressure']],
  [
    'outlet without an over-pressure alarm',
    { outlet: [analog('PT-301', 'outletPressure', [alarm('low', 1)])] },
    ['outletPressureAlarm RS-01.PT-301'],
  ],
  [
    'a run without protection',
    { runs: [...whole.runs, analog('ZT-2', 'regulatorTravel', [], '%').replace('name: p', 'name: p, unitOf: B')] },
    ['overPressureProtection B'],
  ],
  ['no power watched', { power: [] }, ['powerSupply']],
])('%s', (_name, parts, expected) => {
  expect(gaps(plantOf(parts))).toEqual(expected);
});

test('what a tank of liquefied gas must have is asked of that type only', () => {
  expect(gaps(plantOf({}, 'lpg'))).toEqual(['tankPressure', 'tankLevel']);
  expect(gaps(plantOf({ runs: [], inlet: [], outlet: [] }, 'district'))).toEqual(['outletPressure']);
});

async function rig() {
  const opened = await openHazards();
  onTestFinished(async () => {
    await opened.close();
    opened.remove();
  });
  const { store, clock } = opened;
  const run = (plant: Plant) => new CoverageAudits({ plant, pack, hazards: store, clock }).run();
  return { ...opened, run };
}

const without = plantOf({ power: [] });
const withAll = plantOf({});

test('[HZ1] [HZ15] what is missing opens one hazard however often it is looked at; there again it is proposed, missing again it goes back', async () => {
  const { store, run, journal } = await rig();
  expect(await run(without)).toMatchObject({ opened: 1, proposed: 0, gaps: [{ stationId: 'RS-01', requirementId: 'powerSupply' }] });
  expect(await run(without)).toMatchObject({ opened: 0, proposed: 0 });
  const [hazard] = store.openOnes();
  expect(hazard).toMatchObject({
    state: 'reported',
    finding: {
      source: 'audit',
      proposedGrade: 'ordinary',
      link: { kind: 'audit', requirementId: 'powerSupply', clause: '企业缺省要求（无条款）' },
    },
  });
  const { id } = hazard ?? { id: '' };
  await store.act(id, null, confirmOf('ordinary'), li);
  await store.act(id, null, { kind: 'plan', settled: allFive, reason: null }, li);
  expect(await run(withAll)).toMatchObject({ opened: 0, proposed: 1, gaps: [] });
  expect(await run(withAll)).toMatchObject({ proposed: 0 });
  expect(await store.find(id)).toMatchObject({ state: 'submitted', proposal: { from: 'planned' } });
  await run(without);
  expect(await store.find(id)).toMatchObject({ state: 'planned', proposal: null });
  await run(withAll);
  await store.act(id, null, { kind: 'accept', comment: '现场已有' }, li);
  await store.act(id, null, { kind: 'close', comment: null }, li);
  expect(await run(withAll)).toMatchObject({ opened: 0, proposed: 0 });
  await run(without);
  expect(await store.find(id)).toMatchObject({ state: 'reopened', reopenings: 1 });
  expect((await journal()).filter(({ kind }) => kind === 'hazard.report')).toHaveLength(1);
});

test('[HZ15] a proposal that a person refused is not made again every hour', async () => {
  const { store, run } = await rig();
  await run(without);
  const { id } = store.openOnes()[0] ?? { id: '' };
  await store.act(id, null, confirmOf('ordinary'), li);
  expect(await run(withAll)).toMatchObject({ proposed: 1 });
  await store.act(id, null, { kind: 'refuse', reason: '未接线' }, li);
  expect(await run(withAll)).toMatchObject({ proposed: 0 });
  expect(await store.find(id)).toMatchObject({ state: 'confirmed', isProposalRefused: true });
});

test('a rejected one is not opened again, and work that a person has submitted is left to the person who accepts', async () => {
  const { store, run } = await rig();
  await run(without);
  const [hazard] = store.openOnes();
  await store.act(hazard?.id ?? '', null, { kind: 'reject', reason: '由市电监测' }, li);
  expect(await run(without)).toMatchObject({ opened: 0 });
  expect(store.openOnes()).toEqual([]);

  const other = plantOf({ inlet: [] });
  await run(other);
  const { id } = store.openOnes()[0] ?? { id: '' };
  for (const step of [confirmOf('ordinary'), { kind: 'plan' as const, settled: allFive, reason: null }, { kind: 'start' as const }])
    await store.act(id, null, step, li);
  await store.act(id, null, { kind: 'submit', result: '已装' }, wang);
  await run(other);
  expect(await store.find(id)).toMatchObject({ state: 'submitted', submission: { by: wang } });
});
