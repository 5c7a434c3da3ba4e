// The pull feed of a real server: complete, in order, waiting for the next line, and only what the person may see.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FeedView } from '../../../domain/api/northbound-api.ts';
import { twoGateStations } from '../../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../../test/harness/small-server.ts';

const plant = twoGateStations([
  '{ tag: PT-101, name: P, unit: MPa, range: { min: 0, max: 1 }, register: { table: holding, address: 0, type: float32 }, alarms: [{ kind: high, setpoint: 0.5, priority: medium }] }',
]);
let small: SmallServer;
beforeAll(async () => {
  small = await startSmallServer(plant);
});
afterAll(() => small.stop());

const feed = async (query: string, person = 'auditor') => (await small.ask(person, 'GET', `/api/feed?${query}`)).body as FeedView;

test('page by page it is the whole journal, in order, and says where to go on', async () => {
  for (let index = 0; index < 6; index += 1) await small.raise('GS-01.PT-101.high');
  const seen: number[] = [];
  let page = await feed('after=0&limit=4');
  while (page.events.length > 0) {
    seen.push(...page.events.map((event) => event.sequence));
    page = await feed(`after=${page.next}&limit=4`);
  }
  expect(page.next).toBe(page.head);
  expect(seen).toEqual(Array.from({ length: page.head }, (_, index) => index + 1));
});

test('kinds that are not asked for are passed over, not asked for again', async () => {
  const all = await feed('limit=5000');
  const some = await feed('limit=5000&kinds=alarm.raise');
  expect(some.next).toBe(all.next);
  expect(some.events.length).toBeGreaterThan(0);
  expect(some.events.every((event) => event.kind === 'alarm.raise')).toBe(true);
});

test('with wait it answers when something happens, not before', async () => {
  const { head } = await feed('limit=1');
  const answer = feed(`after=${head}&wait=20`);
  const occurrenceId = await small.raise('GS-02.PT-101.high');
  expect((await answer).events).toEqual([expect.objectContaining({ kind: 'alarm.raise', occurrenceId, sequence: head + 1 })]);
});

test('a person limited to stations gets the lines of those stations only', async () => {
  await small.addPerson({ username: 'north', role: 'operator', stationIds: ['GS-02'] });
  const { events } = await feed('limit=5000', 'north');
  expect(events.length).toBeGreaterThan(0);
  expect(new Set(events.map((event) => event.stationId))).toEqual(new Set(['GS-02']));
});
