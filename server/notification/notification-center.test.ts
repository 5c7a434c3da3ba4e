// The worker over a real journal database, a clock that the test moves, and channels that do as they are told.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import type { NotificationChannel, NotificationOrder } from '../../domain/notification/notification-order.ts';
import { notificationSettingsSchema } from '../../domain/notification/notification-settings.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { type Database, openDatabase } from '../journal/database.ts';
import { Journal, readJournal, verifyChain } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import type { ChannelMessage, SendResult } from './channel.ts';
import { type ChannelTarget, ChannelTargets } from './channel-targets.ts';
import { DeliveryStore } from './delivery-store.ts';
import { NotificationCenter } from './notification-center.ts';

const log = pino({ level: 'silent' });
const settings = notificationSettingsSchema.parse({});
const folders: string[] = [];
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Behaviour = (message: ChannelMessage, signal: AbortSignal) => SendResult | Promise<SendResult>;
const sent: SendResult = { kind: 'sent' };
const unavailable: SendResult = { kind: 'failed', retryable: true, reason: 'unavailable' };

interface Bench {
  readonly clock: ManualClock;
  readonly database: Database;
  readonly tried: { readonly target: string; readonly message: ChannelMessage; readonly atMs: number }[];
  readonly behave: Map<string, Behaviour>;
  center: NotificationCenter;
  order(overrides: Partial<NotificationOrder> & { readonly key: string }): Promise<void>;
  /** Moves the clock in steps and lets everything settle after each. */
  pass(ms: number, stepMs?: number): Promise<void>;
  restart(): Promise<void>;
  journal(kind?: string): Promise<readonly { readonly kind: string; readonly detail: Record<string, unknown> }[]>;
  rows(): Promise<readonly { readonly order_key: string; readonly lane: string; readonly state: string; readonly reason: string | null }[]>;
}

async function bench(
  options: { readonly targets?: readonly Partial<ChannelTarget>[]; readonly random?: () => number; readonly settings?: object } = {},
): Promise<Bench> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-notify-'));
  folders.push(folder);
  const clock = new ManualClock();
  const tried: Bench['tried'] = [];
  const behave = new Map<string, Behaviour>();
  const targets = new ChannelTargets(
    (options.targets ?? [{ kind: 'email' }, { kind: 'sms' }]).map((given): ChannelTarget => {
      const kind: NotificationChannel = given.kind ?? 'email';
      const name = given.name ?? kind;
      return {
        kind,
        name,
        channel: {
          kind,
          send: async (message, signal) => {
            tried.push({ target: name, message, atMs: clock.monotonicMs() });
            return (behave.get(name) ?? (() => sent))(message, signal);
          },
        },
        language: 'zh',
        stationIds: null,
        mayDigest: true,
        concurrency: 4,
        attemptTimeoutMs: 10_000,
        rate: { messages: 1_000, perMs: 60_000 },
        ...given,
      };
    }),
  );
  const database = await openDatabase(`sqlite:${path.join(folder, 'journal.sqlite')}`, folder);
  closers.push(() => database.destroy());
  const open = async () => {
    const ledger = new Ledger(database, await Journal.open(database), clock);
    return NotificationCenter.start({
      store: new DeliveryStore(ledger),
      targets,
      composer: {
        compose: async (delivery, order) => ({
          kind: 'message',
          message: {
            idempotencyKey: delivery.deliveryId,
            subject: order.subject,
            recipient: null,
            language: 'zh',
            urgency: order.urgency,
            title: order.title.zh,
            text: order.key,
            facts: [],
            link: null,
            acknowledgeLink: null,
            orderedAtMs: order.orderedAtMs,
          },
        }),
      },
      factsOf: () => [],
      settings: { ...settings, ...options.settings },
      clock,
      log,
      random: options.random ?? (() => 0.5),
    });
  };
  const made: Bench = {
    clock,
    database,
    tried,
    behave,
    center: await open(),
    async order(overrides) {
      await made.center.order([orderOf(overrides)]);
      await made.center.idle();
    },
    async pass(ms, stepMs = 1_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        clock.advance(Math.min(stepMs, left));
        await made.center.idle();
      }
    },
    async restart() {
      made.center = await open();
      await made.center.idle();
    },
    async journal(kind) {
      const lines = (await readJournal(database, { limit: 100_000 })).toReversed();
      return kind === undefined ? lines : lines.filter((line) => line.kind === kind);
    },
    rows: () => database.selectFrom('notification_delivery').select(['order_key', 'lane', 'state', 'reason']).execute(),
  };
  closers.push(() => made.center.stop());
  return made;
}

function orderOf(overrides: Partial<NotificationOrder> & { readonly key: string }): NotificationOrder {
  return {
    subject: { kind: 'duty', stationId: null },
    username: 'wang',
    channels: ['email'],
    urgency: 'high' as AlarmPriority,
    title: { zh: '标题', en: 'Title' },
    text: { zh: '正文', en: 'Text' },
    mayNotWait: false,
    ...overrides,
  };
}

describe('an order', () => {
  test('[NO1] is told once, whatever happens to its key', async () => {
    const b = await bench();
    await b.order({ key: 'a' });
    await b.order({ key: 'a', text: { zh: '别的', en: 'other' } });
    await b.center.order([orderOf({ key: 'b' }), orderOf({ key: 'b' })]);
    await b.center.idle();
    await b.center.stop();
    await b.restart();
    await b.order({ key: 'a' });
    expect(b.tried.map(({ message }) => message.text)).toEqual(['a', 'b']);
    expect((await b.journal('notification.order')).length).toBe(2);
    expect((await b.journal('notification.sent')).length).toBe(2);
    expect(await verifyChain(b.database)).toMatchObject({ kind: 'intact' });
  });

  test('[NO6] after failures it waits twice as long, and is told in the end', async () => {
    const b = await bench();
    let failures = 3;
    b.behave.set('email', () => (failures-- > 0 ? unavailable : sent));
    await b.order({ key: 'a' });
    await b.pass(60_000, 500);
    // Half of 4, 8, 16 s and a half of that by dice that always show the middle.
    expect(b.tried.map(({ atMs }) => atMs)).toEqual([0, 3_000, 9_000, 21_000]);
    expect(await b.rows()).toMatchObject([{ state: 'sent', reason: null }]);
  });
});
