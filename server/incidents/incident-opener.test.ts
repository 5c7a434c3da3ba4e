// Incidents that open by themselves, from alarms as the collector delivers them, over a real database, through kills and restarts.

import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { noCasualties } from '../../domain/incidents/incident.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { refuseRows } from '../../test/harness/broken-database.ts';
import { verifyChain } from '../journal/journal.ts';
import { occurrence, openRig, type RigOptions, raised, rigPlant, startMs } from './incident-rig.ts';

type Rig = Awaited<ReturnType<typeof openRig>>;
const wang = { username: 'duty', displayName: '王敏' };
const li = { username: 'supervisor', displayName: '李强' };

async function rigFor(options: RigOptions = {}): Promise<Rig> {
  const rig = await openRig(options);
  onTestFinished(() => rig.remove());
  return rig;
}
const open = (rig: Rig): readonly IncidentRecord[] => rig.incidents?.store.unsettled() ?? [];
const alarmsOf = (record: IncidentRecord | undefined) => record?.alarms.map((alarm) => [alarm.alarmId, alarm.isTrigger]);
const actionId = () => crypto.randomUUID();

test('a confirmed gas alarm opens a leak, right behind its alarm in the journal; its detection is the first detector’s', async () => {
  const rig = await rigFor();
  await rig.deliver([raised('RS-01.GD-501.highHigh', 1, startMs - 20_000, { value: 63 })]);
  await rig.settle();
  expect(open(rig)).toEqual([]);
  await rig.deliver([raised('RS-01.gasConfirmed', 2, startMs - 1_000)]);
  await rig.settle();
  const [incident] = open(rig);
  expect(open(rig)).toHaveLength(1);
  expect(incident).toMatchObject({
    number: 'I-2026-0001',
    kind: 'leak',
    rule: 'confirmedGas',
    openedBy: null,
    stationIds: ['RS-01'],
    state: 'opened',
    detectedAtMs: startMs - 20_000,
    openedAtMs: startMs,
  });
  expect(alarmsOf(incident)).toEqual([
    ['RS-01.GD-501.highHigh', true],
    ['RS-01.gasConfirmed', true],
  ]);
  expect(incident?.plan.items.map((item) => item.id)).toEqual(['cordon', 'closeInlet', 'tellNeighbours']);
  const kinds = (await rig.journal()).map((entry) => entry.kind);
  expect(kinds).toEqual(['alarm.raise', 'alarm.raise', 'incident.open']);
  await rig.stop();
});

test('what rises later at the station joins; what is not of that weight does not; another station opens its own', async () => {
  const rig = await rigFor();
  await rig.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
  await rig.deliver([raised('RS-01.GD-502.highHigh', 2, startMs + 1_000), raised('RS-01.PT-101.high', 3, startMs + 2_000)]);
  await rig.deliver([raised('RS-02.gasConfirmed', 4, startMs + 3_000)]);
  await rig.settle();
  expect(open(rig).map((record) => record.stationIds)).toEqual([['RS-01'], ['RS-02']]);
  expect(alarmsOf(open(rig)[0])).toEqual([
    ['RS-01.gasConfirmed', true],
    ['RS-01.GD-502.highHigh', false],
  ]);
  expect(open(rig).map((record) => record.number)).toEqual(['I-2026-0001', 'I-2026-0002']);
  await rig.stop();
});

test('the vote that comes and goes in one burst stays one incident', async () => {
  const rig = await rigFor();
  for (let index = 1; index <= 5; index += 1) {
    await rig.deliver([raised('RS-01.gasConfirmed', index, startMs + index * 1_000)]);
    await rig.deliver([
      {
        kind: 'clear',
        alarmId: 'RS-01.gasConfirmed',
        occurrenceId: occurrence(index),
        atMs: startMs + index * 1_000 + 500,
        value: 1,
        quality: 0,
      },
    ]);
  }
  await rig.settle();
  expect(open(rig)).toHaveLength(1);
  expect(open(rig)[0]?.alarms).toHaveLength(5);
  await rig.stop();
});

test('two points that fall fast within a minute are a line break: at one station, or at two that a pipeline joins', async () => {
  const falling = (id: string, number: number, atMs: number) => raised(id, number, atMs, { measured: -3 });
  const cases: readonly { readonly of: readonly Parameters<typeof falling>[]; readonly stations: readonly string[] | null }[] = [
    {
      of: [
        ['GS-01.PT-101.rateOfChange', 1, 0],
        ['GS-01.PT-301.rateOfChange', 2, 50_000],
      ],
      stations: ['GS-01'],
    },
    {
      of: [
        ['GS-01.PT-101.rateOfChange', 1, 0],
        ['RS-01.PT-101.rateOfChange', 2, 50_000],
      ],
      stations: ['GS-01', 'RS-01'],
    },
    {
      of: [
        ['RS-01.PT-101.rateOfChange', 1, 30_000],
        ['GS-01.PT-301.rateOfChange', 2, 0],
      ],
      stations: ['GS-01', 'RS-01'],
    },
    {
      of: [
        ['GS-01.PT-101.rateOfChange', 1, 0],
        ['GS-01.PT-301.rateOfChange', 2, 70_000],
      ],
      stations: null,
    },
    {
      of: [
        ['GS-01.PT-101.rateOfChange', 1, 0],
        ['RS-02.PT-101.rateOfChange', 2, 5_000],
      ],
      stations: null,
    },
    {
      of: [
        ['GS-01.PT-101.rateOfChange', 1, 0],
        ['GS-01.PT-101.rateOfChange', 2, 5_000],
      ],
      stations: null,
    },
  ];
  for (const { of, stations } of cases) {
    const rig = await rigFor();
    for (const [id, number, atMs] of of) await rig.deliver([falling(id, number, startMs + atMs)]);
    await rig.settle();
    expect([of, open(rig)[0]?.stationIds ?? null]).toEqual([of, stations]);
    if (stations !== null) expect(open(rig)[0]).toMatchObject({ kind: 'lineBreak', rule: 'lineBreak', detectedAtMs: startMs });
    await rig.stop();
  }
});

test('a rate of change that goes up, or whose way is not known, breaks no line', async () => {
  const rig = await rigFor();
  await rig.deliver([raised('GS-01.PT-301.rateOfChange', 1, startMs, { measured: 5 })]);
  await rig.deliver([raised('GS-01.PT-101.rateOfChange', 2, startMs + 1_000, { measured: -5 })]);
  await rig.deliver([raised('RS-01.PT-301.rateOfChange', 3, startMs + 2_000)]);
  await rig.settle();
  expect(open(rig)).toEqual([]);
  await rig.stop();
});

test('the neighbour that falls after the line break was opened joins it, and its station with it', async () => {
  const rig = await rigFor();
  await rig.deliver([
    raised('GS-01.PT-101.rateOfChange', 1, startMs),
    raised('GS-01.PT-301.rateOfChange', 2, startMs + 1_000, { measured: -2 }),
  ]);
  await rig.deliver([raised('RS-01.PT-101.rateOfChange', 3, startMs + 9_000)]);
  await rig.deliver([raised('RS-01.gasConfirmed', 4, startMs + 20_000)]);
  await rig.settle();
  expect(open(rig)).toHaveLength(1);
  expect(open(rig)[0]).toMatchObject({ stationIds: ['GS-01', 'RS-01'] });
  expect(open(rig)[0]?.alarms).toHaveLength(4);
  await rig.stop();
});

test('killed between the alarm’s commit and the opening: it is opened at the next start, once', async () => {
  const first = await rigFor();
  await first.deliver([raised('GS-01.PT-101.rateOfChange', 1, startMs)]);
  await first.stop();
  const dying = await openRig({ folder: first.folder, withIncidents: false, firstSequence: first.sequence });
  await dying.deliver([raised('RS-01.gasConfirmed', 2, startMs + 5_000)]);
  // Its companion rose before the kill.
  await dying.deliver([raised('GS-01.PT-301.rateOfChange', 3, startMs + 6_000, { measured: -4 })]);
  await dying.kill();
  for (let start = 1; start <= 3; start += 1) {
    const rig = await openRig({ folder: first.folder, clock: new ManualClock(startMs + start * 60_000) });
    expect(open(rig).map((record) => [record.kind, record.stationIds.join(), record.alarms.length])).toEqual([
      ['leak', 'RS-01', 1],
      ['lineBreak', 'GS-01', 2],
    ]);
    expect((await rig.journal()).filter((entry) => entry.kind === 'incident.open')).toHaveLength(2);
    await (start === 2 ? rig.kill() : rig.stop());
  }
});

test('alarms from before there were incidents open none', async () => {
  const old = await rigFor({ withIncidents: false });
  await old.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
  await old.stop();
  const rig = await openRig({ folder: old.folder, firstSequence: old.sequence });
  expect(open(rig)).toEqual([]);
  await rig.deliver([raised('RS-02.gasConfirmed', 2, startMs)]);
  await rig.settle();
  expect(open(rig)).toHaveLength(1);
  await rig.stop();
});

test('a test, an alarm out of service and one under work open none; back in service and still true, it does', async () => {
  let isTest = true;
  const rig = await rigFor({
    circumstances: {
      maintenanceOf: (definition) => (definition.id.startsWith('GS-01.') ? 'm1' : null),
      isTestAt: () => isTest,
    },
  });
  await rig.deliver([raised('RS-01.gasConfirmed', 1, startMs), raised('GS-01.gasConfirmed', 9, startMs)]);
  expect(rig.alarms.find('GS-01.gasConfirmed')?.record.isConditionTrue).toBe(true);
  await rig.settle();
  expect(open(rig)).toEqual([]);
  isTest = false;
  const version = rig.alarms.find('RS-02.gasConfirmed')?.record.version ?? 0;
  const actor = { kind: 'person' as const, username: 'supervisor', displayName: '李强' };
  await rig.alarms.act('RS-02.gasConfirmed', version, actor, {
    kind: 'removeFromService',
    atMs: startMs,
    by: 'supervisor',
    approvedBy: 'engineer',
    permit: 'W-1',
    compensatingMeasure: '人工检测',
    untilMs: startMs + 3_600_000,
  });
  await rig.deliver([raised('RS-02.gasConfirmed', 2, startMs + 1_000)]);
  await rig.settle();
  expect(open(rig)).toEqual([]);
  const now = rig.alarms.find('RS-02.gasConfirmed')?.record.version ?? 0;
  await rig.alarms.act('RS-02.gasConfirmed', now, actor, {
    kind: 'returnToService',
    atMs: startMs + 5_000,
    by: 'supervisor',
    comment: null,
  });
  await rig.settle();
  expect(open(rig)).toHaveLength(1);
  expect(open(rig)[0]).toMatchObject({ stationIds: ['RS-02'], detectedAtMs: startMs });
  await rig.stop();
});

test('after restoration a new leak is a new incident; an alarm of a closed one that is announced again is not', async () => {
  const rig = await rigFor();
  const store = rig.incidents?.store;
  await rig.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
  await rig.settle();
  const [first] = open(rig);
  await store?.act(first?.id ?? '', { kind: 'restore', actionId: actionId() }, wang);
  await rig.deliver([
    { kind: 'clear', alarmId: 'RS-01.gasConfirmed', occurrenceId: occurrence(1), atMs: startMs + 1_000, value: 1, quality: 0 },
    raised('RS-01.gasConfirmed', 2, startMs + 60_000),
  ]);
  await rig.settle();
  expect(open(rig)).toHaveLength(2);
  const second = open(rig)[1];
  const cancelled = await store?.act(
    second?.id ?? '',
    { kind: 'cancel', actionId: actionId(), version: second?.version ?? 0, outcome: 'falseAlarm', reason: '探测器中毒' },
    li,
  );
  expect(cancelled?.kind).toBe('done');
  const actor = { kind: 'person' as const, username: 'supervisor', displayName: '李强' };
  const act = async (event: Parameters<typeof rig.alarms.act>[3]) =>
    rig.alarms.act('RS-01.gasConfirmed', rig.alarms.find('RS-01.gasConfirmed')?.record.version ?? 0, actor, event);
  await act({ kind: 'acknowledge', atMs: startMs, by: 'supervisor', comment: 'x' });
  await act({ kind: 'reannounce', atMs: startMs });
  await rig.settle();
  expect(open(rig)).toHaveLength(1);
  await rig.stop();
});

test('a drill takes no alarm of the plant: a real leak during it is an incident of its own', async () => {
  const rig = await rigFor();
  const station = rigPlant.stations[1];
  if (station === undefined) throw new Error('no station');
  await rig.incidents?.store.openByHand(
    { actionId: actionId(), stationId: 'RS-01', incidentKind: 'leak', isDrill: true, scenario: '调压箱泄漏', station, alarm: null },
    wang,
  );
  await rig.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
  await rig.settle();
  expect(open(rig).map((record) => [record.number, record.isDrill, record.alarms.length])).toEqual([
    ['X-2026-0001', true, 0],
    ['I-2026-0001', false, 1],
  ]);
  const lines = (await rig.journal()).filter((entry) => entry.kind === 'incident.open');
  expect(lines.map((entry) => entry.detail.isDrill)).toEqual([true, false]);
  await rig.stop();
});

test('opened by hand, the incident takes the confirmed alarm; the same alarm opens no second one by hand', async () => {
  const rig = await rigFor();
  const station = rigPlant.stations[1];
  if (station === undefined) throw new Error('no station');
  const request = { stationId: 'RS-01', incidentKind: 'leak' as const, casualties: noCasualties, station };
  await rig.incidents?.store.openByHand({ ...request, actionId: actionId(), alarm: null }, wang);
  await rig.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
  await rig.settle();
  expect(open(rig)).toHaveLength(1);
  expect(alarmsOf(open(rig)[0])).toEqual([['RS-01.gasConfirmed', true]]);
  const linked = open(rig)[0]?.alarms[0] ?? null;
  const again = await rig.incidents?.store.openByHand({ ...request, actionId: actionId(), alarm: linked }, li);
  expect(again).toMatchObject({ kind: 'alarmHasIncident', record: { number: 'I-2026-0001' } });
  await rig.stop();
});

test('a database that refuses for a while delays the opening and loses nothing', async () => {
  const rig = await rigFor();
  const allow = await refuseRows(rig.database, 'INSERT', 'incident');
  await rig.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
  await rig.settle();
  await rig.settle();
  expect(open(rig)).toEqual([]);
  expect((await rig.journal()).map((entry) => entry.kind)).toEqual(['alarm.raise']);
  await allow();
  await expect
    .poll(async () => {
      rig.clock.advance(1_000);
      await rig.settle();
      return open(rig).length;
    })
    .toBe(1);
  expect(await verifyChain(rig.database)).toMatchObject({ kind: 'intact' });
  await rig.stop();
});

test('a flood of 10,000 alarms opens one incident for each station that is confirmed', async () => {
  const rig = await rigFor();
  const stations = ['GS-01', 'RS-01', 'RS-02'];
  const kinds = ['gasConfirmed', 'GD-501.highHigh', 'GD-502.highHigh', 'PT-101.high'];
  for (let start = 0; start < 10_000; start += 1_000) {
    await rig.deliver(
      Array.from({ length: 1_000 }, (_, index) => {
        const number = start + index + 1;
        return raised(`${stations[number % 3]}.${kinds[Math.floor(number / 3) % 4]}`, number, startMs + number);
      }),
    );
  }
  await rig.settle();
  expect(open(rig)).toHaveLength(3);
  const rows = await rig.database.selectFrom('incident_alarm').selectAll().execute();
  expect(rows).toHaveLength(7_501);
  await rig.stop();
});

test('people and groups are told of the opening once, also after a kill before they were told', async () => {
  let isNotifierDown = true;
  const told: string[] = [];
  const folderRig = await rigFor({
    notifier: async (orders) => {
      if (isNotifierDown) throw new Error('not now');
      told.push(...orders.map((order) => order.key));
    },
  });
  await folderRig.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
  await folderRig.settle();
  const [incident] = open(folderRig);
  const opening = ['duty', 'supervisor', 'team', '*'].map((name) => `incident/${incident?.id}/opened/${name}`);
  isNotifierDown = false;
  await expect
    .poll(() => {
      folderRig.clock.advance(2_000);
      return told.length;
    })
    .toBe(4);
  expect(told).toEqual(opening);
  await folderRig.kill();
  const rig = await openRig({ folder: folderRig.folder, clock: folderRig.clock });
  await expect.poll(() => rig.orders.map((order) => order.key)).toEqual(opening);
  expect(rig.orders[0]).toMatchObject({
    username: 'duty',
    urgency: 'critical',
    mayNotWait: true,
    title: { zh: '站 RS-01 燃气泄漏 I-2026-0001', en: 'Gas leak at Station RS-01 I-2026-0001' },
    text: { zh: '燃气泄漏确认；请接警。' },
  });
  await rig.stop();
});

test('a report that is not made in time is written down once, and told', async () => {
  const rig = await rigFor();
  await rig.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
  await rig.settle();
  const [incident] = open(rig);
  const overdue = async () => (await rig.journal()).filter((entry) => entry.kind === 'incident.overdue');
  rig.clock.advance(4 * 60_000);
  await rig.settle();
  expect(await overdue()).toEqual([]);
  for (let step = 0; step < 40; step += 1) {
    rig.clock.advance(2_000);
    await rig.settle();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await overdue()).map((entry) => (entry.detail.event as { dutyId: string }).dutyId)).toEqual(['headOfUnit']);
  await expect.poll(() => rig.orders.map((order) => order.key)).toContain(`incident/${incident?.id}/overdue-headOfUnit/supervisor`);
  expect(rig.orders.some((order) => order.key.endsWith('overdue-headOfUnit/team'))).toBe(false);
  await rig.stop();
});

type Move = { readonly kind: 'vote' | 'detector' | 'fall' | 'clear' | 'kill' | 'blind'; readonly station: number };

test('[IN18] whenever it is killed, every confirmed leak is in exactly one incident, as without a kill', async () => {
  const anyMove: fc.Arbitrary<Move> = fc.record({
    kind: fc.constantFrom('vote', 'vote', 'detector', 'fall', 'clear', 'kill', 'blind'),
    station: fc.nat({ max: 2 }),
  });
  const ids = ['GS-01', 'RS-01', 'RS-02'];
  async function play(moves: readonly Move[], withKills: boolean): Promise<string[]> {
    const clock = new ManualClock(startMs);
    let rig = await openRig({ clock });
    try {
      for (const [index, { kind, station }] of moves.entries()) {
        clock.advance(7_000);
        const id = ids[station] ?? '';
        if (kind === 'vote') await rig.deliver([raised(`${id}.gasConfirmed`, index + 1, clock.nowMs())]);
        if (kind === 'detector') await rig.deliver([raised(`${id}.GD-501.highHigh`, index + 1, clock.nowMs())]);
        if (kind === 'fall') await rig.deliver([raised(`${id}.PT-101.rateOfChange`, index + 1, clock.nowMs())]);
        if (kind === 'clear') {
          const record = rig.alarms.find(`${id}.gasConfirmed`)?.record;
          if (record?.isConditionTrue === true)
            await rig.deliver([
              {
                kind: 'clear',
                alarmId: `${id}.gasConfirmed`,
                occurrenceId: record.occurrenceId ?? '',
                atMs: clock.nowMs(),
                value: 1,
                quality: 0,
              },
            ]);
        }
        if (withKills && kind === 'kill') {
          await rig.settle();
          await rig.kill();
          rig = await openRig({ folder: rig.folder, clock, firstSequence: rig.sequence });
        }
        if (withKills && kind === 'blind') {
          await rig.settle();
          await rig.kill();
          // The server dies each time before it comes to incidents.
          rig = await openRig({ folder: rig.folder, clock, firstSequence: rig.sequence, withIncidents: false });
          await rig.deliver([raised(`${id}.gasConfirmed`, 1_000 + index, clock.nowMs())]);
          await rig.kill();
          rig = await openRig({ folder: rig.folder, clock, firstSequence: rig.sequence });
        }
        if (!withKills && kind === 'blind') await rig.deliver([raised(`${id}.gasConfirmed`, 1_000 + index, clock.nowMs())]);
      }
      await rig.settle();
      const rows = await rig.database.selectFrom('incident_alarm').selectAll().execute();
      const votes = (await rig.journal()).filter((entry) => entry.kind === 'alarm.raise' && entry.alarmId?.endsWith('gasConfirmed'));
      const linked = new Set(rows.map((row) => row.occurrence_id));
      for (const vote of votes) expect(linked.has(vote.occurrenceId ?? '')).toBe(true);
      expect(await verifyChain(rig.database)).toMatchObject({ kind: 'intact' });
      return open(rig)
        .map(
          (record) =>
            `${record.kind} ${record.stationIds.join()} ${record.alarms
              .map((alarm) => alarm.occurrenceId.slice(-4))
              .sort()
              .join()}`,
        )
        .sort();
    } finally {
      await rig.stop();
      rig.remove();
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.array(anyMove, { minLength: 3, maxLength: 14 }), async (moves) => {
      expect(await play(moves, true)).toEqual(await play(moves, false));
    }),
    { numRuns: 12 },
  );
}, 120_000);
