import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { PolledDriver, ScanOutcome } from '../drivers/driver.ts';
import { ScanScheduler } from './scan-scheduler.ts';

interface FakeDriver extends PolledDriver {
  readonly starts: { readonly group: number; readonly atMs: number }[];
  most: number;
}

/** A device whose scans take `takesMs` of the manual clock. */
function createDriver(clock: ManualClock, deviceIndex: number, periods: readonly number[], takesMs: number): FakeDriver {
  let running = 0;
  const driver: FakeDriver = {
    kind: 'polled',
    deviceIndex,
    groups: periods.map((scanMs) => ({ scanMs, pointIndexes: [] })),
    starts: [],
    most: 0,
    scan(group): Promise<ScanOutcome> {
      driver.starts.push({ group, atMs: clock.monotonicMs() });
      running += 1;
      driver.most = Math.max(driver.most, running);
      return new Promise((resolve) => {
        clock.after(takesMs, () => {
          running -= 1;
          resolve({ kind: 'done', requests: 1, errors: 0 });
        });
      });
    },
    stop: async () => undefined,
  };
  return driver;
}

async function run(clock: ManualClock, forMs: number): Promise<void> {
  for (let done = 0; done < forMs; done += 10) {
    clock.advance(10);
    for (let count = 0; count < 6; count += 1) await Promise.resolve();
  }
}

describe('the scheduler', () => {
  test('starts every scan on a fixed grid, and keeps count', async () => {
    const clock = new ManualClock();
    const scheduler = new ScanScheduler(clock);
    const driver = createDriver(clock, 0, [1_000], 50);
    scheduler.add(driver);
    scheduler.start();
    await run(clock, 10_500);
    const gaps = driver.starts.slice(1).map((start, index) => start.atMs - (driver.starts[index]?.atMs ?? 0));
    expect(gaps.length).toBeGreaterThanOrEqual(9);
    for (const gap of gaps) expect(gap).toBe(1_000);
    expect(scheduler.statisticsOf(0)).toMatchObject({
      scans: driver.starts.length,
      scansMissed: 0,
      requests: driver.starts.length,
      errors: 0,
    });
    scheduler.stop();
  });

  test('never overlaps two scans of one device; what falls due meanwhile is counted as missed, and the grid does not drift', async () => {
    const clock = new ManualClock();
    const scheduler = new ScanScheduler(clock);
    const driver = createDriver(clock, 0, [100], 1_230);
    scheduler.add(driver);
    scheduler.start();
    await run(clock, 20_000);
    expect(driver.most).toBe(1);
    const statistics = scheduler.statisticsOf(0);
    expect(statistics?.scansMissed).toBeGreaterThan(100);
    expect((statistics?.scans ?? 0) + (statistics?.scansMissed ?? 0)).toBeGreaterThan(190);
    scheduler.stop();
  });

  test('groups of one device wait for one another; a slow group does not starve a fast one', async () => {
    const clock = new ManualClock();
    const scheduler = new ScanScheduler(clock);
    const driver = createDriver(clock, 0, [200, 1_000], 80);
    scheduler.add(driver);
    scheduler.start();
    await run(clock, 10_000);
    expect(driver.most).toBe(1);
    const count = (group: number) => driver.starts.filter((start) => start.group === group).length;
    expect(count(0)).toBeGreaterThanOrEqual(45);
    expect(count(1)).toBeGreaterThanOrEqual(9);
    scheduler.stop();
  });

  test('a device that hangs does not hold up another', async () => {
    const clock = new ManualClock();
    const scheduler = new ScanScheduler(clock);
    const slow = createDriver(clock, 0, [100], 60_000);
    const quick = createDriver(clock, 1, [100], 5);
    scheduler.add(slow);
    scheduler.add(quick);
    scheduler.start();
    await run(clock, 10_000);
    expect(slow.starts).toHaveLength(1);
    expect(quick.starts.length).toBeGreaterThanOrEqual(99);
    expect(scheduler.statisticsOf(1)?.scansMissed).toBe(0);
    scheduler.stop();
  });

  test('devices of one period do not all start in the same moment', () => {
    const clock = new ManualClock();
    const scheduler = new ScanScheduler(clock);
    const drivers = Array.from({ length: 100 }, (_, index) => createDriver(clock, index, [1_000], 1));
    for (const driver of drivers) scheduler.add(driver);
    scheduler.start();
    for (let count = 0; count < 100; count += 1) clock.advance(10);
    const starts = drivers.map((driver) => driver.starts[0]?.atMs ?? -1);
    const perTenth = Array.from({ length: 10 }, (_, tenth) => starts.filter((start) => Math.floor(start / 100) === tenth).length);
    for (const count of perTenth) expect(count).toBeGreaterThan(5);
    scheduler.stop();
  });

  test('a process that stood still counts what it missed and goes on, without a burst', async () => {
    const clock = new ManualClock();
    const scheduler = new ScanScheduler(clock);
    let isHeld = false;
    const held = {
      ...clock,
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs: number, callback: () => void) => clock.after(isHeld ? delayMs + 5_000 : delayMs, callback),
    };
    const late = new ScanScheduler(held);
    const driver = createDriver(clock, 0, [100], 1);
    late.add(driver);
    isHeld = true;
    late.start();
    await run(clock, 5_200);
    isHeld = false;
    expect(driver.starts).toHaveLength(1);
    await run(clock, 5_300);
    expect(late.statisticsOf(0)?.scansMissed).toBeGreaterThanOrEqual(49);
    expect(driver.starts.length).toBeLessThan(60);
    late.stop();
    scheduler.stop();
  });

  test('stopped, it starts nothing more', async () => {
    const clock = new ManualClock();
    const scheduler = new ScanScheduler(clock);
    const driver = createDriver(clock, 0, [100], 1);
    scheduler.add(driver);
    scheduler.start();
    await run(clock, 1_000);
    scheduler.stop();
    const { length } = driver.starts;
    await run(clock, 1_000);
    expect(driver.starts).toHaveLength(length);
  });
});
