// What every link must do: one suite, run in-process and over NATS.
import { expect, test } from 'vitest';
import type { AlarmSettingsMessage } from '../domain/messages/alarm-settings-message.ts';
import type { CollectorStatus } from '../domain/messages/collector-status.ts';
import type { ConditionDelivery, ConditionMessage, ConditionStatement } from '../domain/messages/condition-message.ts';
import type { EngineeringAnswer, EngineeringCommand } from '../domain/messages/engineering-command.ts';
import { Quality } from '../domain/readings/quality.ts';
import { createReadingBatch, type PointTable, pushReading, type ReadingBatch } from '../domain/readings/reading-batch.ts';
import type { CollectorLink, ServerLink } from './link.ts';

export const contractTable: PointTable = { version: 'v1', ids: ['RS-01.PT-101', 'RS-01.PT-102', 'RS-01.XT-103'] };
export const contractOutboxId = '018f0000-0000-7000-8000-000000000001';

export interface LinkEnds {
  readonly collector: CollectorLink;
  readonly server: ServerLink;
  close(): Promise<void>;
}

export function message(sequence: number): ConditionMessage {
  const occurrenceId = `018f0000-0000-7000-8000-${String(sequence).padStart(12, '0')}`;
  return { kind: 'raise', sequence, alarmId: 'RS-01.PT-101.high', occurrenceId, atMs: sequence, value: 1, quality: 0, measured: null };
}

export function delivery(...sequences: number[]): ConditionDelivery {
  return { schema: 1, collectorId: 'c1', outboxId: contractOutboxId, messages: sequences.map(message) };
}

const statement: ConditionStatement = { schema: 1, collectorId: 'c1', outboxId: contractOutboxId, throughSequence: 0, atMs: 1, active: [] };

const alarmSettings: AlarmSettingsMessage = {
  schema: 1,
  version: 7,
  digest: 'abc',
  settings: [
    { alarmId: 'RS-01.PT-101.high', setpoint: 0.25, deadband: 0, onDelayMs: 1_500 },
    { alarmId: 'RS-01.PT-102.stale', afterMs: 60_000 },
  ],
};

const status: CollectorStatus = {
  schema: 1,
  collectorId: 'c1',
  plantVersion: 'v1',
  atMs: 1,
  startedAtMs: 0,
  devices: [],
  outboxPending: 0,
  readingsTotal: 0,
  readingsPerSecond: 0,
  historian: {
    engine: 'duckdb',
    isAvailable: true,
    reason: null,
    accepted: 0,
    written: 0,
    filtered: 0,
    spooled: 0,
    setAside: 0,
    dropped: 0,
  },
};

function batchOf(...values: number[]): ReadingBatch {
  const batch = createReadingBatch(contractTable, values.length + 1);
  for (const [row, value] of values.entries())
    pushReading(batch, row, 1_000 + row, value, Number.isNaN(value) ? Quality.badCommFail : Quality.good);
  return batch;
}

/** A server whose database is a number: how far it has committed. */
export function serve(server: ServerLink): { readonly seen: number[]; committed: number; fails: boolean } {
  const database = { seen: [] as number[], committed: 0, fails: false };
  server.handleConditions(async (incoming) => {
    if (database.fails) throw new Error('disk full');
    for (const { sequence } of incoming.messages) {
      if (sequence !== database.committed + 1) continue;
      database.committed = sequence;
      database.seen.push(sequence);
    }
    return { committedThrough: database.committed };
  });
  server.handleStatement(async ({ throughSequence }) =>
    throughSequence > database.committed ? { kind: 'behind', committedThrough: database.committed } : { kind: 'accepted' },
  );
  return database;
}

export function linkContract(open: () => Promise<LinkEnds>): void {
  const withLink = async (work: (ends: LinkEnds) => Promise<void>) => {
    const ends = await open();
    try {
      await work(ends);
    } finally {
      await ends.close();
    }
  };

  test('readings arrive as they were, with no value, every quality and words; the sender may use its batch again at once', () =>
    withLink(async ({ collector, server }) => {
      const received: { id: string; rows: unknown[] }[] = [];
      server.onReadings((id, batch) => {
        const rows = Array.from({ length: batch.length }, (_, row) => [
          batch.table.ids[batch.point[row] ?? -1],
          batch.timeMs[row],
          batch.value[row],
          batch.quality[row],
          batch.text?.get(row) ?? null,
        ]);
        received.push({ id, rows });
      });
      const batch = batchOf(1.5, Number.NaN);
      batch.text = new Map([[1, '阀门 V-1']]);
      await expect
        .poll(() => {
          collector.publishReadings(batch);
          return received.length;
        })
        .toBeGreaterThan(0);
      batch.value.fill(99);
      expect(received[0]).toEqual({
        id: 'c1',
        rows: [
          ['RS-01.PT-101', 1_000, 1.5, Quality.good, null],
          ['RS-01.PT-102', 1_001, Number.NaN, Quality.badCommFail, '阀门 V-1'],
        ],
      });
    }));

  test('a delivery counts when the server has committed it, and what came twice is passed over', () =>
    withLink(async ({ collector, server }) => {
      const database = serve(server);
      server.announceReady();
      await expect
        .poll(() => collector.deliverConditions(delivery(1, 2)), { timeout: 20_000 })
        .toEqual({ kind: 'committed', throughSequence: 2 });
      expect(await collector.deliverConditions(delivery(1, 2, 3))).toEqual({ kind: 'committed', throughSequence: 3 });
      expect(database.seen).toEqual([1, 2, 3]);
    }));

  test('which outboxes a renewed one replaced arrives with what it sends, and of one that was not nothing', () =>
    withLink(async ({ collector, server }) => {
      const heard: unknown[] = [];
      server.handleConditions(async (incoming) => {
        heard.push(incoming.replaces);
        return { committedThrough: incoming.messages.at(-1)?.sequence ?? 0 };
      });
      server.handleStatement(async (incoming) => {
        heard.push(incoming.replaces);
        return { kind: 'behind', committedThrough: -1 };
      });
      server.announceReady();
      const replaces = [{ outboxId: '018f0000-0000-7000-8000-000000000009', throughSequence: 7, carried: 1 }];
      await expect
        .poll(() => collector.deliverConditions({ ...delivery(1), replaces }), { timeout: 20_000 })
        .toEqual({ kind: 'committed', throughSequence: 1 });
      expect(await collector.stateConditions({ ...statement, replaces })).toEqual({ kind: 'behind', committedThrough: -1 });
      expect(await collector.deliverConditions(delivery(2))).toEqual({ kind: 'committed', throughSequence: 2 });
      for (const named of heard.slice(0, -1)) expect(named).toEqual(replaces);
      expect(heard.at(-1)).toBeUndefined();
    }));

  test('an outbox that is retired hears −1 at once, also when it has settled nothing', () =>
    withLink(async ({ collector, server }) => {
      server.handleConditions(async () => ({ committedThrough: -1 }));
      server.announceReady();
      await expect
        .poll(() => collector.deliverConditions(delivery(1)), { timeout: 20_000 })
        .toEqual({ kind: 'committed', throughSequence: -1 });
    }));

  test('a server that cannot commit does not confirm; when it can, the same delivery goes through', () =>
    withLink(async ({ collector, server }) => {
      const database = serve(server);
      server.announceReady();
      database.fails = true;
      const failed = await collector.deliverConditions(delivery(1));
      expect(failed).toMatchObject({ kind: 'failed', retryable: true });
      database.fails = false;
      await expect
        .poll(() => collector.deliverConditions(delivery(1)), { timeout: 20_000 })
        .toEqual({ kind: 'committed', throughSequence: 1 });
      expect(database.seen).toEqual([1]);
    }));

  test('statements are answered: accepted, or behind with how far', () =>
    withLink(async ({ collector, server }) => {
      const database = serve(server);
      server.announceReady();
      await expect.poll(() => collector.stateConditions(statement), { timeout: 20_000 }).toEqual({ kind: 'accepted' });
      database.committed = 4;
      expect(await collector.stateConditions({ ...statement, throughSequence: 9 })).toEqual({ kind: 'behind', committedThrough: 4 });
    }));

  test('a later term that the server believes arrives with what it has committed, and in place of a statement’s answer', () =>
    withLink(async ({ collector, server }) => {
      server.handleConditions(async ({ messages }) => ({ committedThrough: messages.at(-1)?.sequence ?? 0, supersededBy: 7 }));
      server.handleStatement(async () => ({ kind: 'superseded', term: 7 }));
      server.announceReady();
      await expect
        .poll(() => collector.deliverConditions(delivery(1)), { timeout: 20_000 })
        .toEqual({ kind: 'committed', throughSequence: 1, supersededBy: 7 });
      expect(await collector.stateConditions(statement)).toEqual({ kind: 'superseded', term: 7 });
    }));

  test('the collector hears of the server, before or after it listens, and gives all last values when asked', () =>
    withLink(async ({ collector, server }) => {
      serve(server);
      let heard = 0;
      let rows = 0;
      collector.onServerConnected(() => {
        heard += 1;
      });
      collector.onSnapshotRequested(() => batchOf(1, 2, 3));
      server.onReadings((_, batch) => {
        rows += batch.length;
      });
      server.announceReady();
      await expect.poll(() => heard).toBeGreaterThan(0);
      await expect
        .poll(() => {
          server.requestSnapshots();
          return rows;
        })
        .toBeGreaterThanOrEqual(3);
    }));

  test('the collector’s account of itself arrives', () =>
    withLink(async ({ collector, server }) => {
      const received: CollectorStatus[] = [];
      server.onStatus((incoming) => void received.push(incoming));
      await expect
        .poll(() => {
          collector.publishStatus(status);
          return received[0];
        })
        .toEqual(status);
    }));

  test('alarm settings arrive as they were, and only at the collector that they are for', () =>
    withLink(async ({ collector, server }) => {
      const received: AlarmSettingsMessage[] = [];
      collector.onAlarmSettings((message) => void received.push(message));
      const other: AlarmSettingsMessage = { ...alarmSettings, digest: 'for another' };
      await expect
        .poll(() => {
          server.publishAlarmSettings('c2', other);
          server.publishAlarmSettings('c1', alarmSettings);
          return received.length;
        })
        .toBeGreaterThan(0);
      expect(received.every((message) => message.digest === alarmSettings.digest)).toBe(true);
      expect(received[0]).toEqual(alarmSettings);
    }));

  test('alarm settings of a large plant fit one message', () =>
    withLink(async ({ collector, server }) => {
      const settings = Array.from({ length: 20_000 }, (_, index) => ({
        alarmId: `GS-${index % 200}.PT-${index}.highHigh`,
        setpoint: index / 7,
        deadband: index / 1_000,
        onDelayMs: index,
      }));
      const received: AlarmSettingsMessage[] = [];
      collector.onAlarmSettings((message) => void received.push(message));
      await expect
        .poll(
          () => {
            server.publishAlarmSettings('c1', { ...alarmSettings, settings });
            return received[0]?.settings.length;
          },
          { timeout: 10_000, interval: 500 },
        )
        .toBe(settings.length);
      expect(received[0]?.settings).toEqual(settings);
    }));

  test('a collector that no longer listens hears nothing of alarm settings', () =>
    withLink(async ({ collector, server }) => {
      const [gone, there]: AlarmSettingsMessage[][] = [[], []];
      const stop = collector.onAlarmSettings((message) => void gone?.push(message));
      collector.onAlarmSettings((message) => void there?.push(message));
      stop();
      await expect
        .poll(() => {
          server.publishAlarmSettings('c1', alarmSettings);
          return there?.length;
        })
        .toBeGreaterThan(0);
      expect(gone).toEqual([]);
    }));

  test('a command reaches the collector that it is for, and its answer comes back as it was', () =>
    withLink(async ({ collector, server }) => {
      const heard: EngineeringCommand[] = [];
      const answer: EngineeringAnswer = { kind: 'registers', words: [0x4123, 0xffff], atMs: 5, tookMs: 1.5 };
      const stop = collector.handleCommands(async (command) => {
        heard.push(command);
        return answer;
      });
      const command: EngineeringCommand = {
        kind: 'peek',
        target: { kind: 'device', deviceId: 'RS-01.PLC-1' },
        table: 'holding',
        address: 7,
        count: 2,
      };
      await expect.poll(() => server.command('c1', command), { timeout: 20_000 }).toEqual(answer);
      expect(heard[0]).toEqual(command);
      expect(await server.command('c2', command)).toEqual({ kind: 'failed', reason: 'noCollector', detail: null });
      stop();
      expect(await server.command('c1', command)).toMatchObject({ kind: 'failed', reason: 'noCollector' });
    }));

  test('a collector that fails at a command says so; the link lives on', () =>
    withLink(async ({ collector, server }) => {
      collector.handleCommands(async () => {
        throw new Error('no such thing');
      });
      await expect
        .poll(() => server.command('c1', { kind: 'plan', deviceId: 'x' }), { timeout: 20_000 })
        .toEqual({ kind: 'failed', reason: 'rejected', detail: 'no such thing' });
    }));

  test('closed, it says so and does not hang', () =>
    withLink(async (ends) => {
      serve(ends.server);
      await ends.close();
      expect(await ends.collector.deliverConditions(delivery(1))).toMatchObject({ kind: 'failed', reason: 'closed' });
      expect(await ends.collector.stateConditions(statement)).toMatchObject({ kind: 'failed', reason: 'closed' });
      expect(await ends.server.command('c1', { kind: 'plan', deviceId: 'x' })).toMatchObject({ kind: 'failed', reason: 'closed' });
      expect(ends.server.state()).toMatchObject({ isConnected: false, reason: 'closed' });
      ends.collector.publishReadings(batchOf(1));
      ends.collector.publishStatus(status);
      ends.server.publishAlarmSettings('c1', alarmSettings);
    }));
}
