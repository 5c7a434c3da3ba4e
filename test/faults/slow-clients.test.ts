// Pages on wires that are bad, and all of them at once: some take 10 kbit a second, some fall asleep and wake, hundreds come back in one moment. Nobody waits
// for them, little is kept for them, and in the end everybody who can hear knows what is true.
import { setTimeout as pass } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { type FrozenWire, startFrozenWire } from '../harness/frozen-wire.ts';
import type { LiveSocket } from '../harness/gatewatch-client.ts';
import { startSlowWire } from '../harness/slow-wire.ts';
import { startTogglingPlant } from '../harness/toggling-plant.ts';

const isLong = process.env.FAULTS === 'long';
const slowPages = isLong ? 20 : 5;
const slowForMs = isLong ? 120_000 : 8_000;
const pagesAtOnce = isLong ? 500 : 100;
/** 10 kbit/s. */
const bytesPerSecond = 1_250;
const mostBuffered = 1_048_576;
const seed = Number(process.env.FAULTS_SEED ?? 22);

/** What a page shows as active, and whether it was told of everything in turn. */
class Page {
  readonly #active = new Set<string>();
  readonly socket: LiveSocket;
  hasSnapshot = false;
  batches = 0;

  constructor(socket: LiveSocket, stations: readonly string[]) {
    this.socket = socket;
    socket.on('snapshot', ({ alarms }) => {
      this.#active.clear();
      this.hasSnapshot = true;
      this.#take(alarms);
    });
    socket.on('alarm', ({ alarms }) => this.#take(alarms));
    socket.on('readings', () => {
      this.batches += 1;
    });
    socket.on('connect', () => socket.emit('subscribe', { stations: [...stations] }));
  }

  shows(alarms: ReadonlySet<string>): boolean {
    return this.#active.size === alarms.size && [...alarms].every((id) => this.#active.has(id));
  }

  #take(alarms: readonly AlarmView[]): void {
    for (const { alarmId, isConditionTrue } of alarms) {
      if (isConditionTrue) this.#active.add(alarmId);
      else this.#active.delete(alarmId);
    }
  }
}

test(`${slowPages} slow pages, one that sleeps, ${pagesAtOnce} at once (seed ${seed})`, { timeout: 240_000 + slowForMs * 2 }, async () => {
  const plant = await startTogglingPlant({ devices: 10, pointsEach: 100, scanMs: 500, random: createRandom(seed) });
  const { devices } = plant;
  const { gatewatch, client } = await plant.startOnDuty();
  const stations = Array.from({ length: 10 }, (_, index) => `RS-${String(index + 1).padStart(2, '0')}`);
  const { hostname: host, port } = new URL(gatewatch.address);
  const target = { host, port: Number(port) };
  const pages: Page[] = [];
  onTestFinished(() => {
    for (const page of pages) page.socket.close();
  });
  const open = (address = gatewatch.address) => {
    const page = new Page(client.listen(undefined, address), stations);
    pages.push(page);
    return page;
  };
  plant.toggle({ everyMs: 20, atOnce: 4, restMs: 1_000 });

  const usual = open();
  for (let index = 0; index < slowPages; index += 1) {
    const wire = await startSlowWire(target, bytesPerSecond);
    onTestFinished(() => wire.stop());
    open(`http://127.0.0.1:${wire.port}`);
  }
  const wire: FrozenWire = await startFrozenWire(target);
  onTestFinished(() => wire.stop());
  const sleeper = open(`http://127.0.0.1:${wire.port}`);
  await expect.poll(() => usual.hasSnapshot && sleeper.hasSnapshot, { timeout: 20_000 }).toBe(true);
  wire.freeze();

  let buffered = 0;
  let missed = 0;
  const endMs = Date.now() + slowForMs;
  while (Date.now() < endMs) {
    const before = usual.batches;
    const metrics = await (await fetch(`${gatewatch.address}/metrics`)).text();
    buffered = Math.max(buffered, Number(/^gatewatch_live_buffered_bytes (\S+)/m.exec(metrics)?.[1]));
    await pass(1_000);
    if (usual.batches === before) missed += 1;
  }
  wire.thaw();

  const atOnceMs = performance.now();
  const newcomers = Array.from({ length: pagesAtOnce }, () => open());
  await expect.poll(() => newcomers.every((page) => page.hasSnapshot), { timeout: 60_000, interval: 20 }).toBe(true);
  const allThereMs = performance.now() - atOnceMs;

  plant.rest();
  const trueAlarms = devices.trueAlarms();
  const restMs = performance.now();
  const hearing = [usual, ...newcomers, ...(sleeper.socket.connected ? [sleeper] : [])];
  await expect.poll(() => hearing.filter((page) => !page.shows(trueAlarms)).length, { timeout: 60_000, interval: 50 }).toBe(0);
  console.log(
    `slow clients: ${slowPages} pages at 10 kbit/s for ${slowForMs / 1_000} s, at most ${Math.round(buffered / 1_024)} kB kept for one; ` +
      `a page without trouble had no news in ${missed} of those seconds; ${pagesAtOnce} pages at once all had their snapshot after ${(allThereMs / 1_000).toFixed(1)} s ` +
      `and all ${trueAlarms.size} active alarms ${((performance.now() - restMs) / 1_000).toFixed(1)} s after the last change; the one that slept ${sleeper.socket.connected ? 'too' : 'was let go'}`,
  );
  // Less than the operating system holds by itself is seen by nobody.
  if (isLong) expect(buffered).toBeGreaterThan(0);
  expect(buffered).toBeLessThanOrEqual(mostBuffered);
  expect(trueAlarms.size).toBeGreaterThan(100);
});
