// Random raises, clears, acknowledgements, shelvings, changes of the roster, power cuts and absences of the server, against a plain model of the rules:
// every due step is ordered exactly once, and none after the acknowledgement.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dutyPerson, EscalationHarness, morningMs, plant, rosterEntry } from './escalation-harness.ts';

const stepMs = 30_000;
/** Few, so that much happens to each. */
const alarms = ['GS-01.PT-1.crit', 'GS-02.PT-1.crit'] as const;
type AlarmName = (typeof alarms)[number];
/** Of the harness's chain, counted in steps of the clock: 1 min, half of 6 min, 5 min. */
const dueSteps = [2, 6, 10];

type Event =
  | { readonly kind: 'wait'; readonly steps: number }
  | { readonly kind: 'raise' | 'clear' | 'acknowledge' | 'shelve' | 'unshelve'; readonly alarm: AlarmName }
  | { readonly kind: 'cut'; readonly where: 'before' | 'after' }
  | { readonly kind: 'restart'; readonly awaySteps: number }
  | { readonly kind: 'roster'; readonly present: readonly string[] };

const alarm = fc.constantFrom(...alarms);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('wait' as const), steps: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('raise' as const), alarm }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('clear' as const, 'acknowledge' as const), alarm }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('shelve' as const, 'unshelve' as const), alarm }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), where: fc.constantFrom('before' as const, 'after' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('restart' as const), awaySteps: fc.integer({ min: 0, max: 14 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('roster' as const), present: fc.subarray(['wang', 'li', 'night-lead', 'boss']) }) },
);

interface ModelAlarm {
  isTrue: boolean;
  isOwed: boolean;
  isShelved: boolean;
  occurrence: string;
  waitSince: number | null;
  taken: number;
  foundNobody: boolean;
}

/** The rules once more, as a table walk over whole steps of the clock. Knows no journal, no database, no promise. */
class Model {
  step = 0;
  present = ['wang', 'li', 'night-lead', 'boss'];
  readonly expected = new Set<string>();
  readonly alarms = new Map<AlarmName, ModelAlarm>(
    alarms.map((name) => [
      name,
      {
        isTrue: false,
        isOwed: false,
        isShelved: false,
        occurrence: '',
        numberInOccurrence: 0,
        waitSince: null,
        taken: 0,
        foundNobody: false,
      },
    ]),
  );

  of(name: AlarmName): ModelAlarm {
    const found = this.alarms.get(name);
    if (found === undefined) throw new Error(name);
    return found;
  }

  raise(name: AlarmName, occurrence: string): void {
    const it = this.of(name);
    Object.assign(it, { isTrue: true, isOwed: true, occurrence });
    if (!it.isShelved && (it.waitSince === null || it.taken === dueSteps.length)) this.#begin(it);
  }

  unshelve(name: AlarmName): void {
    const it = this.of(name);
    it.isShelved = false;
    if (it.isTrue) it.isOwed = true;
    if (it.isOwed) this.#begin(it);
  }

  end(name: AlarmName): void {
    this.of(name).waitSince = null;
  }

  #begin(it: ModelAlarm): void {
    Object.assign(it, { waitSince: this.step, taken: 0, foundNobody: false });
  }

  /** Everything that is due now, where the server is there to take it. */
  take(): void {
    for (const it of this.alarms.values()) {
      while (
        it.waitSince !== null &&
        it.taken < dueSteps.length &&
        (it.foundNobody || this.step - it.waitSince >= (dueSteps[it.taken] ?? 0))
      ) {
        const meant = [['wang'], ['li'], ['night-lead', 'boss']][it.taken] ?? [];
        const told = meant.filter((username) => this.present.includes(username));
        it.taken += 1;
        it.foundNobody = told.length === 0;
        const key = `alarm/${it.occurrence}/${it.taken}@${morningMs + it.waitSince * stepMs}`;
        for (const username of told) this.expected.add(`${key}/${username}`);
        if (it.taken === dueSteps.length) this.expected.add(`${key}/group:`);
      }
    }
  }
}

async function play(events: readonly Event[]): Promise<void> {
  const harness = new EscalationHarness();
  const model = new Model();
  try {
    // 4 stations' worth of people for every shift: the question here is when, not who.
    const everyShift = (username: string, positionId: string) =>
      ['2026-07-02', '2026-07-03', '2026-07-04'].flatMap((date) =>
        ['day', 'evening', 'night'].map((shiftId) => rosterEntry(username, positionId, { date, shiftId })),
      );
    const roster = () => {
      harness.entries = [
        ...(model.present.includes('wang') ? everyShift('wang', 'operator') : []),
        ...(model.present.includes('li') ? [rosterEntry('li', 'lead')] : []),
        ...(model.present.includes('night-lead') ? [rosterEntry('night-lead', 'lead', { shiftId: 'evening' })] : []),
      ];
      harness.people = model.present.map((username) => dutyPerson(username));
    };
    roster();
    await harness.start();
    for (const one of events) {
      switch (one.kind) {
        case 'wait':
          for (let count = 0; count < one.steps; count += 1) {
            await harness.advance(stepMs);
            model.step += 1;
            model.take();
          }
          break;
        case 'raise':
          model.raise(one.alarm, await harness.raise(one.alarm));
          break;
        case 'clear':
          if (model.of(one.alarm).isTrue) await harness.clear(one.alarm);
          model.of(one.alarm).isTrue = false;
          break;
        case 'acknowledge': {
          const result = await harness.acknowledge(one.alarm);
          const it = model.of(one.alarm);
          const isPossible = it.isOwed && !it.isShelved;
          expect(result.kind).toBe(isPossible ? 'done' : 'refused');
          if (isPossible) {
            it.isOwed = false;
            model.end(one.alarm);
          }
          break;
        }
        case 'shelve': {
          if (model.of(one.alarm).isShelved) break;
          const atMs = harness.clock.nowMs();
          await harness.act(one.alarm, { kind: 'shelve', atMs, by: 'wang', reason: 'r', untilMs: atMs + 3_600_000, approvedBy: 'li' });
          model.of(one.alarm).isShelved = true;
          model.end(one.alarm);
          break;
        }
        case 'unshelve':
          if (!model.of(one.alarm).isShelved) break;
          await harness.act(one.alarm, { kind: 'unshelve', atMs: harness.clock.nowMs(), by: 'wang', comment: null });
          model.unshelve(one.alarm);
          break;
        case 'cut': {
          // The next step of any alarm is cut in the middle, the server is gone at once, and comes back.
          harness.notifier.failNext = one.where;
          await harness.advance(stepMs);
          model.step += 1;
          harness.notifier.failNext = null;
          await harness.down();
          await harness.start();
          model.take();
          break;
        }
        case 'restart':
          await harness.down();
          await harness.advance(one.awaySteps * stepMs);
          model.step += one.awaySteps;
          await harness.start();
          model.take();
          break;
        case 'roster':
          model.present = [...one.present];
          roster();
          break;
      }
      expect([...harness.notifier.orders.keys()].toSorted()).toEqual([...model.expected].toSorted());
      for (const name of alarms)
        expect(harness.engine.waitOf(name)?.wait.stepsTaken ?? null).toBe(model.of(name).waitSince === null ? null : model.of(name).taken);
    }
  } finally {
    await harness.end();
  }
}

test('[DU1] [DU2] [DU3] [DU4] [DU5] [DU6] [DU7] [DU9] [DU12] [DU13] [DU14] every due step is ordered exactly once, none after the acknowledgement, whatever happens when', {
  timeout: 120_000,
}, async () => {
  expect(plant.alarms.map((definition) => definition.id)).toEqual(expect.arrayContaining([...alarms]));
  await fc.assert(fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 50, size: 'max' }), play), { numRuns: 40 });
});
