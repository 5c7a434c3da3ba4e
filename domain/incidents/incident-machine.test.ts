import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IncidentEvent, type IncidentRecord, type IncidentState, incidentStates, milestones, noCasualties } from './incident.ts';
import type { ClosingAction, IncidentAction } from './incident-action.ts';
import { boundedTime, type Decision, decide, missingItems } from './incident-machine.ts';
import { evolve, isOpenDuty, isSettled, openRecord, replay, stateSince, takesAlarms } from './incident-record.ts';

const minuteMs = 60_000;
const detectedAtMs = Date.UTC(2026, 5, 1, 2);
const openedAtMs = detectedAtMs + minuteMs;
const at = (minutes: number) => openedAtMs + minutes * minuteMs;
const wang = { username: 'wang', displayName: '王敏' };
const zhao = { username: 'zhao', displayName: '赵刚' };
const li = { username: 'li', displayName: '李强' };

let ids = 0;
function actionId(): string {
  ids += 1;
  return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
}
type Action = IncidentAction | ClosingAction;
// biome-ignore lint/suspicious/noExplicitAny: a test action is one of the union by its kind
const act = (kind: Action['kind'], more: Record<string, any> = {}): Action => ({ kind, actionId: actionId(), ...more }) as Action;

const text = { zh: '关闭进站阀', en: 'Close the inlet valve' };
type OpenEvent = Extract<IncidentEvent, { kind: 'open' }>;
const alarm = (occurrenceId: string) => ({
  alarmId: 'RS-01.gasConfirmed',
  occurrenceId,
  stationId: 'RS-01',
  atMs: detectedAtMs,
  value: 55,
  priority: 'critical' as const,
  message: { zh: '燃气泄漏', en: 'Gas leak' },
});
const opening = (more: Partial<OpenEvent> = {}): OpenEvent => ({
  kind: 'open',
  atMs: openedAtMs,
  receivedAtMs: openedAtMs,
  statedAtMs: null,
  by: wang,
  actionId: actionId(),
  position: null,
  number: 'I-2026-0001',
  stationIds: ['RS-01'],
  incidentKind: 'leak',
  isDrill: false,
  scenario: null,
  description: null,
  detectedAtMs,
  casualties: noCasualties,
  rule: null,
  alarms: [alarm('o1')],
  plan: {
    planIds: ['regulating'],
    revised: null,
    items: [
      { id: 'closeInlet', role: 'emergencyTeam', text, targetMinutes: 15, isRequired: true },
      { id: 'tellNeighbours', role: 'duty', text, targetMinutes: null, isRequired: false },
    ],
    contacts: [],
    hydrants: [],
    valves: [],
    access: [],
  },
  reporting: {
    headOfUnitDueMs: at(5),
    authorityDueMs: at(60),
    casualtyUpdateWithinMs: 60 * minuteMs,
    windowEndsMs: detectedAtMs + 30 * 24 * 60 * minuteMs,
    fireWindowEndsMs: detectedAtMs + 7 * 24 * 60 * minuteMs,
  },
  ...more,
});
const opened = (more: Partial<OpenEvent> = {}): IncidentRecord => openRecord('i1', opening(more));

const ask = (record: IncidentRecord, action: Action, minutes = 10, by = zhao): Decision =>
  decide(record, action, {
    receivedAtMs: at(minutes),
    by,
    whoIs: (name) => ({ username: name === 'zhao' ? 'zhao' : null, displayName: name }),
  });
const eventOf = (decision: Decision): IncidentEvent => {
  if (decision.kind === 'refused') throw new Error(decision.reason);
  return decision.event;
};
/** The record after these actions, a minute apart, each of which must have been taken. */
function recordAfter(record: IncidentRecord, ...actions: readonly Action[]): IncidentRecord {
  return actions.reduce((sum, action, index) => evolve(sum, eventOf(ask(sum, action, index + 1, index % 2 === 0 ? wang : zhao))), record);
}

const review = { cause: '法兰垫片老化', wentWell: '', improvements: '', hazards: [], scores: null };
const told = (dutyId: string) => act('reported', { dutyId, toWhom: '应急管理局', channel: '电话', reportVersion: null });
const steps = [act('acknowledge'), act('dispatch', { people: ['zhao'] }), act('arrive'), act('control'), act('restore')];
const readyToClose = (record: IncidentRecord) =>
  recordAfter(
    record,
    ...steps,
    told('headOfUnit'),
    told('authority'),
    act('tick', { itemId: 'closeInlet', result: 'done' }),
    act('review', { version: 1, review }),
  );
const close = act('close', { version: 1 });

const recordIn: Readonly<Record<IncidentState, IncidentRecord>> = {
  opened: opened(),
  acknowledged: recordAfter(opened(), ...steps.slice(0, 1)),
  dispatched: recordAfter(opened(), ...steps.slice(0, 2)),
  onSite: recordAfter(opened(), ...steps.slice(0, 3)),
  controlled: recordAfter(opened(), ...steps.slice(0, 4)),
  restored: recordAfter(opened(), ...steps),
  closed: recordAfter(readyToClose(opened()), close),
};
const outcomeOf = (record: IncidentRecord, action: Action): string => {
  const decision = ask(record, action, 30, li);
  if (decision.kind === 'refused') return `!${decision.reason}`;
  if (decision.event.kind === 'late') return `~${decision.event.because}`;
  return evolve(record, decision.event).state;
};

/** State after the action; `~` kept as late, `!` refused; in the order of the states. */
const table: Readonly<Record<Action['kind'], readonly string[]>> = {
  acknowledge: ['acknowledged', '~alreadyDone', '~alreadyDone', '~alreadyDone', '~alreadyDone', '~alreadyDone', '~closed'],
  dispatch: ['dispatched', 'dispatched', '~alreadyDone', '~alreadyDone', '~alreadyDone', '~alreadyDone', '~closed'],
  onTheWay: ['dispatched', 'dispatched', 'dispatched', 'onSite', 'controlled', 'restored', '~closed'],
  arrive: ['onSite', 'onSite', 'onSite', 'onSite', 'controlled', 'restored', '~closed'],
  leave: ['opened', 'acknowledged', 'dispatched', 'onSite', 'controlled', 'restored', 'closed'],
  control: ['controlled', 'controlled', 'controlled', 'controlled', '~alreadyDone', '~alreadyDone', '~closed'],
  restore: ['restored', 'restored', 'restored', 'restored', 'restored', '~alreadyDone', '~closed'],
  relapse: ['~notControlled', '~notControlled', '~notControlled', '~notControlled', 'onSite', 'onSite', '~closed'],
  note: [...incidentStates],
  locate: ['opened', 'acknowledged', 'dispatched', 'onSite', 'controlled', 'restored', '!isClosed'],
  tick: ['opened', 'acknowledged', 'dispatched', 'onSite', 'controlled', 'restored', '~closed'],
  assess: [...incidentStates],
  saveReport: [...incidentStates],
  reported: [...incidentStates],
  waive: ['opened', 'acknowledged', 'dispatched', 'onSite', 'controlled', 'restored', '~alreadyDone'],
  review: ['opened', 'acknowledged', 'dispatched', 'onSite', 'controlled', 'restored', '!isClosed'],
  close: ['!notRestored', '!notRestored', '!notRestored', '!notRestored', '!notRestored', '!reviewMissing', '~closed'],
  cancel: ['closed', 'closed', 'closed', 'closed', 'closed', 'closed', '~closed'],
};
const fields = { unit: 'u', timeAndPlace: 't', course: 'c', casualtiesAndLoss: 'l', measures: 'm', other: '' };
const example: Readonly<Record<Action['kind'], Action>> = {
  acknowledge: act('acknowledge'),
  dispatch: act('dispatch', { people: [] }),
  onTheWay: act('onTheWay'),
  arrive: act('arrive'),
  leave: act('leave'),
  control: act('control'),
  restore: act('restore'),
  relapse: act('relapse', { reason: '复燃' }),
  note: act('note', { text: '已设警戒' }),
  locate: act('locate', { position: { latitude: 30, longitude: 104, accuracyM: 10 } }),
  tick: act('tick', { itemId: 'tellNeighbours', result: 'done' }),
  assess: act('assess', { casualties: { ...noCasualties, injured: 1 } }),
  saveReport: act('saveReport', { basedOn: null, language: 'zh', fields }),
  reported: told('authority'),
  waive: act('waive', { version: 1, dutyId: 'authority', reason: '未达事故等级' }),
  review: act('review', { version: 1, review }),
  close,
  cancel: act('cancel', { version: 1, outcome: 'falseAlarm', reason: '探测器故障' }),
};

describe('the table', () => {
  test('starts from records that are in the states they are named after', () => {
    for (const state of incidentStates) expect(recordIn[state].state).toBe(state);
  });
  const kinds = Object.keys(table) as Action['kind'][];
  const cells = incidentStates.flatMap((state, column) => kinds.map((kind) => [state, kind, table[kind][column] ?? ''] as const));
  test('has 126 cells', () => expect(cells).toHaveLength(126));
  test.each(cells)('%s + %s → %s', (state, kind, expected) => expect(outcomeOf(recordIn[state], example[kind])).toBe(expected));
});

describe('the rules', () => {
  test('[IN1] the state is the furthest step that somebody has reported', () => {
    expect(outcomeOf(opened(), act('control'))).toBe('controlled');
    expect(outcomeOf(recordIn.controlled, act('arrive'))).toBe('controlled');
  });
  test('[IN2] the first report of a step is kept, the second is written down with who was earlier', () => {
    const record = evolve(opened(), eventOf(ask(opened(), act('acknowledge'), 2, wang)));
    const second = eventOf(ask(record, act('acknowledge', { comment: '我也收到' }), 3, li));
    expect(second).toMatchObject({ kind: 'late', because: 'alreadyDone', earlier: { by: wang, atMs: at(2) }, by: li, comment: '我也收到' });
    const next = evolve(record, second);
    expect(next.milestones.acknowledged).toEqual({ atMs: at(2), receivedAtMs: at(2), by: wang });
    expect(next.length).toBe(record.length + 1);
  });
  test('[IN3] a step reported after a later one is filled in with its own time; one that nobody reported has none', () => {
    const ahead = evolve(opened(), eventOf(ask(opened(), act('arrive'), 8, zhao)));
    expect(ahead.milestones).toMatchObject({ acknowledged: null, dispatched: null, onSite: { atMs: at(8) } });
    const filled = evolve(ahead, eventOf(ask(ahead, act('acknowledge', { atMs: at(2) }), 9, wang)));
    expect(filled.state).toBe('onSite');
    expect(filled.milestones.acknowledged).toEqual({ atMs: at(2), receivedAtMs: at(9), by: wang });
  });
  test('[IN4] the first on the way dispatches, the first who arrives is on site; who follows changes the team only', () => {
    const first = recordAfter(opened(), act('acknowledge'), act('onTheWay'), act('note', { text: 'x' }), act('arrive'));
    expect(first).toMatchObject({ state: 'onSite', milestones: { dispatched: { by: zhao }, onSite: { by: zhao } } });
    const second = evolve(first, eventOf(ask(first, act('onTheWay'), 9, li)));
    expect(second.milestones).toEqual(first.milestones);
    expect(second.version).toBe(first.version);
    expect(second.team.map((member) => [member.displayName, member.state])).toEqual([
      ['赵刚', 'onSite'],
      ['李强', 'onTheWay'],
    ]);
  });
  test('[IN5] an older report of whereabouts does not move a person back', () => {
    const there = evolve(opened(), eventOf(ask(opened(), act('arrive', { atMs: at(20) }), 20, zhao)));
    const stale = eventOf(ask(there, act('onTheWay', { atMs: at(5) }), 21, zhao));
    const filled = evolve(there, stale);
    expect(filled.team).toEqual(there.team);
    expect(filled.milestones.dispatched?.atMs).toBe(at(5));
    expect(eventOf(ask(filled, act('onTheWay', { atMs: at(6) }), 22, zhao))).toMatchObject({ kind: 'late', because: 'overtaken' });
    const told = evolve(opened(), eventOf(ask(opened(), act('arrive', { person: '消防队' }), 4, wang)));
    expect(told.team).toMatchObject([{ username: null, displayName: '消防队', state: 'onSite' }]);
    expect(told.milestones.onSite?.by).toEqual(wang);
    const other = evolve(told, eventOf(ask(told, act('leave', { person: '消防队' }), 9, li)));
    expect(other.team).toMatchObject([{ displayName: '消防队', state: 'left' }]);
  });
  test('[IN6] a relapse takes back control and restoration; what was said before and comes after is late', () => {
    const relapsed = evolve(recordIn.restored, eventOf(ask(recordIn.restored, act('relapse', { reason: '浓度回升' }), 20, zhao)));
    expect(relapsed).toMatchObject({ state: 'onSite', milestones: { controlled: null, restored: null } });
    expect(stateSince(relapsed)).toBe(at(20));
    expect(eventOf(ask(relapsed, act('control', { atMs: at(19) }), 21))).toMatchObject({ kind: 'late', because: 'beforeRelapse' });
    expect(outcomeOf(relapsed, act('control', { atMs: at(22) }))).toBe('controlled');
  });
  test('[IN7] a stated time is held between detection and receipt, and kept as it was stated', () => {
    expect(boundedTime(null, 100, 50)).toBe(100);
    expect(boundedTime(70, 100, 50)).toBe(70);
    expect(boundedTime(170, 100, 50)).toBe(100);
    expect(boundedTime(7, 100, 50)).toBe(50);
    expect(boundedTime(Number.NaN, 100, 50)).toBe(100);
    expect(eventOf(ask(opened(), act('acknowledge', { atMs: 5 }), 3))).toMatchObject({
      atMs: detectedAtMs,
      statedAtMs: 5,
      receivedAtMs: at(3),
    });
  });
  test('[IN8] whatever no longer fits is kept and moves nothing', () => {
    for (const kind of [
      'acknowledge',
      'dispatch',
      'onTheWay',
      'arrive',
      'control',
      'restore',
      'relapse',
      'tick',
      'cancel',
      'close',
    ] as const) {
      const event = eventOf(ask(recordIn.closed, example[kind], 40, li));
      expect(event).toMatchObject({ kind: 'late', attempted: kind, because: 'closed', earlier: { by: recordIn.closed.closed?.by } });
      const { length, ...rest } = evolve(recordIn.closed, event);
      expect({ ...rest, length: length - 1 }).toEqual(recordIn.closed);
    }
  });
  test('[IN9] closing asks for restoration, review, reports and a reason for open items', () => {
    expect(outcomeOf(recordIn.restored, close)).toBe('!reviewMissing');
    const reviewed = recordAfter(recordIn.restored, act('review', { version: 1, review }));
    expect(ask(reviewed, close)).toEqual({ kind: 'refused', reason: 'reportsOpen', items: ['headOfUnit', 'authority'] });
    const reportedToAll = recordAfter(reviewed, told('headOfUnit'), told('authority'));
    expect(missingItems(reportedToAll)).toEqual(['closeInlet']);
    expect(ask(reportedToAll, close)).toEqual({ kind: 'refused', reason: 'itemsMissing', items: ['closeInlet'] });
    const closed = evolve(reportedToAll, eventOf(ask(reportedToAll, act('close', { version: 1, missingReason: '由消防关阀' }), 20, li)));
    expect(closed.closed).toEqual({ atMs: at(20), by: li, outcome: 'resolved', reason: '由消防关阀', missingItemIds: ['closeInlet'] });
    expect(isSettled(closed)).toBe(true);
  });
  test('[IN10] no false alarm where somebody was hurt; cancelling keeps its reason and ends what is owed', () => {
    const hurt = recordAfter(opened(), act('assess', { casualties: { ...noCasualties, injured: 1 } }));
    expect(outcomeOf(hurt, example.cancel)).toBe('!casualtiesRecorded');
    expect(outcomeOf(hurt, act('cancel', { version: 1, outcome: 'cancelled', reason: '并入另一事件' }))).toBe('closed');
    const cancelled = recordAfter(opened(), example.cancel);
    expect(cancelled.closed).toMatchObject({ outcome: 'falseAlarm', reason: '探测器故障' });
    expect(cancelled.duties.every((duty) => duty.waived?.reason === '探测器故障')).toBe(true);
  });
  test('[IN11] after closing: notes and reports yes, casualties while the window lasts, nothing else', () => {
    expect(outcomeOf(recordIn.closed, act('assess', { incidentKind: 'fire' }))).toBe('!isClosed');
    const late = { receivedAtMs: recordIn.closed.windowEndsMs + 1, by: li, whoIs: () => wang };
    expect(decide(recordIn.closed, example.assess, late)).toEqual({ kind: 'refused', reason: 'windowOver' });
    expect(outcomeOf(recordIn.closed, example.saveReport)).toBe('closed');
  });
  test('[IN12] a change of casualties after the first report is owed in its time; a fire’s window is seven days', () => {
    expect(opened().duties.map((duty) => [duty.id, duty.dueAtMs])).toEqual([
      ['headOfUnit', at(5)],
      ['authority', at(60)],
    ]);
    const injured = (count: number) => act('assess', { casualties: { ...noCasualties, injured: count } });
    expect(recordAfter(opened(), injured(1)).duties).toHaveLength(2);
    const reportedOnce = recordAfter(opened(), told('authority'), injured(1));
    expect(reportedOnce.duties.at(-1)).toMatchObject({ id: 'casualtyUpdate-1', dueAtMs: at(2 + 60), sinceMs: at(2) });
    expect(recordAfter(reportedOnce, injured(2)).duties).toHaveLength(3);
    expect(recordAfter(reportedOnce, told('casualtyUpdate-1'), injured(2)).duties.at(-1)?.id).toBe('casualtyUpdate-2');
    expect(recordAfter(opened(), example.waive, injured(1)).duties.at(-1)?.id).toBe('casualtyUpdate-1');
    expect(recordAfter(opened(), told('authority'), act('assess', { casualties: { ...noCasualties, evacuated: 30 } })).duties).toHaveLength(
      2,
    );
    expect(recordAfter(opened(), act('assess', { incidentKind: 'fire' })).windowEndsMs).toBe(detectedAtMs + 7 * 24 * 60 * minuteMs);
    const closedThenDied = evolve(
      recordIn.closed,
      eventOf(ask(recordIn.closed, act('assess', { casualties: { ...noCasualties, dead: 1 } }), 5_000, li)),
    );
    expect(closedThenDied.state).toBe('closed');
    expect(isSettled(closedThenDied)).toBe(false);
  });
  test('[IN13] a report names to whom and by whom; the first settles the duty', () => {
    const record = recordAfter(opened(), told('headOfUnit'));
    expect(record.duties[0]?.reported).toEqual({ atMs: at(1), by: wang, toWhom: '应急管理局', channel: '电话', reportVersion: null });
    const again = evolve(record, eventOf(ask(record, told('headOfUnit'), 9, li)));
    expect(again.duties).toEqual(record.duties);
    expect(outcomeOf(record, act('waive', { version: 1, dutyId: 'headOfUnit', reason: 'x' }))).toBe('~alreadyDone');
    expect(outcomeOf(record, told('nobody'))).toBe('!unknownDuty');
    expect(
      recordAfter(opened(), example.waive)
        .duties.filter(isOpenDuty)
        .map((duty) => duty.id),
    ).toEqual(['headOfUnit']);
  });
  test('[IN14] a report is written over the newest version only', () => {
    const first = recordAfter(opened(), example.saveReport);
    expect(first.report).toMatchObject({ version: 1, fields, by: wang });
    expect(outcomeOf(first, example.saveReport)).toBe('!reportMoved');
    expect(recordAfter(first, act('saveReport', { basedOn: 1, language: 'zh', fields: { ...fields, course: 'd' } })).report?.version).toBe(
      2,
    );
    expect(outcomeOf(first, act('reported', { dutyId: 'authority', toWhom: 'x', channel: '', reportVersion: 2 }))).toBe(
      '!unknownReportVersion',
    );
  });
  test('[IN15] an item is ticked by a named person once, and can be taken back', () => {
    const ticked = recordAfter(opened(), act('tick', { itemId: 'closeInlet', result: 'done', note: '已关' }));
    expect(ticked.ticks).toEqual({ closeInlet: { result: 'done', atMs: at(1), by: wang, note: '已关' } });
    expect(outcomeOf(ticked, act('tick', { itemId: 'closeInlet', result: 'done' }))).toBe('~alreadyDone');
    expect(recordAfter(ticked, act('tick', { itemId: 'closeInlet', result: 'open' })).ticks).toEqual({});
    expect(outcomeOf(opened(), act('tick', { itemId: 'nothing', result: 'done' }))).toBe('!unknownItem');
  });
  test('[IN16] the version moves with state, assessment, waiver and review, and with nothing else', () => {
    const quiet: IncidentEvent[] = [
      eventOf(ask(opened(), example.note)),
      eventOf(ask(opened(), example.tick)),
      eventOf(ask(opened(), example.locate)),
      eventOf(ask(opened(), example.saveReport)),
      eventOf(ask(opened(), told('headOfUnit'))),
      { ...eventOf(ask(opened(), example.note)), kind: 'alarm', alarm: alarm('o2'), isTrigger: false } as IncidentEvent,
    ];
    for (const event of quiet) expect([event.kind, evolve(opened(), event).version]).toEqual([event.kind, 1]);
    for (const kind of ['acknowledge', 'dispatch', 'arrive', 'control', 'restore', 'assess', 'waive', 'review', 'cancel'] as const) {
      const moved = evolve(opened(), eventOf(ask(opened(), example[kind], 7, li)));
      expect([kind, moved.version, moved.changedBy, moved.changedAtMs]).toEqual([kind, 2, li, at(7)]);
    }
  });
  test('[IN17] a drill takes no alarms and is closed with a scored review', () => {
    const drill = opened({ isDrill: true, scenario: '调压箱泄漏', number: 'X-2026-0001' });
    expect(drill.alarms).toEqual([]);
    expect(takesAlarms(drill)).toBe(false);
    const event = { ...eventOf(ask(drill, example.note)), kind: 'alarm', alarm: alarm('o2'), isTrigger: true } as IncidentEvent;
    expect(evolve(drill, event).alarms).toEqual([]);
    expect(outcomeOf(readyToClose(drill), close)).toBe('!scoresMissing');
    const scored = recordAfter(readyToClose(drill), act('review', { version: 1, review: { ...review, scores: { alerting: 8 } } }));
    expect(outcomeOf(scored, close)).toBe('closed');
    expect(outcomeOf(opened(), act('review', { version: 1, review: { ...review, scores: { alerting: 8 } } }))).toBe('!scoresOfReal');
  });
  test('[IN18] an occurrence is in an incident once; the neighbour’s station joins with its alarm', () => {
    const note = eventOf(ask(opened(), example.note));
    const with2 = evolve(opened(), {
      ...note,
      kind: 'alarm',
      alarm: { ...alarm('o2'), stationId: 'GS-01' },
      isTrigger: true,
    } as IncidentEvent);
    expect(with2.stationIds).toEqual(['RS-01', 'GS-01']);
    expect(evolve(with2, { ...note, kind: 'alarm', alarm: alarm('o2'), isTrigger: true } as IncidentEvent).alarms).toHaveLength(2);
  });
});

interface Press {
  readonly person: typeof wang;
  readonly action: Action;
  readonly saidMinutes: number;
}
const people = [wang, zhao, li];
const anyAction: fc.Arbitrary<Omit<Press, 'saidMinutes'>> = fc
  .tuple(
    fc.constantFrom(...people),
    fc.oneof(
      fc.constantFrom<Action['kind']>('acknowledge', 'onTheWay', 'arrive', 'leave', 'control', 'restore').map((kind) => act(kind)),
      fc.array(fc.constantFrom('zhao', '消防队'), { maxLength: 2 }).map((names) => act('dispatch', { people: names })),
      fc.constant('x').map(() => act('relapse', { reason: '复燃' })),
      fc.constantFrom('done', 'notApplicable', 'open').map((result) => act('tick', { itemId: 'closeInlet', result })),
      fc.nat({ max: 3 }).map((injured) => act('assess', { casualties: { ...noCasualties, injured } })),
      fc.constantFrom('headOfUnit', 'authority', 'casualtyUpdate-1').map((dutyId) => told(dutyId)),
      fc.constant('x').map(() => act('review', { version: 1, review })),
      fc.constant('x').map(() => act('close', { version: 1, missingReason: '无' })),
      fc.constantFrom('falseAlarm', 'cancelled').map((outcome) => act('cancel', { version: 1, outcome, reason: 'x' })),
    ),
  )
  .map(([person, action]) => ({ person, action: { ...action, actionId: actionId() } as Action }));

test('[IN19] whatever several phones send, twice, late or out of order: each is applied once, moves only forward but for a relapse, and replay rebuilds the record', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyAction, fc.nat({ max: 40 })), { minLength: 1, maxLength: 40 }),
      fc.infiniteStream(fc.nat({ max: 1_000 })),
      (said, order) => {
        const presses: Press[] = said.map(([press, minutes]) => ({
          ...press,
          saidMinutes: minutes,
          action: { ...press.action, atMs: at(minutes) } as Action,
        }));
        // Each is sent twice, and the network shuffles them all.
        const sent = [...presses, ...presses].map((press) => ({ press, key: order.next().value as number })).sort((a, b) => a.key - b.key);
        const first = opening();
        const events: IncidentEvent[] = [first];
        let record = openRecord('i1', first);
        const seen = new Set<string>();
        sent.forEach(({ press }, index) => {
          if (seen.has(press.action.actionId)) return;
          const decision = ask(record, press.action, 41 + index, press.person);
          if (decision.kind === 'refused') return;
          seen.add(press.action.actionId);
          const next = evolve(record, decision.event);
          events.push(decision.event);
          expect(next.length).toBe(record.length + 1);
          expect(next.version - record.version === 0 || next.version - record.version === 1).toBe(true);
          const isBack = incidentStates.indexOf(next.state) < incidentStates.indexOf(record.state);
          if (isBack) expect(decision.event.kind).toBe('relapse');
          if (record.closed !== null) expect(next.closed).toEqual(record.closed);
          for (const name of milestones)
            if (record.milestones[name] !== null && decision.event.kind !== 'relapse')
              expect(next.milestones[name]).toEqual(record.milestones[name]);
          expect(decision.event.atMs).toBeGreaterThanOrEqual(detectedAtMs);
          expect(decision.event.atMs).toBeLessThanOrEqual(decision.event.receivedAtMs);
          record = next;
        });
        const ids = events.map((event) => event.actionId);
        expect(new Set(ids).size).toBe(ids.length);
        // What is written as JSON and read again, as the journal does.
        expect(replay('i1', JSON.parse(JSON.stringify(events)))).toEqual(record);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('replay of something that does not begin with an opening gives nothing', () => {
  expect(replay('i1', [])).toBeNull();
  expect(replay('i1', [eventOf(ask(opened(), act('acknowledge')))])).toBeNull();
});

test('every rule of RULES.md is cited by a test, and every citation is a rule', () => {
  const folder = path.dirname(new URL(import.meta.url).pathname);
  const rules = [...readFileSync(path.join(folder, 'RULES.md'), 'utf8').matchAll(/^- \*\*(IN\d+)\*\*/gm)].map((match) => match[1]);
  const cited = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/test\('\[(IN\d+)\]/g)].map((match) => match[1]));
  expect(rules.length).toBeGreaterThan(0);
  expect([...new Set(cited)].sort()).toEqual([...rules].sort());
});
