import { spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ConditionDelivery, ConditionStatement } from '../../domain/messages/condition-message.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { CollectorLink, DeliveryResult, StatementResult } from '../../link/link.ts';
import { ConditionOutbox, type NamedEdge } from './condition-outbox.ts';
import { ConditionSender } from './condition-sender.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function newFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-outbox-'));
  folders.push(folder);
  return path.join(folder, 'outbox.sqlite');
}
const open = (file: string, term: number | null = null) => new ConditionOutbox({ file, term, makeOccurrenceId: () => randomUUID() });
const edge = (kind: NamedEdge['kind'], alarmId: string, atMs = 1): NamedEdge => ({
  kind,
  alarmId,
  atMs,
  value: 1,
  quality: 0,
  measured: null,
  byAlarmId: kind === 'suppress' ? 'parent' : null,
});

describe('the outbox', () => {
  test('numbers without gaps, one occurrence from raise to clear, also over a restart', () => {
    const file = newFile();
    const first = open(file);
    first.append([edge('raise', 'a'), edge('raise', 'b')]);
    const { outboxId } = first;
    first.close();
    const second = open(file);
    expect(second.outboxId).toBe(outboxId);
    expect(second.activeConditions().map((condition) => condition.alarmId)).toEqual(['a', 'b']);
    second.append([edge('clear', 'a', 5), edge('raise', 'a', 6)]);
    const messages = second.pending(0, 100);
    expect(messages.map(({ sequence, kind, alarmId }) => `${sequence} ${kind} ${alarmId}`)).toEqual([
      '1 raise a',
      '2 raise b',
      '3 clear a',
      '4 raise a',
    ]);
    expect(messages[2]?.occurrenceId).toBe(messages[0]?.occurrenceId);
    expect(messages[3]?.occurrenceId).not.toBe(messages[0]?.occurrenceId);
    second.close();
  });

  test('[HD6] a new term forgets what was true, keeps what is pending, and goes on from what the server holds active', () => {
    const file = newFile();
    const first = open(file, 1);
    first.adopt([]);
    first.append([edge('raise', 'a'), edge('raise', 'b')]);
    first.close();
    const again = open(file, 1);
    expect(again.activeConditions()).toHaveLength(2);
    expect(again.needsAdoption).toBe(false);
    again.close();

    const second = open(file, 3);
    expect([second.needsAdoption, second.pendingCount, second.activeConditions()]).toEqual([true, 2, []]);
    // Before the server has answered, this term finds out by itself that b and c are true, and that c is over.
    second.append([edge('raise', 'b', 9), edge('raise', 'c', 9), edge('clear', 'c', 10)]);
    const heldOf = (alarmId: string) => ({ alarmId, occurrenceId: randomUUID(), sinceMs: 2, value: 1, suppressedByAlarmId: null });
    const held = [heldOf('a'), heldOf('b'), heldOf('c')] as const;
    second.append([edge('raise', 'd', 11)]);
    const isMarked = () => second.pending(0, 100).map(({ isBeforeAdoption }) => isBeforeAdoption === true);
    expect(isMarked()).toEqual([false, false, true, true, true, true]);
    expect(second.adopt(held)).toEqual(['a']);
    expect(second.needsAdoption).toBe(false);
    expect(Object.fromEntries(second.activeConditions().map(({ alarmId, occurrenceId }) => [alarmId, occurrenceId]))).toEqual({
      a: held[0].occurrenceId,
      b: held[1].occurrenceId,
      d: second.pending(5, 1)[0]?.occurrenceId,
    });
    second.append([edge('clear', 'd', 12)]);
    expect(isMarked()).not.toContain(true);
    // Nothing that the server has already rises a second time there: it is the same occurrence.
    expect(second.pending(2, 3).map(({ kind, occurrenceId, term }) => [kind, occurrenceId, term])).toEqual([
      ['raise', held[1].occurrenceId, 3],
      ['raise', held[2].occurrenceId, 3],
      ['clear', held[2].occurrenceId, 3],
    ]);
    expect(second.pending(0, 2).map(({ term }) => term)).toEqual([1, 1]);
    second.close();
  });

  test('[OB2] renewed, it carries what waits under numbers from 1 and names those it replaced, in its own numbers; also over a restart', () => {
    const file = newFile();
    const first = open(file);
    expect(first.replaces).toEqual([]);
    first.append(['a', 'b', 'c', 'd', 'e'].map((alarmId) => edge('raise', alarmId)));
    first.confirm(2);
    const names = [first.outboxId];
    first.renew();
    names.push(first.outboxId);
    expect(first.replaces).toEqual([{ outboxId: names[0], throughSequence: 2, carried: 3 }]);
    expect(first.pending(0, 9).map(({ sequence, alarmId }) => `${sequence} ${alarmId}`)).toEqual(['1 c', '2 d', '3 e']);
    first.confirm(1);
    first.append([edge('raise', 'f')]);
    first.renew();
    first.close();
    const second = open(file);
    expect(second.replaces).toEqual([
      { outboxId: names[1], throughSequence: 1, carried: 3 },
      { outboxId: names[0], throughSequence: 3, carried: 2 },
    ]);
    for (let count = 0; count < 20; count += 1) second.renew();
    expect(second.replaces).toHaveLength(8);
    second.close();
  });

  test('an edge that changes nothing makes no message: a raise of what is up, a clear of what is not', () => {
    const outbox = open(newFile());
    expect(outbox.append([edge('raise', 'a')])).toHaveLength(1);
    expect(outbox.append([edge('raise', 'a'), edge('clear', 'b'), edge('suppress', 'b')])).toEqual([]);
    expect(outbox.lastSequence).toBe(1);
    outbox.close();
  });

  test('confirmed rows are gone, the numbers go on after a restart', () => {
    const file = newFile();
    const first = open(file);
    first.append([edge('raise', 'a'), edge('raise', 'b'), edge('raise', 'c')]);
    first.confirm(2);
    first.confirm(1);
    first.close();
    const second = open(file);
    expect(second.pending(0, 10).map((message) => message.sequence)).toEqual([3]);
    expect({ pending: second.pendingCount, confirmed: second.confirmedSequence }).toEqual({ pending: 1, confirmed: 2 });
    expect(second.append([edge('raise', 'd')])[0]?.sequence).toBe(4);
    second.close();
  });
});

const program = `
import { ConditionOutbox } from '${path.resolve('collector/outbox/condition-outbox.ts')}';
import { randomUUID } from 'node:crypto';
const outbox = new ConditionOutbox({ file: process.argv[1], makeOccurrenceId: () => randomUUID() });
const active = new Set(outbox.activeConditions().map((condition) => condition.alarmId));
for (let count = 0; ; count += 1) {
  const alarmId = 'a' + (count * 7 % 40);
  const kind = active.has(alarmId) ? 'clear' : 'raise';
  if (kind === 'raise') active.add(alarmId); else active.delete(alarmId);
  const [message] = outbox.append([{ kind, alarmId, atMs: count, value: 1, quality: 0, measured: null, byAlarmId: null }]);
  process.stdout.write(message.sequence + ' ' + kind + ' ' + alarmId + ' ' + message.occurrenceId + '\\n');
  if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
}`;

test('SIGKILL at random moments: every message it told of is there after the restart, once, and the table of conditions agrees', {
  timeout: 120_000,
}, async () => {
  const file = newFile();
  const told = new Map<number, string>();
  for (let round = 0; round < 15; round += 1) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, randomInt(150)));
    child.kill('SIGKILL');
    await once(child, 'close');
    for (const line of text.split('\n').slice(0, -1)) told.set(Number(line.split(' ')[0]), line);
  }
  const outbox = open(file);
  const messages = outbox.pending(0, 1_000_000);
  expect(messages.map((message) => message.sequence)).toEqual(Array.from({ length: messages.length }, (_, index) => index + 1));
  const stored = new Map(
    messages.map((message) => [message.sequence, `${message.sequence} ${message.kind} ${message.alarmId} ${message.occurrenceId}`]),
  );
  expect([...told].filter(([sequence, line]) => stored.get(sequence) !== line)).toEqual([]);
  const active = new Set<string>();
  for (const message of messages) {
    if (message.kind === 'raise') active.add(message.alarmId);
    if (message.kind === 'clear') active.delete(message.alarmId);
  }
  expect(new Set(outbox.activeConditions().map((condition) => condition.alarmId))).toEqual(active);
  outbox.close();
});

/** A link whose server answers as told. */
function createLink() {
  const deliveries: ConditionDelivery[] = [];
  const statements: ConditionStatement[] = [];
  let connected: () => void = () => undefined;
  const link = {
    deliver: (delivery: ConditionDelivery): DeliveryResult => ({
      kind: 'committed',
      throughSequence: delivery.messages.at(-1)?.sequence ?? 0,
    }),
    state: (): StatementResult => ({ kind: 'accepted' }),
  };
  const collectorLink: CollectorLink = {
    publishReadings: () => undefined,
    handleCommands: () => () => undefined,
    publishStatus: () => undefined,
    deliverConditions: async (delivery) => {
      deliveries.push(delivery);
      return link.deliver(delivery);
    },
    stateConditions: async (statement) => {
      statements.push(statement);
      return link.state();
    },
    takeOver: async () => ({ kind: 'failed', retryable: true, reason: 'noServer' }),
    onServerConnected: (listener) => {
      connected = listener;
      return () => undefined;
    },
    onSnapshotRequested: () => () => undefined,
    onAlarmSettings: () => () => undefined,
    close: async () => undefined,
  };
  return { link, collectorLink, deliveries, statements, connect: () => connected() };
}

const settle = async () => {
  for (let count = 0; count < 20; count += 1) await Promise.resolve();
};

describe('the sender', () => {
  test('[HD10] a term that the server believes no longer is told to who holds it, by whatever is answered; an earlier one and the same are not', async () => {
    const clock = new ManualClock();
    const outbox = open(newFile(), 5);
    outbox.adopt([]);
    const { link, collectorLink, connect } = createLink();
    const told: number[] = [];
    const takeover = { node: 'n', onHeld: () => undefined, onSuperseded: (term: number) => void told.push(term) };
    const sender = new ConditionSender({ outbox, link: collectorLink, collectorId: 'c', clock, random: () => 0.5, takeover });
    const pass = async () => {
      await settle();
      clock.advance(10_000);
      await settle();
    };
    const { deliver } = link;
    for (const supersededBy of [4, 5, 6]) {
      link.deliver = (delivery) => ({ ...deliver(delivery), supersededBy });
      outbox.append([edge(supersededBy === 5 ? 'clear' : 'raise', 'a')]);
      sender.poke();
      await pass();
      expect(outbox.pendingCount).toBe(0);
    }
    expect(told).toEqual([6]);
    link.state = () => ({ kind: 'superseded', term: 7 });
    connect();
    await pass();
    expect(told).toContain(7);
    sender.stop();
    outbox.close();
    const next = open(newFile(), 5);
    collectorLink.takeOver = async () => ({ kind: 'superseded', term: 8 });
    const other = new ConditionSender({ outbox: next, link: collectorLink, collectorId: 'c', clock, random: () => 0.5, takeover });
    other.poke();
    await pass();
    expect(told).toContain(8);
    other.stop();
    next.close();
  });

  function createRig() {
    const clock = new ManualClock();
    const outbox = open(newFile());
    const fake = createLink();
    const sender = new ConditionSender({ outbox, link: fake.collectorLink, collectorId: 'c', clock, random: () => 0.5 });
    return { clock, outbox, sender, ...fake };
  }

  test('delivers in order, confirms what the server has committed, then states what is true', async () => {
    const { outbox, sender, deliveries, statements } = createRig();
    outbox.append([edge('raise', 'a'), edge('raise', 'b'), edge('clear', 'a')]);
    sender.poke();
    await settle();
    expect(deliveries.map((delivery) => delivery.messages.map((message) => message.sequence))).toEqual([[1, 2, 3]]);
    expect(outbox.pendingCount).toBe(0);
    expect(statements).toMatchObject([{ throughSequence: 3, active: [{ alarmId: 'b' }] }]);
    sender.stop();
    outbox.close();
  });

  test('a server that is away is tried again and again; nothing is confirmed, nothing is skipped', async () => {
    const { clock, outbox, sender, deliveries, link } = createRig();
    link.deliver = () => ({ kind: 'failed', retryable: true, reason: 'noServer' });
    outbox.append([edge('raise', 'a')]);
    sender.poke();
    await settle();
    for (let count = 0; count < 20; count += 1) {
      clock.advance(5_000);
      await settle();
    }
    expect(deliveries.length).toBeGreaterThan(5);
    expect(new Set(deliveries.map((delivery) => delivery.messages[0]?.sequence))).toEqual(new Set([1]));
    expect(outbox.pendingCount).toBe(1);
    link.deliver = (delivery) => ({ kind: 'committed', throughSequence: delivery.messages.at(-1)?.sequence ?? 0 });
    clock.advance(5_000);
    await settle();
    expect(outbox.pendingCount).toBe(0);
    sender.stop();
    outbox.close();
  });

  test('a server that committed only a part gets the rest; one that is behind gets the outbox before the statement', async () => {
    const { clock, outbox, sender, deliveries, link } = createRig();
    let isFirst = true;
    link.deliver = (delivery) => {
      const through = isFirst ? 1 : (delivery.messages.at(-1)?.sequence ?? 0);
      isFirst = false;
      return { kind: 'committed', throughSequence: through };
    };
    outbox.append([edge('raise', 'a'), edge('raise', 'b')]);
    sender.poke();
    await settle();
    clock.advance(5_000);
    await settle();
    expect(deliveries.map((delivery) => delivery.messages.map((message) => message.sequence))).toEqual([[1, 2], [2]]);
    expect(outbox.pendingCount).toBe(0);
    sender.stop();
    outbox.close();
  });

  test('a server whose database was made anew is told everything that is true, and later messages reach it', async () => {
    const { outbox, sender, deliveries, statements, link, connect } = createRig();
    const progress = new Map<string, number>();
    link.deliver = (delivery) => {
      let through = progress.get(delivery.outboxId) ?? 0;
      for (const message of delivery.messages)
        if (message.sequence === through + 1 || through === 0) through = Math.max(through, message.sequence);
      progress.set(delivery.outboxId, through);
      return { kind: 'committed', throughSequence: through };
    };
    link.state = () => {
      const last = statements.at(-1);
      const through = progress.get(last?.outboxId ?? '') ?? 0;
      return through < (last?.throughSequence ?? 0) ? { kind: 'behind', committedThrough: through } : { kind: 'accepted' };
    };
    outbox.append([edge('raise', 'a'), edge('raise', 'b'), edge('raise', 'c')]);
    sender.poke();
    await settle();
    expect(statements).toHaveLength(1);
    const { outboxId } = outbox;

    progress.clear(); // the journal was deleted
    connect();
    await settle();
    expect(outbox.outboxId).not.toBe(outboxId);
    expect(statements.at(-1)?.replaces).toEqual([{ outboxId, throughSequence: 3, carried: 0 }]);
    expect(statements.at(-1)?.active.map((condition) => condition.alarmId)).toEqual(['a', 'b', 'c']);

    outbox.append([edge('clear', 'a'), edge('clear', 'b')]);
    sender.poke();
    await settle();
    progress.set(outbox.outboxId, 1); // an old copy of the journal was put back
    outbox.append([edge('raise', 'd')]);
    sender.poke();
    await settle();
    expect(outbox.pendingCount).toBe(0);
    expect(deliveries.at(-1)?.messages.map(({ kind, alarmId, sequence }) => `${sequence} ${kind} ${alarmId}`)).toEqual(['1 raise d']);
    expect(deliveries.at(-1)?.replaces?.map((replaced) => replaced.outboxId)).toContain(outboxId);
    expect(statements.at(-1)?.active.map((condition) => condition.alarmId)).toEqual(['c', 'd']);
    sender.stop();
    outbox.close();
  });

  test('an outbox that cannot be read is tried again later, not over and over in one turn', async () => {
    const { clock, outbox, sender, deliveries } = createRig();
    outbox.append([edge('raise', 'a')]);
    const { pending } = outbox;
    let reads = 0;
    outbox.pending = () => {
      reads += 1;
      throw new Error('disk I/O error');
    };
    sender.poke();
    await settle();
    expect(reads).toBe(1);
    outbox.pending = pending;
    clock.advance(5_000);
    await settle();
    expect([deliveries.length, outbox.pendingCount]).toEqual([1, 0]);
    sender.stop();
    outbox.close();
  });

  test('every connection of a server brings a new statement', async () => {
    const { outbox, sender, statements, connect } = createRig();
    sender.poke();
    await settle();
    connect();
    await settle();
    expect(statements).toHaveLength(2);
    sender.stop();
    outbox.close();
  });

  test('a message that comes in the very moment the sender is done is sent too', async () => {
    const { outbox, sender, link } = createRig();
    link.state = () => {
      // Queued to run right after the last answer was looked at.
      queueMicrotask(() =>
        queueMicrotask(() => {
          outbox.append([edge('raise', 'late')]);
          sender.poke();
        }),
      );
      return { kind: 'accepted' };
    };
    outbox.append([edge('raise', 'a')]);
    sender.poke();
    await settle();
    await settle();
    expect(outbox.pendingCount).toBe(0);
    sender.stop();
    outbox.close();
  });
});
