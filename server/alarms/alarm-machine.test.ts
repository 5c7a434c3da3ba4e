// The lifecycle: every one of the 9 × 13 cells, every rule of RULES.md by name, and what must hold for any run of events.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AlarmEvent, type AlarmState, alarmEvents, alarmStates, annunciationOf } from '../../domain/alarms/alarm-state.ts';
import { applyEvent, type LifecycleEvent, type LifecycleRules, type Refusal, recordAfter } from './alarm-machine.ts';
import { type AlarmRecord, newAlarmRecord, stateOf } from './alarm-record.ts';

const atMs = Date.UTC(2026, 0, 1);
const minuteMs = 60_000;
const usual: LifecycleRules = { priority: 'medium', class: 'process' };

const raise: LifecycleEvent = { kind: 'raise', atMs, occurrenceId: 'o1', value: 1, isTest: false, isLatching: false };
const raiseLatching: LifecycleEvent = { ...raise, isLatching: true };
const events: Readonly<Record<AlarmEvent, LifecycleEvent>> = {
  raise: { kind: 'raise', atMs, occurrenceId: 'o2', value: 2, isTest: false, isLatching: false },
  clear: { kind: 'clear', atMs, occurrenceId: 'o1' },
  acknowledge: { kind: 'acknowledge', atMs, by: 'duty', comment: null },
  reset: { kind: 'reset', atMs, by: 'duty', comment: null },
  shelve: { kind: 'shelve', atMs, by: 'duty', reason: 'work', untilMs: atMs + 30 * minuteMs, approvedBy: null },
  unshelve: { kind: 'unshelve', atMs, by: 'duty', comment: null },
  suppress: { kind: 'suppress', atMs, cause: { kind: 'alarm', alarmId: 'p2' } },
  unsuppress: { kind: 'unsuppress', atMs, cause: 'alarm' },
  removeFromService: {
    kind: 'removeFromService',
    atMs,
    by: 'duty',
    approvedBy: 'boss',
    permit: 'W-1',
    compensatingMeasure: 'patrol',
    untilMs: atMs + minuteMs,
  },
  returnToService: { kind: 'returnToService', atMs, by: 'duty', comment: null },
  escalate: { kind: 'escalate', atMs },
  reannounce: { kind: 'reannounce', atMs },
  comment: { kind: 'comment', atMs, by: 'duty', comment: 'noted' },
};

const suppressedByLoss: LifecycleEvent = { kind: 'suppress', atMs, cause: { kind: 'alarm', alarmId: 'p1' } };

function madeBy(rules: LifecycleRules, ...list: LifecycleEvent[]): AlarmRecord {
  return list.reduce((record, event) => {
    const transition = applyEvent(record, event, rules);
    if (transition.kind !== 'changed') throw new Error(`${event.kind}: ${JSON.stringify(transition)}`);
    return transition.record;
  }, newAlarmRecord('RS-01.PT-101.high'));
}

const recordIn: Readonly<Record<AlarmState, AlarmRecord>> = {
  normal: newAlarmRecord('RS-01.PT-101.high'),
  unacknowledged: madeBy(usual, raise),
  acknowledged: madeBy(usual, raise, events.acknowledge),
  returnedUnacknowledged: madeBy(usual, raise, events.clear),
  latchedUnacknowledged: madeBy(usual, raiseLatching, events.clear),
  latchedAcknowledged: madeBy(usual, raiseLatching, events.acknowledge, events.clear),
  shelved: madeBy(usual, raise, events.shelve),
  suppressed: madeBy(usual, raise, suppressedByLoss),
  outOfService: madeBy(usual, raise, events.removeFromService),
};

/** Next state, `=` for no change, or `!` and the refusal; in the order of `alarmStates`. */
const table: Readonly<Record<AlarmEvent, readonly (AlarmState | '=' | `!${Refusal}`)[]>> = {
  raise: [
    'unacknowledged',
    'unacknowledged',
    'unacknowledged',
    'unacknowledged',
    'unacknowledged',
    'unacknowledged',
    'shelved',
    'suppressed',
    'outOfService',
  ],
  clear: ['=', 'returnedUnacknowledged', 'normal', '=', '=', '=', 'shelved', 'suppressed', 'outOfService'],
  acknowledge: [
    '!nothingToAcknowledge',
    'acknowledged',
    '!nothingToAcknowledge',
    'normal',
    'latchedAcknowledged',
    '!nothingToAcknowledge',
    '!notAnnunciated',
    '!notAnnunciated',
    '!notAnnunciated',
  ],
  reset: [
    '!notLatched',
    '!notLatched',
    '!notLatched',
    '!notLatched',
    '!acknowledgeFirst',
    'normal',
    '!notAnnunciated',
    '!notAnnunciated',
    '!notAnnunciated',
  ],
  shelve: ['shelved', 'shelved', 'shelved', 'shelved', 'shelved', 'shelved', '!alreadyShelved', 'shelved', '!isOutOfService'],
  unshelve: [
    '!notShelved',
    '!notShelved',
    '!notShelved',
    '!notShelved',
    '!notShelved',
    '!notShelved',
    'unacknowledged',
    '!notShelved',
    '!notShelved',
  ],
  suppress: ['suppressed', 'suppressed', 'suppressed', 'suppressed', 'suppressed', 'suppressed', 'shelved', 'suppressed', 'outOfService'],
  unsuppress: ['=', '=', '=', '=', '=', '=', '=', 'unacknowledged', '='],
  removeFromService: [
    'outOfService',
    'outOfService',
    'outOfService',
    'outOfService',
    'outOfService',
    'outOfService',
    'outOfService',
    'outOfService',
    '!isOutOfService',
  ],
  returnToService: [
    '!notOutOfService',
    '!notOutOfService',
    '!notOutOfService',
    '!notOutOfService',
    '!notOutOfService',
    '!notOutOfService',
    '!notOutOfService',
    '!notOutOfService',
    'unacknowledged',
  ],
  escalate: [
    '!nothingToAcknowledge',
    'unacknowledged',
    '!nothingToAcknowledge',
    'returnedUnacknowledged',
    'latchedUnacknowledged',
    '!nothingToAcknowledge',
    '!nothingToAcknowledge',
    '!nothingToAcknowledge',
    '!nothingToAcknowledge',
  ],
  reannounce: [
    '!notAcknowledged',
    '!notAcknowledged',
    'unacknowledged',
    '!notAcknowledged',
    '!notAcknowledged',
    'latchedUnacknowledged',
    '!notAnnunciated',
    '!notAnnunciated',
    '!notAnnunciated',
  ],
  comment: [...alarmStates],
};

describe('the table', () => {
  test('starts from records that are in the states they are named after', () => {
    for (const state of alarmStates) expect(stateOf(recordIn[state])).toBe(state);
  });

  const cells = alarmStates.flatMap((state, column) => alarmEvents.map((event) => [state, event, table[event][column] ?? '='] as const));
  test('has 117 cells', () => expect(cells).toHaveLength(117));

  test.each(cells)('%s + %s → %s', (state, event, expected) => {
    const before = recordIn[state];
    const transition = applyEvent(before, events[event], usual);
    if (expected === '=') expect(transition).toEqual({ kind: 'unchanged' });
    else if (expected.startsWith('!')) expect(transition).toEqual({ kind: 'refused', reason: expected.slice(1) });
    else {
      if (transition.kind !== 'changed') throw new Error(JSON.stringify(transition));
      expect(stateOf(transition.record)).toBe(expected);
      expect(transition.record.version).toBe(before.version + 1);
      expect(transition.record.changedAtMs).toBe(atMs);
    }
  });
});

const maintenanceBegins: LifecycleEvent = { kind: 'suppress', atMs, cause: { kind: 'maintenance', maintenanceId: 'm1' } };
const maintenanceEnds: LifecycleEvent = { kind: 'unsuppress', atMs, cause: 'maintenance' };
const critical: LifecycleRules = { ...usual, priority: 'critical' };
const safety: LifecycleRules = { ...usual, class: 'safety' };
const outcome = (record: AlarmRecord, event: LifecycleEvent, rules: LifecycleRules = usual) => {
  const transition = applyEvent(record, event, rules);
  return transition.kind === 'refused' ? transition.reason : transition.kind === 'changed' ? stateOf(transition.record) : 'unchanged';
};
const shelve = (minutes: number, approvedBy: string | null = null): LifecycleEvent => ({
  kind: 'shelve',
  atMs,
  by: 'duty',
  reason: 'work',
  untilMs: atMs + minutes * minuteMs,
  approvedBy,
});

describe('the rules', () => {
  test('[AL1] a condition true again is a new, unacknowledged occurrence even after the one before was acknowledged', () => {
    const again = madeBy(usual, raise, events.acknowledge, events.clear, events.raise);
    expect(again).toMatchObject({ occurrenceId: 'o2', isAcknowledged: false, acknowledgedBy: null, raiseCount: 1 });
    expect(madeBy(usual, raise, events.clear, events.raise).raiseCount).toBe(2);
  });
  test('[AL2] the same occurrence stated again changes nothing', () => {
    expect(applyEvent(recordIn.acknowledged, raise, usual)).toEqual({ kind: 'unchanged' });
  });
  test('[AL3] a condition that ends leaves what the operator owes', () => {
    expect(outcome(recordIn.unacknowledged, events.clear)).toBe('returnedUnacknowledged');
    expect(outcome(recordIn.acknowledged, events.clear)).toBe('normal');
    expect(stateOf(madeBy(usual, raiseLatching, events.acknowledge, events.clear))).toBe('latchedAcknowledged');
  });
  test('[AL4] a clear of another occurrence changes nothing', () => {
    expect(applyEvent(recordIn.unacknowledged, { kind: 'clear', atMs, occurrenceId: 'old' }, usual)).toEqual({ kind: 'unchanged' });
  });
  test('[AL5] an acknowledgement names a person; with nothing to acknowledge it is refused', () => {
    expect(recordIn.acknowledged).toMatchObject({ acknowledgedBy: 'duty', acknowledgedAtMs: atMs, occurrenceId: 'o1' });
    expect(outcome(recordIn.normal, events.acknowledge)).toBe('nothingToAcknowledge');
  });
  test('[AL6] a critical alarm wants a comment', () => {
    expect(outcome(madeBy(critical, raise), events.acknowledge, critical)).toBe('commentRequired');
    expect(outcome(madeBy(critical, raise), { kind: 'acknowledge', atMs, by: 'duty', comment: 'on my way' }, critical)).toBe(
      'acknowledged',
    );
  });
  test('[AL7] what does not annunciate is not acknowledged', () => {
    for (const state of ['shelved', 'suppressed', 'outOfService'] as const) {
      expect(annunciationOf[state]).toBe('none');
      expect(outcome(recordIn[state], events.acknowledge)).toBe('notAnnunciated');
    }
  });
  test('[AL8] a latch is reset only when false and acknowledged', () => {
    expect(outcome(madeBy(usual, raiseLatching, events.acknowledge), events.reset)).toBe('conditionStillTrue');
    expect(outcome(recordIn.latchedUnacknowledged, events.reset)).toBe('acknowledgeFirst');
    expect(outcome(recordIn.latchedAcknowledged, events.reset)).toBe('normal');
  });
  test('[AL9] a safety alarm is never shelved', () => {
    expect(outcome(madeBy(safety, raise), shelve(10, 'boss'), safety)).toBe('safetyCannotBeShelved');
  });
  test('[AL10] shelving ends: critical and high within 1 h, others within 8 h, never in the past', () => {
    const high: LifecycleRules = { ...usual, priority: 'high' };
    expect(outcome(recordIn.normal, shelve(61, 'boss'), high)).toBe('tooLong');
    expect(outcome(recordIn.normal, shelve(60, 'boss'), high)).toBe('shelved');
    expect(outcome(recordIn.normal, shelve(481))).toBe('tooLong');
    expect(outcome(recordIn.normal, shelve(480))).toBe('shelved');
    expect(outcome(recordIn.normal, shelve(0))).toBe('endsInThePast');
  });
  test('[AL11] a second person for critical and high', () => {
    expect(outcome(recordIn.normal, shelve(10), critical)).toBe('approverRequired');
    expect(outcome(recordIn.normal, shelve(10, 'duty'), critical)).toBe('approverMustBeAnother');
    expect(outcome(recordIn.normal, shelve(10, 'boss'), critical)).toBe('shelved');
  });
  test('[AL12] unshelved with the condition true, it is announced again', () => {
    const shelvedAcknowledged = madeBy(usual, raise, events.acknowledge, events.shelve);
    expect(outcome(shelvedAcknowledged, events.unshelve)).toBe('unacknowledged');
    expect(outcome(madeBy(usual, events.shelve), events.unshelve)).toBe('normal');
  });
  test('[AL13] suppression comes and goes with its cause and keeps what is owed', () => {
    expect(outcome(recordIn.suppressed, suppressedByLoss)).toBe('unchanged');
    expect(stateOf(madeBy(usual, raise, events.acknowledge, events.suppress, events.unsuppress))).toBe('acknowledged');
    expect(stateOf(madeBy(usual, raise, events.suppress, events.clear, events.unsuppress))).toBe('returnedUnacknowledged');
    for (const [first, second] of [
      [events.unsuppress, maintenanceEnds],
      [maintenanceEnds, events.unsuppress],
    ] as const) {
      const both = madeBy(usual, raise, suppressedByLoss, maintenanceBegins);
      expect(both.suppressedBy).toEqual([
        { kind: 'alarm', alarmId: 'p1' },
        { kind: 'maintenance', maintenanceId: 'm1' },
      ]);
      expect(outcome(both, first)).toBe('suppressed');
      expect(stateOf(recordAfter(recordAfter(both, first), second))).toBe('unacknowledged');
    }
    // Another lost device takes the place of the first: one unsuppress ends it, as there is one unsuppress for it.
    expect(madeBy(usual, raise, suppressedByLoss, events.suppress).suppressedBy).toEqual([{ kind: 'alarm', alarmId: 'p2' }]);
  });
  test('[AL14] out of service ends shelving and keeps permit, measure, end and approver', () => {
    const out = madeBy(usual, raise, events.shelve, events.removeFromService);
    expect(out).toMatchObject({
      shelved: null,
      outOfService: { permit: 'W-1', compensatingMeasure: 'patrol', approvedBy: 'boss', untilMs: atMs + minuteMs },
    });
    const alone: LifecycleEvent = { ...events.removeFromService, approvedBy: 'duty' } as LifecycleEvent;
    expect(outcome(recordIn.normal, alone)).toBe('approverMustBeAnother');
    const removal = (minutes: number) => ({ ...events.removeFromService, untilMs: atMs + minutes * minuteMs }) as LifecycleEvent;
    expect(outcome(recordIn.normal, removal(7 * 24 * 60))).toBe('outOfService');
    expect(outcome(recordIn.normal, removal(7 * 24 * 60 + 1))).toBe('tooLong');
    expect(outcome(recordIn.normal, removal(0))).toBe('endsInThePast');
  });
  test('[AL15] back in service with the condition true, it is announced again', () => {
    expect(outcome(madeBy(usual, raise, events.acknowledge, events.removeFromService), events.returnToService)).toBe('unacknowledged');
    expect(outcome(madeBy(usual, events.removeFromService), events.returnToService)).toBe('normal');
  });
  test('[AL16] only what waits escalates', () => {
    expect(madeBy(usual, raise, events.escalate, events.escalate).escalations).toBe(2);
    expect(outcome(recordIn.acknowledged, events.escalate)).toBe('nothingToAcknowledge');
  });
  test('[AL17] only what was acknowledged and is still active or latched is announced again', () => {
    expect(outcome(recordIn.acknowledged, events.reannounce)).toBe('unacknowledged');
    expect(outcome(recordIn.unacknowledged, events.reannounce)).toBe('notAcknowledged');
  });
  test('[AL21] it is announced when it begins to ask, not again while it asks; its escalation begins anew', () => {
    const at = (minutes: number, event: LifecycleEvent): LifecycleEvent => ({ ...event, atMs: atMs + minutes * minuteMs });
    const chattering = madeBy(usual, raise, at(1, events.escalate), at(2, events.clear), at(3, events.raise));
    expect(chattering).toMatchObject({ announcedAtMs: atMs, escalations: 1, occurrenceId: 'o2' });
    const again = madeBy(usual, raise, at(1, events.escalate), at(2, events.acknowledge), at(30, events.reannounce));
    expect(again).toMatchObject({ announcedAtMs: atMs + 30 * minuteMs, escalations: 0 });
    expect(madeBy(usual, events.shelve, at(1, raise)).announcedAtMs).toBeNull();
    expect(madeBy(usual, events.shelve, at(1, raise), at(9, events.unshelve)).announcedAtMs).toBe(atMs + 9 * minuteMs);
    expect(madeBy(usual, raise, at(1, suppressedByLoss), at(2, events.unsuppress)).announcedAtMs).toBe(atMs + 2 * minuteMs);
  });
  test('[AL22] maintenance never suppresses a safety alarm; a lost device that explains it may', () => {
    expect(outcome(recordIn.normal, maintenanceBegins, safety)).toBe('safetyCannotBeSuppressed');
    expect(outcome(recordIn.unacknowledged, maintenanceBegins, safety)).toBe('safetyCannotBeSuppressed');
    expect(outcome(recordIn.unacknowledged, maintenanceBegins, usual)).toBe('suppressed');
    expect(outcome(recordIn.unacknowledged, suppressedByLoss, safety)).toBe('suppressed');
  });
  test('[AL23] maintenance over: what is true is owed again, also where something else still hides it; what is not, is not', () => {
    expect(stateOf(madeBy(usual, raise, events.acknowledge, maintenanceBegins, maintenanceEnds))).toBe('unacknowledged');
    expect(stateOf(madeBy(usual, raise, events.acknowledge, maintenanceBegins, events.clear, maintenanceEnds))).toBe('normal');
    const inBoth = madeBy(usual, raise, events.acknowledge, suppressedByLoss, maintenanceBegins, maintenanceEnds);
    expect(stateOf(inBoth)).toBe('suppressed');
    expect(outcome(inBoth, events.unsuppress)).toBe('unacknowledged');
    const shelvedToo = madeBy(usual, raise, events.acknowledge, maintenanceBegins, events.shelve, maintenanceEnds);
    expect(stateOf(shelvedToo)).toBe('shelved');
    expect(outcome(shelvedToo, events.unshelve)).toBe('unacknowledged');
  });
  test('[AL26] a test occurrence stays a test when it clears and when it is acknowledged, until the alarm rises again', () => {
    const test = madeBy(usual, { ...raise, isTest: true } as LifecycleEvent);
    for (const event of [events.clear, events.acknowledge, events.shelve, events.comment])
      expect(applyEvent(test, event, usual)).toMatchObject({ record: { isTest: true } });
    expect(applyEvent(test, events.raise, usual)).toMatchObject({ record: { isTest: false } });
  });
  test('[AL18] a comment changes nothing but the comment', () => {
    for (const state of alarmStates) {
      const transition = applyEvent(recordIn[state], events.comment, usual);
      if (transition.kind !== 'changed') throw new Error(state);
      expect(transition.record).toEqual({
        ...recordIn[state],
        comment: 'noted',
        version: recordIn[state].version + 1,
        changedWhat: 'comment',
        changedBy: 'duty',
        changedAtMs: atMs,
      });
    }
  });
});

const anyEvent: fc.Arbitrary<LifecycleEvent> = fc.oneof(
  fc.record({
    kind: fc.constant('raise' as const),
    atMs: fc.constant(atMs),
    occurrenceId: fc.constantFrom('o1', 'o2', 'o3'),
    value: fc.constant(1),
    isTest: fc.boolean(),
    isLatching: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('clear' as const), atMs: fc.constant(atMs), occurrenceId: fc.constantFrom('o1', 'o2', 'o3') }),
  fc.constantFrom(...alarmEvents.filter((kind) => kind !== 'raise' && kind !== 'clear').map((kind) => events[kind])),
  fc.constantFrom(maintenanceBegins, maintenanceEnds),
);
const anyRules: fc.Arbitrary<LifecycleRules> = fc.record({
  priority: fc.constantFrom('critical', 'high', 'medium', 'low'),
  class: fc.constantFrom('safety', 'process', 'equipment'),
});

test('[AL19] after any run of events, an active alarm that nobody set aside or acknowledged is visible; versions rise by one; nothing else moves', () => {
  fc.assert(
    fc.property(anyRules, fc.array(anyEvent, { maxLength: 60 }), (rules, list) => {
      let record = newAlarmRecord('a');
      /** What the plant last said of the condition, by a model of two lines. */
      let isTrue = false;
      let occurrence = '';
      for (const event of list) {
        if (event.kind === 'raise') {
          isTrue = true;
          occurrence = event.occurrenceId;
        }
        if (event.kind === 'clear' && event.occurrenceId === occurrence) isTrue = false;
        const transition = applyEvent(record, event, rules);
        if (transition.kind === 'changed') {
          expect(transition.record.version).toBe(record.version + 1);
          record = transition.record;
        }
        expect(record.isConditionTrue).toBe(isTrue);
        const isAside = record.shelved !== null || record.suppressedBy.length > 0 || record.outOfService !== null;
        if (isTrue && !isAside && !record.isAcknowledged) expect(annunciationOf[stateOf(record)]).toBe('soundAndFlash');
        if (rules.class === 'safety') {
          expect(record.shelved).toBeNull();
          expect(record.suppressedBy.some((cause) => cause.kind === 'maintenance')).toBe(false);
        }
        expect(new Set(record.suppressedBy.map((cause) => cause.kind)).size).toBe(record.suppressedBy.length);
        // Nobody owes an acknowledgement for something that never happened.
        if (record.occurrenceId === null) expect(record.isAcknowledged).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('every rule of RULES.md is cited by a test, and every citation is a rule', () => {
  const folder = path.dirname(new URL(import.meta.url).pathname);
  const rules = [...readFileSync(path.join(folder, 'RULES.md'), 'utf8').matchAll(/^- \*\*(AL\d+)\*\*/gm)].map((match) => match[1]);
  const cited = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/test\('\[(AL\d+)\]/g)].map((match) => match[1]));
  expect(rules.length).toBeGreaterThan(0);
  expect([...new Set(cited)].sort()).toEqual([...rules].sort());
});
