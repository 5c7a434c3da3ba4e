// The wire between collector and broker carries nothing for an hour's and for a day's edges (one a second, written as fast as the outbox takes them), and nobody is told.
// When it is mended, every edge reaches the server once, those of an alarm in order, and live readings do not wait behind them. Outbox, sender, link and broker are real;
// the server's database is a list.
import { randomUUIDv7 } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConditionOutbox } from '../../collector/outbox/condition-outbox.ts';
import { ConditionSender } from '../../collector/outbox/condition-sender.ts';
import { systemClock } from '../../collector/system-clock.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { contractTable } from '../../link/link-contract.ts';
import { connectNatsCollectorLink } from '../../link/nats/nats-collector-link.ts';
import { connectNatsServerLink } from '../../link/nats/nats-server-link.ts';
import { startFrozenWire } from '../harness/frozen-wire.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { natsServerProgram, startNatsServer } from './nats-server.ts';

const program = natsServerProgram();
const plantId = 'test';
const collectorId = 'east';
const edgesAtOnce = 200;
const alarms = 40;

describe.skipIf(program === null)('the link is cut, and nobody is told', () => {
  test.each([
    ['an hour', 3_600],
    ['a day', 86_400],
  ])('%s of edges: all of them once and in order, live readings first', { timeout: 300_000 }, async (length, edges) => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'nats'));
    const nats = await startNatsServer(program as string, path.join(folder, 'nats'));
    onTestFinished(() => nats.stop());
    const wire = await startFrozenWire({ host: '127.0.0.1', port: nats.port });
    onTestFinished(() => wire.stop());

    const committed: ConditionMessage[] = [];
    const server = await connectNatsServerLink(nats.url, { collectorId: 'server', table: contractTable, plantId });
    onTestFinished(() => server.close());
    server.handleConditions(async ({ messages }) => {
      for (const message of messages)
        if (message.kind !== 'unreadable' && message.sequence === committed.length + 1) committed.push(message);
      return { committedThrough: committed.length };
    });
    server.handleStatement(async ({ throughSequence }) =>
      throughSequence > committed.length ? { kind: 'behind', committedThrough: committed.length } : { kind: 'accepted' },
    );
    const live: { value: number; committedBefore: number }[] = [];
    server.onReadings((_collectorId, batch) => {
      for (let row = 0; row < batch.length; row += 1) live.push({ value: batch.value[row] as number, committedBefore: committed.length });
    });
    server.announceReady();

    const link = await connectNatsCollectorLink(`nats://127.0.0.1:${wire.port}`, { collectorId, table: contractTable, plantId });
    const outbox = new ConditionOutbox({ file: path.join(folder, 'outbox.sqlite'), makeOccurrenceId: () => randomUUIDv7() });
    const sender = new ConditionSender({ outbox, link, collectorId, clock: systemClock, random: Math.random });
    onTestFinished(async () => {
      sender.stop();
      await link.close();
      outbox.close();
    });
    const written: ConditionMessage[] = [];
    const write = (count: number) => {
      written.push(...outbox.append(Array.from({ length: count }, (_, index) => edge(written.length + index))));
      sender.poke();
    };
    write(1);
    await expect.poll(() => committed.length, { timeout: 20_000, interval: 10 }).toBe(1);

    wire.freeze();
    while (written.length <= edges) {
      write(edgesAtOnce);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const before = committed.length;
    wire.thaw();
    // As a scan does, every 50 ms: the first that arrives tells how much of the rest was there before it.
    let scan = 0;
    const scanning = setInterval(() => {
      scan += 1;
      const batch = createReadingBatch(contractTable, 1);
      pushReading(batch, 0, Date.now(), scan, Quality.good);
      link.publishReadings(batch);
    }, 50);
    onTestFinished(() => clearInterval(scanning));
    const sinceMs = performance.now();
    await expect.poll(() => committed.length, { timeout: 240_000, interval: 20 }).toBe(written.length);
    const seconds = (performance.now() - sinceMs) / 1_000;
    expect(before).toBeLessThan(edgesAtOnce);
    expect(committed).toEqual(written);
    await expect.poll(() => live.length, { timeout: 20_000, interval: 20 }).toBeGreaterThan(0);
    expect(live[0]?.committedBefore).toBeLessThan(written.length);
    console.log(
      `link cut for ${length} of edges: 0 of ${written.length} lost, doubled or out of order; all there ${seconds.toFixed(1)} s after it was mended, the first live reading after ${live[0]?.committedBefore} of them`,
    );
  });
});

/** Each alarm rises and clears in turn. */
function edge(index: number) {
  return {
    kind: Math.floor(index / alarms) % 2 === 0 ? ('raise' as const) : ('clear' as const),
    alarmId: `RS-01.PT-${index % alarms}.high`,
    atMs: Date.now(),
    value: index,
    quality: 0,
    measured: null,
    byAlarmId: null,
  };
}
