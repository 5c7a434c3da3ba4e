// Watches, checks and the log as stories (RULES.md) on a real database, with a clock that the test moves and randomness with a seed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { DutyFacts } from '../../domain/duty/escalation.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { type Database, openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { leadsToTell } from './duty-facts.ts';
import { DutyNotices } from './duty-notices.ts';
import { dutyPlaceOf } from './duty-place.ts';
import { dutyPerson, morningMs, plant, RecordingNotifier, rosterEntry } from './escalation-harness.ts';
import { WatchChecks } from './watch-checks.ts';
import { WatchLog } from './watch-log.ts';
import { WatchStore } from './watch-store.ts';

const minuteMs = 60_000;
const wang = { username: 'wang', displayName: '王敏' };
const li = { username: 'li', displayName: '李强' };

/** Lehmer's generator: small, and the same for ever. */
function seeded(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

class Desk {
  readonly clock = new ManualClock(morningMs);
  readonly notifier = new RecordingNotifier(this.clock);
  readonly folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-watch-'));
  readonly #random: () => number;
  entries = [rosterEntry('wang', 'operator'), rosterEntry('li', 'lead'), rosterEntry('zhou', 'lead', { shiftId: 'evening' })];
  database!: Database;
  watches!: WatchStore;
  checks!: WatchChecks;
  notices!: DutyNotices;
  log!: WatchLog;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  async start(): Promise<this> {
    this.database = await openDatabase('sqlite:', this.folder);
    const ledger = new Ledger(this.database, await Journal.open(this.database), this.clock);
    this.notices = new DutyNotices(ledger, this.clock, () => undefined);
    this.watches = new WatchStore(ledger, this.clock, plant.duty.watchChecks, this.#random);
    this.log = new WatchLog(ledger, this.clock);
    this.checks = await WatchChecks.start({
      ledger,
      clock: this.clock,
      log: pino({ level: 'silent' }),
      plan: plant.duty.watchChecks,
      watches: this.watches,
      notifier: this.notifier,
      notices: this.notices,
      leadsFor: async (username) => leadsToTell(username, this.#facts()),
      announce: () => undefined,
    });
    return this;
  }

  async down(): Promise<void> {
    await this.checks.stop();
    await this.database.destroy();
  }

  async end(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async advance(byMs: number, stepMs = 15_000): Promise<void> {
    for (let left = byMs; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await this.checks.settled();
    }
  }

  async untilAsked(username = 'wang'): Promise<{ id: string; askedAtMs: number; consoleIds: string[] }> {
    for (let count = 0; count < 300; count += 1) {
      const [check] = await this.checks.openFor(username);
      if (check !== undefined) return check;
      await this.advance(15_000);
    }
    throw new Error('no check came within 75 min');
  }

  async kinds(): Promise<string[]> {
    return (await readJournal(this.database, { limit: 200 })).map((entry) => entry.kind).reverse();
  }

  #facts(): DutyFacts {
    return {
      atMs: this.clock.nowMs(),
      minuteOfDay: 0,
      place: dutyPlaceOf(plant),
      entries: this.entries,
      watching: [],
      channels: ['webPush'],
      people: new Map(['wang', 'li', 'zhou'].map((username) => [username, dutyPerson(username)])),
    };
  }
}

let desk: Desk;
const begin = async (seed = 7) => {
  desk = await new Desk(seed).start();
  return desk;
};
afterEach(() => desk.end());

describe('a console', () => {
  test('[DU16] free, it is taken by signing on; taken, nobody else gets it without a reason', async () => {
    await begin();
    expect(await desk.watches.take('desk-1', wang, null)).toMatchObject({ kind: 'done', watch: { username: 'wang', consoleId: 'desk-1' } });
    expect(await desk.watches.take('desk-1', li, null)).toMatchObject({ kind: 'held', watch: { username: 'wang' } });
    expect(await desk.watches.take('desk-1', wang, 'again')).toMatchObject({ kind: 'held' });
    const relieved = await desk.watches.take('desk-1', li, '王敏突发疾病');
    expect(relieved).toMatchObject({ kind: 'done', watch: { username: 'li' }, relieved: { username: 'wang' } });
    expect((await desk.watches.open()).map((watch) => watch.username)).toEqual(['li']);
    expect(await desk.kinds()).toEqual(['watch.take', 'watch.takenOver', 'watch.take']);
  });

  test('[DU16] two people at once: one gets it', async () => {
    await begin();
    const both = await Promise.all([desk.watches.take('desk-1', wang, null), desk.watches.take('desk-1', li, null)]);
    expect(both.map((result) => result.kind)).toEqual(['done', 'held']);
  });

  test('left by the person who has it, with a reason, and by nobody else', async () => {
    await begin();
    const taken = await desk.watches.take('desk-1', wang, null);
    if (taken.kind !== 'done') throw new Error(taken.kind);
    expect((await desk.watches.end(taken.watch.id, li, 'x')).kind).toBe('notYours');
    expect((await desk.watches.end(taken.watch.id, wang, '撤台')).kind).toBe('done');
    expect((await desk.watches.end(taken.watch.id, wang, '撤台')).kind).toBe('ended');
    expect(await desk.watches.lastEndMs('desk-1')).toBe(morningMs);
  });
});

describe('watch checks', () => {
  test('[DU19] from seed to seed each comes 30 to 60 min after the one before, and not always after the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
        const mine = await new Desk(seed).start();
        try {
          await mine.watches.take('desk-1', wang, null);
          const gaps = new Set<number>();
          let beforeMs = mine.clock.nowMs();
          for (let count = 0; count < 4; count += 1) {
            const check = await mine.untilAsked();
            const gapMs = check.askedAtMs - beforeMs;
            expect(gapMs).toBeGreaterThanOrEqual(30 * minuteMs);
            expect(gapMs).toBeLessThanOrEqual(60 * minuteMs);
            gaps.add(gapMs);
            beforeMs = check.askedAtMs;
            expect((await mine.checks.answer(check.id, wang)).kind).toBe('done');
          }
          expect(gaps.size).toBeGreaterThan(1);
        } finally {
          await mine.end();
        }
      }),
      { numRuns: 5 },
    );
  });

  test('[DU19] one for both consoles of a person; nobody else answers it', async () => {
    await begin();
    await desk.watches.take('desk-1', wang, null);
    await desk.advance(10 * minuteMs);
    await desk.watches.take('desk-2', wang, null);
    const check = await desk.untilAsked();
    expect(check.consoleIds).toEqual(['desk-1', 'desk-2']);
    expect((await desk.checks.openFor('wang')).length).toBe(1);
    expect((await desk.checks.answer(check.id, li)).kind).toBe('notYours');
    expect(await desk.checks.answer(check.id, wang)).toMatchObject({ kind: 'done', check: { outcome: 'answered' } });
    await desk.advance(20 * minuteMs);
    expect(await desk.checks.lastOf('wang')).toMatchObject({ outcome: 'answered' });
  });

  test('[DU20] not answered in 5 min: journaled, noticed, the lead is told, and a late answer changes nothing', async () => {
    await begin();
    await desk.watches.take('desk-1', wang, null);
    const check = await desk.untilAsked();
    await desk.advance(5 * minuteMs - 15_000);
    expect(desk.notifier.orders.size).toBe(0);
    await desk.advance(15_000);
    expect([...desk.notifier.orders.keys()]).toEqual([`watch-check/${check.id}/li`]);
    expect(await desk.notices.open()).toMatchObject([{ kind: 'checkMissed', detail: { username: 'wang', consoleId: 'desk-1' } }]);
    expect(await desk.checks.answer(check.id, wang)).toMatchObject({ kind: 'tooLate', check: { outcome: 'missed' } });
    expect(await desk.kinds()).toEqual(['watch.take', 'watch.check', 'watch.checkMissed', 'duty.notice']);
  });

  test('[DU20] where the lead himself is missing, the lead of the next shift is told', async () => {
    await begin();
    await desk.watches.take('desk-1', li, null);
    const check = await desk.untilAsked('li');
    await desk.advance(5 * minuteMs);
    expect([...desk.notifier.orders.keys()]).toEqual([`watch-check/${check.id}/zhou`]);
  });

  test('[DU20] cut before the lead was told: told after the restart, once, though another is lead by now', async () => {
    await begin();
    await desk.watches.take('desk-1', wang, null);
    const check = await desk.untilAsked();
    desk.notifier.failNext = 'before';
    await desk.advance(5 * minuteMs);
    expect(desk.notifier.orders.size).toBe(0);
    await desk.down();
    desk.entries = [rosterEntry('zhou', 'lead')];
    await desk.start();
    await desk.down();
    await desk.start();
    expect([...desk.notifier.orders.keys()]).toEqual([`watch-check/${check.id}/li`]);
  });

  test('[DU21] the time of the next check outlives a restart; one that fell due meanwhile is asked at the start', async () => {
    await begin();
    await desk.watches.take('desk-1', wang, null);
    const [watch] = await desk.watches.open();
    await desk.down();
    await desk.start();
    expect((await desk.watches.open())[0]?.nextCheckAtMs).toBe(watch?.nextCheckAtMs);
    await desk.down();
    desk.clock.advance(61 * minuteMs);
    await desk.start();
    expect(await desk.checks.openFor('wang')).toHaveLength(1);
  });

  test('[DU21] one whose time ran out while the server was away is void; nobody is blamed', async () => {
    await begin();
    await desk.watches.take('desk-1', wang, null);
    const check = await desk.untilAsked();
    await desk.down();
    desk.clock.advance(10 * minuteMs);
    await desk.start();
    expect(await desk.checks.lastOf('wang')).toMatchObject({ id: check.id, outcome: 'void' });
    expect(desk.notifier.orders.size).toBe(0);
    expect(await desk.notices.open()).toEqual([]);
  });

  test('a jump of the wall clock neither hastens a check nor puts it off', async () => {
    await begin();
    await desk.watches.take('desk-1', wang, null);
    await desk.advance(minuteMs);
    desk.clock.jumpWall(2 * 60 * minuteMs);
    await desk.advance(20 * minuteMs);
    expect(await desk.checks.openFor('wang')).toEqual([]);
    desk.clock.jumpWall(-12 * 60 * minuteMs);
    const startedMs = desk.clock.monotonicMs();
    const check = await desk.untilAsked();
    expect(desk.clock.monotonicMs() - startedMs).toBeLessThanOrEqual(40 * minuteMs);
    await desk.advance(5 * minuteMs);
    expect(await desk.checks.lastOf('wang')).toMatchObject({ id: check.id, outcome: 'missed' });
  });

  test('who has left the console is not asked, and an open check of his is void', async () => {
    await begin();
    const taken = await desk.watches.take('desk-1', wang, null);
    const check = await desk.untilAsked();
    if (taken.kind !== 'done') throw new Error(taken.kind);
    await desk.watches.end(taken.watch.id, wang, '撤台');
    await desk.checks.settled();
    expect(await desk.checks.lastOf('wang')).toMatchObject({ id: check.id, outcome: 'void' });
    await desk.advance(90 * minuteMs);
    expect(desk.notifier.orders.size).toBe(0);
    expect(await desk.kinds()).toEqual(['watch.take', 'watch.check', 'watch.end', 'watch.checkVoid']);
  });
});

describe('the watch log', () => {
  test('[DU22] what is to be handed on stays open until somebody closes it; nothing is ever changed', async () => {
    await begin();
    const note = await desk.log.write({ text: 'GS-01 流量计待校', stationId: 'GS-01', consoleId: 'desk-1', isOpen: true }, wang);
    await desk.log.write({ text: '巡检电话', stationId: null, consoleId: null, isOpen: false }, wang);
    expect((await desk.log.open()).map((entry) => entry.id)).toEqual([note.id]);
    expect(await desk.log.close(note.id, li)).toMatchObject({ isOpen: false, closedBy: 'li', text: 'GS-01 流量计待校' });
    expect(await desk.log.close(note.id, wang)).toMatchObject({ closedBy: 'li' });
    expect(await desk.log.open()).toEqual([]);
    expect((await desk.log.between(0, Number.MAX_SAFE_INTEGER, 10)).length).toBe(2);
    expect(await desk.kinds()).toEqual(['watch.log', 'watch.log', 'watch.logClosed']);
  });
});
