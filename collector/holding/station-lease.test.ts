// Rules HD1 to HD10 of RULES.md, by a clock that moves when told to; HD6 is the outbox's (`collector/outbox/condition-outbox.test.ts`).
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { LeaseRecord, LeaseStore } from '../../link/lease-store.ts';
import type { Holding } from './holding.ts';
import { leaseMs, StationLease, type WhenIsolated } from './station-lease.ts';

/** One word, as the store of a cluster keeps it; each process may be cut off from it. */
function createStore() {
  let record: LeaseRecord | null = null;
  let revision = 0;
  const away = new Set<string>();
  const of = (node: string): LeaseStore => ({
    async read() {
      if (away.has(node)) throw new Error('no majority');
      return { record, revision };
    },
    async write(_, next, onTopOf) {
      if (away.has(node)) throw new Error('no majority');
      if (onTopOf !== revision) return null;
      record = next;
      revision += 1;
      return revision;
    },
  });
  return {
    of,
    away,
    lose() {
      record = null;
      revision = 0;
    },
    record: () => record,
    put(next: LeaseRecord | null) {
      record = next;
    },
    revision: () => revision,
    /** As if it had been written so often. */
    stand(at: number) {
      revision = at;
    },
  };
}

function createRig() {
  const clock = new ManualClock();
  const store = createStore();
  const holding = new Map<string, Holding>();
  const others: string[] = [];
  const start = (node: string, options: { isOwn?: boolean; whenIsolated?: WhenIsolated; clock?: ManualClock; instanceId?: string } = {}) =>
    new StationLease({
      collectorId: 'east',
      isOwn: options.isOwn ?? true,
      node: { id: node, name: node, instanceId: options.instanceId ?? `${node}-1` },
      store: store.of(node),
      clock: options.clock ?? clock,
      log: { info: () => undefined, warn: () => undefined },
      whenIsolated: options.whenIsolated ?? 'goOn',
      onTaken: (held) => void holding.set(node, held),
      onLost: () => void holding.delete(node),
      onOther: () => void others.push(node),
    });
  /** Lets what was asked be answered between the steps of the clock. */
  const pass = async (ms: number, clocks: readonly ManualClock[] = [clock]) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 100) {
      for (const one of clocks) one.advance(100);
      for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
    }
  };
  const reading = () => [...holding].filter(([, held]) => held.mayRead()).map(([node]) => node);
  return { clock, store, start, pass, reading, holding, others };
}

describe('the lease of stations', () => {
  test('[HD1] [HD2] one of two has it; the other takes it when it is silent, within seven seconds, in a later term', async () => {
    const { start, pass, reading, holding, store, clock } = createRig();
    const frozen = new ManualClock();
    start('one', { clock: frozen });
    await pass(6_000, [clock, frozen]);
    start('two');
    await pass(20_000, [clock, frozen]);
    expect(reading()).toEqual(['one']);
    const firstTerm = holding.get('one')?.term ?? 0;
    // Its process is dead: its clock stands still.
    await pass(leaseMs - 1_500);
    expect(holding.has('two')).toBe(false);
    await pass(3_500);
    expect(holding.get('two')?.term).toBeGreaterThan(firstTerm);
    expect(store.record()?.node).toBe('two');
  });

  test('[HD4] [HD7] one that was frozen reads nothing when it wakes, and leaves what another has', async () => {
    const { start, pass, reading, holding, clock } = createRig();
    const frozen = new ManualClock();
    start('one', { clock: frozen });
    await pass(6_000, [clock, frozen]);
    start('two');
    await pass(2_000, [clock, frozen]);
    await pass(8_000);
    expect(holding.has('two')).toBe(true);
    const held = holding.get('one');
    // It wakes: eight seconds have gone by on its own monotonic clock before any of its timers had a turn.
    const monotonicMs = frozen.monotonicMs.bind(frozen);
    frozen.monotonicMs = () => monotonicMs() + 8_000;
    expect(held?.mayRead()).toBe(false);
    await pass(2_000, [clock, frozen]);
    expect(holding.has('one')).toBe(false);
    expect(reading()).toEqual(['two']);
  });

  test('[HD5] while the store is away for everybody the holder reads on and nobody takes over; afterwards it is still the holder', async () => {
    const { start, pass, reading, holding, store } = createRig();
    start('one');
    await pass(6_000);
    start('two');
    await pass(2_000);
    const term = holding.get('one')?.term;
    for (const node of ['one', 'two']) store.away.add(node);
    await pass(60_000);
    expect(reading()).toEqual(['one']);
    store.away.clear();
    await pass(10_000);
    expect(reading()).toEqual(['one']);
    expect(holding.get('one')?.term).toBe(term);
  });

  test('[HD5] [HD7] one that alone is cut off reads on until it hears that another has taken over; told to stop, it stops first', async () => {
    for (const whenIsolated of ['goOn', 'stop'] as const) {
      const { start, pass, reading, store } = createRig();
      start('one', { whenIsolated });
      await pass(6_000);
      start('two');
      await pass(2_000);
      store.away.add('one');
      for (let step = 0; step < 100; step += 1) {
        await pass(100);
        if (whenIsolated === 'stop') expect(reading().length).toBeLessThan(2);
      }
      expect(reading()).toEqual(whenIsolated === 'goOn' ? ['one', 'two'] : ['two']);
      store.away.clear();
      await pass(2_000);
      expect(reading()).toEqual(['two']);
    }
  });

  test('[HD3] started again with nobody in between it goes on at once, in the same term; after another it is a new one', async () => {
    const { start, pass, holding, clock } = createRig();
    const dead = new ManualClock();
    start('one', { clock: dead });
    await pass(6_000, [clock, dead]);
    const term = holding.get('one')?.term;
    const again = start('one', { instanceId: 'one-2' });
    await pass(300);
    expect(holding.get('one')?.term).toBe(term);
    await again.stop();
    const two = start('two');
    await pass(1_000);
    const next = holding.get('two')?.term ?? 0;
    expect(next).toBeGreaterThan(term ?? 0);
    await two.stop();
    start('one', { instanceId: 'one-3' });
    await pass(1_000);
    expect(holding.get('one')?.term).toBeGreaterThan(next);
  });

  test('[HD8] [HD9] what was given back is taken at once; one that only stands in waits for the owner first', async () => {
    const { start, pass, holding } = createRig();
    const one = start('one');
    await pass(6_000);
    await one.stop();
    holding.clear();
    start('stand-in', { isOwn: false });
    await pass(2_500);
    expect(holding.size).toBe(0);
    await pass(1_500);
    expect([...holding.keys()]).toEqual(['stand-in']);
  });

  test('[HD8] of two that begin together with an empty store, the owner has the first word', async () => {
    const { start, pass, holding } = createRig();
    start('stand-in', { isOwn: false });
    start('owner');
    await pass(9_000);
    expect([...holding.keys()]).toEqual(['owner']);
  });

  test('[HD1] one that was cut off while the store began anew does not go on in a term that another has followed', async () => {
    for (const isEmptyAgain of [true, false]) {
      const { start, pass, reading, store, holding } = createRig();
      start('one');
      await pass(6_000);
      start('two');
      await pass(1_000);
      const before = holding.get('one')?.term ?? 0;
      store.away.add('one');
      const revision = store.revision();
      await pass(500);
      store.lose();
      // Another has it in a later term, in a store that counts from 1 again, and comes by the very revision that the first had.
      await pass(8_000);
      const followed = holding.get('two')?.term ?? 0;
      expect(followed).toBeGreaterThan(before);
      if (isEmptyAgain) store.lose();
      else store.stand(revision);
      store.away.delete('one');
      await pass(20_000);
      expect(reading()).toHaveLength(1);
      expect(Math.max(...[...holding.values()].map(({ term }) => term))).toBe(store.record()?.term);
      expect(store.record()?.term).toBeGreaterThanOrEqual(followed);
    }
  });

  test('[HD6] [HD7] that another holds it is told once, also where it is seen only later', async () => {
    const { start, pass, store, others } = createRig();
    const one = start('one');
    await pass(6_000);
    await one.stop();
    start('two');
    await pass(6_000);
    store.away.add('one');
    start('one', { instanceId: 'one-2' });
    await pass(3_000);
    expect(others).toEqual(['two']);
    store.away.delete('one');
    await pass(3_000);
    expect(others).toEqual(['two', 'one']);
  });

  test('[HD10] two write at the same number of a store that began anew: who hears of the later term takes the stations anew in one above it', async () => {
    const { start, pass, reading, store, holding, clock } = createRig();
    start('one');
    await pass(6_000);
    start('two');
    await pass(1_000);
    const before = holding.get('one');
    const revision = store.revision();
    store.away.add('one');
    store.lose();
    await pass(2_000);
    // As if the other had taken the empty store, had come by the same number, and was written over there.
    const later = (before?.term ?? 0) + 10;
    store.put(
      before === undefined ? null : { term: before.term, nodeId: 'one', node: 'one', instanceId: 'one-1', sinceMs: 0, isFree: false },
    );
    store.stand(revision);
    store.away.delete('one');
    await pass(3_000);
    expect(holding.get('one')?.term).toBe(before?.term);
    holding.get('one')?.supersede(later);
    expect(before?.mayRead()).toBe(false);
    await pass(1_000);
    expect(reading()).toEqual(['one']);
    const after = holding.get('one');
    expect(after?.term).toBeGreaterThan(later);
    expect(after?.sinceMs).toBeGreaterThan(clock.nowMs() - 2_000);
    // Told of the same again, late: nothing happens; what was given for the old term is no longer good.
    after?.supersede(later);
    before?.supersede(later);
    expect(before?.mayRead()).toBe(false);
    expect(holding.get('one')).toBe(after);
  });

  test('[HD10] where another holds the lease, who hears of the later term reads no more, also where he alone is cut off from the store', async () => {
    const { start, pass, reading, store, holding } = createRig();
    start('one');
    await pass(6_000);
    start('two');
    await pass(1_000);
    store.away.add('one');
    await pass(8_000);
    expect(reading()).toEqual(['one', 'two']);
    holding.get('one')?.supersede(holding.get('two')?.term ?? 0);
    expect(reading()).toEqual(['two']);
    store.away.delete('one');
    await pass(5_000);
    expect(reading()).toEqual(['two']);
  });

  test('[HD10] a wall clock behind that of another gives no term that the server refuses for good', async () => {
    const { start, pass, holding, store } = createRig();
    start('one');
    await pass(6_000);
    const ahead = (holding.get('one')?.term ?? 0) + 3_600_000;
    holding.get('one')?.supersede(ahead);
    await pass(1_500);
    expect(store.record()?.term).toBe(ahead + 1);
  });

  test('[HD1] a store that comes back empty takes nothing from the holder', async () => {
    const { start, pass, reading, holding, store } = createRig();
    start('one');
    await pass(6_000);
    start('two');
    await pass(3_000);
    const term = holding.get('one')?.term;
    store.lose();
    await pass(12_000);
    expect(reading()).toEqual(['one']);
    expect(holding.get('one')?.term).toBe(term);
  });
});
