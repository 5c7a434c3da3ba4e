// What three nodes of NATS can do to the conditions between outboxes and a server: nodes killed, frozen and cut off from the others in turn, all killed at once, the stream
// deleted, every store emptied, while edges come all the time. Outbox, sender and both ends of the link are the real ones; the server's database is a list.
import { randomInt, randomUUIDv7 } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { ConditionOutbox } from '../../collector/outbox/condition-outbox.ts';
import { ConditionSender } from '../../collector/outbox/condition-sender.ts';
import { systemClock } from '../../collector/system-clock.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import { contractTable } from '../../link/link-contract.ts';
import { connectNats } from '../../link/nats/connect-nats.ts';
import { connectNatsCollectorLink } from '../../link/nats/nats-collector-link.ts';
import { connectNatsServerLink } from '../../link/nats/nats-server-link.ts';
import { subjectsOf } from '../../link/nats/nats-subjects.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { natsServerProgram, startNatsCluster, storeOf } from './nats-server.ts';

const program = natsServerProgram();
const seed = randomInt(1 << 30);
const isLong = process.env.FAULTS === 'long';
const plantId = 'test';
const collectorIds = ['east', 'west'] as const;
const alarmsEach = 40;
const edgesAtOnce = 10;
const everyMs = 20;

/** A collector's outbox and what was ever put into it. */
interface Side {
  readonly outbox: ConditionOutbox;
  readonly written: ConditionMessage[];
  readonly committed: ConditionMessage[];
  readonly poke: () => void;
}

describe.skipIf(program === null)('three nodes of NATS', () => {
  test(`nodes killed, frozen, cut off; all killed; stream deleted; stores emptied: every edge once, in order (seed ${seed})`, {
    timeout: 300_000,
  }, async () => {
    const random = createRandom(seed);
    const folder = temporaryFolder();
    const nats = await startNatsCluster(program as string, folder);
    onTestFinished(() => nats.stop());
    const manager = await manage(nats.url);
    await expect.poll(manager.isWhole, { timeout: 60_000, interval: 100 }).toBe(true);

    const sides = new Map<string, Side>();
    const server = await connectNatsServerLink(nats.url, { collectorId: 'server', table: contractTable, plantId });
    onTestFinished(() => server.close());
    let passedOver = 0;
    server.handleConditions(async ({ collectorId, messages }) => {
      const committed = sides.get(collectorId)?.committed ?? [];
      for (const message of messages) {
        if (message.kind !== 'unreadable' && message.sequence === committed.length + 1) committed.push(message);
        else passedOver += 1;
      }
      return { committedThrough: committed.length };
    });
    server.handleStatement(async ({ collectorId, throughSequence }) => {
      const committedThrough = sides.get(collectorId)?.committed.length ?? 0;
      return throughSequence > committedThrough ? { kind: 'behind', committedThrough } : { kind: 'accepted' };
    });
    server.announceReady();
    for (const collectorId of collectorIds) sides.set(collectorId, await startSide(nats.url, collectorId, folder));
    const outboxIds = [...sides.values()].map(({ outbox }) => outbox.outboxId);

    const writing = setInterval(() => {
      for (const side of sides.values()) {
        side.written.push(...side.outbox.append(Array.from({ length: edgesAtOnce }, () => edge(random))));
        side.poke();
      }
    }, everyMs);
    onTestFinished(() => clearInterval(writing));
    /** What has been written until now is committed, from every collector. */
    const caughtUp = async (): Promise<string> => {
      const sinceMs = performance.now();
      const marks = [...sides.values()].map((side) => ({ side, mark: side.written.length + 1 }));
      await expect.poll(() => marks.every(({ side, mark }) => side.committed.length >= mark), { timeout: 60_000, interval: 50 }).toBe(true);
      return ((performance.now() - sinceMs) / 1_000).toFixed(1);
    };
    const told: string[] = [];
    onTestFailed(() => console.log(`so far: ${told.join(', ')}; ${nats.nodes.map((node) => node.output().slice(-3_000)).join('\n---\n')}`));
    await caughtUp();

    // One node at a time: the two others carry on while it is away, whoever was connected to it.
    const oneAway: readonly [string, (index: number) => unknown, (index: number) => unknown][] = [
      ['killed', (index) => nats.nodes[index]?.kill(), (index) => nats.restart(index)],
      ['frozen', (index) => nats.nodes[index]?.child.kill('SIGSTOP'), (index) => nats.nodes[index]?.child.kill('SIGCONT')],
      ['cut off', (index) => nats.partition(index), () => nats.mend()],
    ];
    for (const [what, away, back] of oneAway) {
      const seconds: string[] = [];
      for (const index of isLong ? [0, 1, 2] : [Math.floor(random() * 3)]) {
        await away(index);
        seconds.push(await caughtUp());
        await back(index);
        await expect.poll(manager.isWhole, { timeout: 60_000, interval: 100 }).toBe(true);
      }
      told.push(`${what} ${seconds.join('/')} s`);
    }
    await Promise.all(nats.nodes.map((node) => node.kill()));
    await Promise.all([0, 1, 2].map((index) => nats.restart(index)));
    told.push(`all killed ${await caughtUp()} s`);
    await manager.deleteStream();
    told.push(`stream deleted ${await caughtUp()} s`);
    await Promise.all(nats.nodes.map((node) => node.kill()));
    for (const index of [0, 1, 2]) rmSync(storeOf(folder, index), { recursive: true, force: true });
    await Promise.all([0, 1, 2].map((index) => nats.restart(index)));
    told.push(`all emptied ${await caughtUp()} s`);

    clearInterval(writing);
    for (const { written, committed } of sides.values()) {
      await expect.poll(() => committed.length, { timeout: 60_000, interval: 50 }).toBe(written.length);
      expect(committed).toEqual(written);
    }
    expect([...sides.values()].map(({ outbox }) => outbox.outboxId)).toEqual(outboxIds);
    const total = [...sides.values()].reduce((sum, { written }) => sum + written.length, 0);
    console.log(
      `three nodes of NATS: seed ${seed}, 0 of ${total} edges lost, doubled or out of order (${passedOver} came again and were passed over); goes on after: ${told.join(', ')}`,
    );
  });
});

async function startSide(url: string, collectorId: string, folder: string): Promise<Side> {
  const link = await connectNatsCollectorLink(url, { collectorId, table: contractTable, plantId });
  const outbox = new ConditionOutbox({ file: path.join(folder, `${collectorId}.sqlite`), makeOccurrenceId: () => randomUUIDv7() });
  const sender = new ConditionSender({ outbox, link, collectorId, clock: systemClock, random: Math.random });
  onTestFinished(async () => {
    sender.stop();
    await link.close();
    outbox.close();
  });
  return { outbox, written: [], committed: [], poke: () => sender.poke() };
}

function edge(random: () => number) {
  return {
    kind: random() < 0.5 ? ('raise' as const) : ('clear' as const),
    alarmId: `RS-01.PT-${Math.floor(random() * alarmsEach)}.high`,
    atMs: Date.now(),
    value: random(),
    quality: 0,
    measured: null,
    byAlarmId: null,
  };
}

/** Looks at the cluster as an administrator does. */
async function manage(url: string) {
  const connection = await connectNats(url, 'test');
  onTestFinished(() => connection.close());
  const { stream } = subjectsOf(plantId);
  const options = { timeout: 2_000, checkAPI: false } as const;
  return {
    /** All three have a leader for everything, and each copy is up to date. */
    async isWhole(): Promise<boolean> {
      try {
        const manager = await jetstreamManager(connection, options);
        await manager.getAccountInfo();
        const there = await manager.streams.info(stream).catch((error: Error) => (error.message === 'stream not found' ? null : undefined));
        if (there === undefined) return false;
        return there === null || there.cluster?.replicas?.filter((replica) => replica.current === true).length === 2;
      } catch {
        return false;
      }
    },
    async deleteStream(): Promise<void> {
      const manager = await jetstreamManager(connection, options);
      expect(await manager.streams.delete(stream)).toBe(true);
    },
  };
}
