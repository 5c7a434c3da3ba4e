// Several phones and a desk act on one incident over a real database: at once, twice, late, out of order. The journal alone rebuilds what came of it.
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { incidentStates } from '../../domain/incidents/incident.ts';
import type { ClosingAction, IncidentAction } from '../../domain/incidents/incident-action.ts';
import { retellIncident } from '../../domain/incidents/retell.ts';
import { verifyChain } from '../journal/journal.ts';
import { openRig, raised, rigPlant, startMs } from './incident-rig.ts';

const people = [
  { username: 'duty', displayName: '王敏' },
  { username: 'team', displayName: '赵刚' },
  { username: 'supervisor', displayName: '李强' },
] as const;

async function withLeak() {
  const rig = await openRig();
  onTestFinished(async () => {
    await rig.stop();
    rig.remove();
  });
  await rig.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
  await rig.settle();
  const store = rig.incidents?.store;
  const [incident] = store?.unsettled() ?? [];
  if (store === undefined || incident === undefined) throw new Error('nothing was opened');
  return { rig, store, id: incident.id };
}

test('an action that is sent again, even at the same moment, has its effect once and the same answer', async () => {
  const { store, id, rig } = await withLeak();
  const action: IncidentAction = { kind: 'acknowledge', actionId: crypto.randomUUID(), comment: '收到' };
  const answers = await Promise.all(Array.from({ length: 20 }, () => store.act(id, action, people[1])));
  expect(answers.map((answer) => answer.kind === 'done' && answer.isRepeated).filter((repeated) => !repeated)).toHaveLength(1);
  expect((await store.events(id)).filter(({ event }) => event.kind === 'acknowledge')).toHaveLength(1);
  expect((await rig.journal()).filter((entry) => entry.kind === 'incident.acknowledge')).toHaveLength(1);
});

test('an action id belongs to one action of one person on one incident', async () => {
  const { store, id, rig } = await withLeak();
  const action: IncidentAction = { kind: 'acknowledge', actionId: crypto.randomUUID() };
  await store.act(id, action, people[1]);
  expect(await store.act(id, action, people[0])).toEqual({ kind: 'reusedActionId' });
  await rig.deliver([raised('RS-02.gasConfirmed', 2, startMs)]);
  await rig.settle();
  const other = store.unsettled().find((record) => record.id !== id);
  expect(await store.act(other?.id ?? '', action, people[1])).toEqual({ kind: 'reusedActionId' });
});

test('with the version that was seen, the slower of two people is told who was quicker; without it his action is taken where it fits', async () => {
  const { store, id } = await withLeak();
  const version = store.held(id)?.version ?? 0;
  const [first, second] = await Promise.all([
    store.act(id, { kind: 'control', actionId: crypto.randomUUID(), version }, people[1]),
    store.act(id, { kind: 'relapse', actionId: crypto.randomUUID(), version, reason: 'x' }, people[0]),
  ]);
  expect(first).toMatchObject({ kind: 'done', isRepeated: false });
  expect(second).toMatchObject({ kind: 'conflict', record: { changedBy: people[1], state: 'controlled' } });
  expect(await store.act(id, { kind: 'relapse', actionId: crypto.randomUUID(), reason: 'x' }, people[0])).toMatchObject({
    kind: 'done',
    event: { kind: 'relapse' },
  });
});

test('opened by hand twice with one action id, it is one incident', async () => {
  const { store } = await withLeak();
  const station = rigPlant.stations[2];
  if (station === undefined) throw new Error('no station');
  const request = {
    actionId: crypto.randomUUID(),
    stationId: 'RS-02',
    incidentKind: 'fire' as const,
    atMs: startMs - 90_000,
    detectedAtMs: startMs - 300_000,
    station,
    alarm: null,
  };
  const answers = await Promise.all([store.openByHand(request, people[0]), store.openByHand(request, people[0])]);
  expect(answers.map((answer) => answer.kind === 'done' && answer.isRepeated)).toEqual([false, true]);
  expect(store.unsettled()).toHaveLength(2);
  expect(answers[0]).toMatchObject({
    record: {
      detectedAtMs: startMs - 300_000,
      openedAtMs: startMs - 90_000,
      kind: 'fire',
      windowEndsMs: startMs - 300_000 + 7 * 86_400_000,
    },
  });
});

const anyAction: fc.Arbitrary<{ who: number; minutes: number; action: IncidentAction | ClosingAction }> = fc
  .record({
    who: fc.nat({ max: 2 }),
    minutes: fc.nat({ max: 50 }),
    kind: fc.constantFrom(
      'acknowledge',
      'onTheWay',
      'arrive',
      'control',
      'restore',
      'relapse',
      'note',
      'tick',
      'assess',
      'reported',
      'dispatch',
      'review',
      'close',
      'saveReport',
    ),
    number: fc.nat({ max: 3 }),
  })
  .map(({ who, minutes, kind, number }) => {
    const common = { actionId: crypto.randomUUID(), atMs: startMs + minutes * 60_000 };
    const more = {
      acknowledge: {},
      onTheWay: { position: { latitude: 30 + number, longitude: 104, accuracyM: 12 } },
      arrive: {},
      control: {},
      restore: {},
      relapse: { reason: '复燃' },
      note: { text: `说明 ${number}` },
      tick: { itemId: ['closeInlet', 'cordon'][number % 2], result: ['done', 'open'][number % 2] },
      assess: { casualties: { dead: 0, injured: number, missing: 0, evacuated: 10 } },
      reported: { dutyId: ['headOfUnit', 'authority'][number % 2], toWhom: '值班领导', channel: '电话', reportVersion: null },
      dispatch: { people: ['team', '消防队'].slice(number % 2) },
      review: { version: number, review: { cause: 'x', wentWell: '', improvements: '', hazards: [], scores: null } },
      close: { version: number, missingReason: 'x' },
      saveReport: {
        basedOn: number === 0 ? null : number,
        language: 'zh',
        fields: { unit: `${number}`, timeAndPlace: '', course: '', casualtiesAndLoss: '', measures: '', other: '' },
      },
    }[kind];
    return { who, minutes, action: { kind, ...common, ...more } as IncidentAction | ClosingAction };
  });

test('[IN19] whatever comes, in whatever order, each action is in the journal once and the journal rebuilds the record', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction, { minLength: 1, maxLength: 25 }), fc.integer(), async (actions, seed) => {
      const rig = await openRig();
      try {
        await rig.deliver([raised('RS-01.gasConfirmed', 1, startMs)]);
        await rig.settle();
        rig.clock.advance(60 * 60_000);
        const store = rig.incidents?.store;
        const id = store?.unsettled()[0]?.id ?? '';
        const sent = [...actions, ...actions]
          .map((each, index) => ({ each, key: Math.sin(seed + index * 7.7) }))
          .sort((a, b) => a.key - b.key);
        const answers = await Promise.all(
          sent.map(({ each }) =>
            store?.act(id, each.action, people[each.who] ?? people[0], (name) => ({ username: null, displayName: name })),
          ),
        );
        const taken = new Set<string>();
        answers.forEach((answer, index) => {
          const actionId = sent[index]?.each.action.actionId ?? '';
          if (answer?.kind !== 'done') return;
          expect(answer.isRepeated).toBe(taken.has(actionId));
          taken.add(actionId);
        });
        const journal = await rig.journal();
        const ids = journal.flatMap((entry) => {
          const event = entry.detail.event as { actionId?: string | null } | undefined;
          return entry.kind.startsWith('incident.') && event?.actionId != null ? [event.actionId] : [];
        });
        expect(ids.sort()).toEqual([...taken].sort());
        const retold = retellIncident(journal, id);
        expect(retold?.record).toEqual(await store?.find(id));
        for (const entry of journal.filter((each) => each.kind.startsWith('incident.') && each.detail.from !== null)) {
          const isBack = incidentStates.indexOf(entry.detail.to as never) < incidentStates.indexOf(entry.detail.from as never);
          expect([entry.kind, isBack && entry.kind !== 'incident.relapse']).toEqual([entry.kind, false]);
        }
        expect(await verifyChain(rig.database)).toMatchObject({ kind: 'intact' });
      } finally {
        await rig.stop();
        rig.remove();
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);
