// The link over a real NATS server: the contract, and what happens when the broker dies.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { natsServerProgram, type RunningNats, startNatsServer } from '../../test/services/nats-server.ts';
import { contractTable, delivery, linkContract, serve } from '../link-contract.ts';
import { connectNatsCollectorLink } from './nats-collector-link.ts';
import { connectNatsServerLink } from './nats-server-link.ts';

const program = natsServerProgram();
const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-nats-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(program === null)('NATS', () => {
  let nats: RunningNats;
  let plants = 0;
  beforeAll(async () => {
    nats = await startNatsServer(program as string, folder);
  });
  afterAll(() => nats.stop());

  async function open() {
    plants += 1;
    const options = { collectorId: 'c1', table: contractTable, plantId: `plant-${plants}` };
    const server = await connectNatsServerLink(nats.url, options);
    const collector = await connectNatsCollectorLink(nats.url, options);
    return {
      collector,
      server,
      close: async () => {
        await collector.close();
        await server.close();
      },
    };
  }

  linkContract(open);

  test('the broker is killed and comes back: deliveries fail meanwhile, then go through, each once', async () => {
    const { collector, server, close } = await open();
    const database = serve(server);
    server.announceReady();
    await expect
      .poll(() => collector.deliverConditions(delivery(1)), { timeout: 20_000 })
      .toEqual({ kind: 'committed', throughSequence: 1 });
    let reconnected = 0;
    collector.onServerConnected(() => {
      reconnected += 1;
    });
    await nats.kill();
    expect(await collector.deliverConditions(delivery(2))).toMatchObject({ kind: 'failed', retryable: true });
    await expect.poll(() => server.state().isConnected).toBe(false);
    const before = reconnected;
    nats = await startNatsServer(program as string, folder, nats.port);
    await expect
      .poll(() => collector.deliverConditions(delivery(2, 3)), { timeout: 40_000 })
      .toEqual({ kind: 'committed', throughSequence: 3 });
    await expect.poll(() => reconnected).toBeGreaterThan(before);
    expect(database.seen).toEqual([1, 2, 3]);
    expect(server.state().isConnected).toBe(true);
    await close();
  });

  test('the broker comes back with an empty store: nothing is lost, because the outbox has it', async () => {
    const { collector, server, close } = await open();
    const database = serve(server);
    server.announceReady();
    await expect.poll(() => collector.deliverConditions(delivery(1)), { timeout: 20_000 }).toMatchObject({ kind: 'committed' });
    await nats.kill();
    rmSync(path.join(folder, 'jetstream'), { recursive: true, force: true });
    nats = await startNatsServer(program as string, folder, nats.port);
    await expect
      .poll(() => collector.deliverConditions(delivery(2)), { timeout: 60_000 })
      .toEqual({ kind: 'committed', throughSequence: 2 });
    expect(database.seen).toEqual([1, 2]);
    await close();
  });

  test('the broker comes back without its last messages, but with what it knew of who had read them: none waits for its number to come again', async () => {
    const { collector, server, close } = await open();
    const database = serve(server);
    server.announceReady();
    await expect.poll(() => collector.deliverConditions(delivery(1)), { timeout: 20_000 }).toMatchObject({ kind: 'committed' });
    for (let sequence = 2; sequence <= 60; sequence += 1)
      expect(await collector.deliverConditions(delivery(sequence))).toMatchObject({ kind: 'committed' });
    await nats.kill();
    const messages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => path.basename(name) === 'msgs');
    expect(messages.length).toBeGreaterThan(0);
    for (const name of messages) rmSync(path.join(folder, name), { recursive: true });
    nats = await startNatsServer(program as string, folder, nats.port);
    await expect
      .poll(() => collector.deliverConditions(delivery(61)), { timeout: 40_000 })
      .toEqual({ kind: 'committed', throughSequence: 61 });
    expect(database.seen).toEqual(Array.from({ length: 61 }, (_, index) => index + 1));
    await close();
  });

  test('a message that this server cannot read arrives as such, in its place', async () => {
    const { collector, server, close } = await open();
    const kinds: string[] = [];
    server.handleConditions(async ({ messages }) => {
      for (const message of messages) kinds.push(`${message.sequence} ${message.kind}`);
      return { committedThrough: messages.at(-1)?.sequence ?? 0 };
    });
    server.announceReady();
    const [first, last] = [delivery(1), delivery(3)];
    const newer = { sequence: 2, kind: 'doubt', certainty: 0.4 } as unknown as (typeof first.messages)[number];
    await expect
      .poll(() => collector.deliverConditions({ ...first, messages: [...first.messages, newer, ...last.messages] }), { timeout: 20_000 })
      .toEqual({ kind: 'committed', throughSequence: 3 });
    expect(kinds.slice(-3)).toEqual(['1 raise', '2 unreadable', '3 raise']);
    await close();
  });

  test('a delivery made while no server is there waits in the stream and is committed when it comes', async () => {
    plants += 1;
    const options = { collectorId: 'c1', table: contractTable, plantId: `plant-${plants}` };
    const collector = await connectNatsCollectorLink(nats.url, options);
    expect(await collector.deliverConditions(delivery(1))).toMatchObject({ kind: 'failed', reason: 'timeout' });
    const server = await connectNatsServerLink(nats.url, options);
    const database = serve(server);
    server.announceReady();
    await expect.poll(() => database.seen, { timeout: 20_000 }).toEqual([1]);
    await collector.close();
    await server.close();
  });

  test('a server whose database was restored tells so at once, so that the sender can begin anew', async () => {
    const { collector, server, close } = await open();
    const database = serve(server);
    server.announceReady();
    await expect.poll(() => collector.deliverConditions(delivery(1, 2, 3)), { timeout: 20_000 }).toMatchObject({ kind: 'committed' });
    database.committed = 1;
    expect(await collector.deliverConditions(delivery(4))).toEqual({ kind: 'committed', throughSequence: 1 });
    await close();
  });
});
