// The notifier over a real journal database, a clock that the test moves, and channels that do as they are told. `crash` ends it as a power cut would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach } from 'vitest';
import type { NotificationChannel, NotificationOrder } from '../../domain/notification/notification-order.ts';
import { notificationSettingsSchema } from '../../domain/notification/notification-settings.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { type Database, openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import type { ChannelMessage, SendResult } from './channel.ts';
import { type ChannelTarget, ChannelTargets } from './channel-targets.ts';
import { DeliveryStore } from './delivery-store.ts';
import { NotificationCenter } from './notification-center.ts';

const log = pino({ level: 'silent' });
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

export type Behaviour = (message: ChannelMessage, signal: AbortSignal) => SendResult | Promise<SendResult>;
export const sent: SendResult = { kind: 'sent' };
export const unavailable: SendResult = { kind: 'failed', retryable: true, reason: 'unavailable' };
export const rejected: SendResult = { kind: 'failed', retryable: false, reason: 'rejected' };

export interface Try {
  readonly target: string;
  readonly key: string;
  readonly message: ChannelMessage;
  /** Since the clock began. */
  readonly atMs: number;
}

export interface NotificationBench {
  readonly clock: ManualClock;
  readonly database: Database;
  readonly tried: Try[];
  readonly behave: Map<string, Behaviour>;
  center: NotificationCenter;
  order(overrides: Partial<NotificationOrder> & { readonly key: string }): Promise<void>;
  /** Moves the clock in steps and lets everything settle after each. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Stops in order and starts again. */
  restart(): Promise<void>;
  /** From now on nothing of the old notifier reaches the disk; a new one starts from what is there. */
  crash(): Promise<void>;
  /** The old notifier is cut off from the disk, its successor not started yet. */
  cutOff(): void;
  journal(kind?: string): Promise<readonly { readonly kind: string; readonly detail: Record<string, unknown> }[]>;
  rows(): ReturnType<typeof deliveryRows>;
}

export interface BenchOptions {
  readonly targets?: readonly Partial<ChannelTarget>[];
  readonly random?: () => number;
  readonly settings?: object;
}

export async function openBench(options: BenchOptions = {}): Promise<NotificationBench> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-notify-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new ManualClock();
  const tried: Try[] = [];
  const behave = new Map<string, Behaviour>();
  const targets = new ChannelTargets(
    (options.targets ?? [{ kind: 'email' }, { kind: 'sms' }]).map((given) => targetOf(given, clock, tried, behave)),
  );
  const database = await openDatabase(`sqlite:${path.join(folder, 'journal.sqlite')}`, folder);
  closers.push(() => database.destroy());
  let isCut = { yes: false };
  const open = async () => {
    const ledger = new Ledger(database, await Journal.open(database), clock);
    const store = new DeliveryStore(ledger);
    const cut = { yes: false };
    isCut = cut;
    return NotificationCenter.start({
      store: cuttable(store, cut),
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
      settings: notificationSettingsSchema.parse(options.settings ?? {}),
      clock,
      log,
      random: options.random ?? (() => 0.5),
    });
  };
  const bench: NotificationBench = {
    clock,
    database,
    tried,
    behave,
    center: await open(),
    async order(overrides) {
      await bench.center.order([orderOf(overrides)]);
      await settled(bench.center);
    },
    async pass(ms, stepMs = 1_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        clock.advance(Math.min(stepMs, left));
        await settled(bench.center);
      }
    },
    async restart() {
      await bench.center.stop();
      bench.center = await open();
      await settled(bench.center);
    },
    cutOff() {
      isCut.yes = true;
    },
    async crash() {
      isCut.yes = true;
      await bench.center.stop();
      bench.center = await open();
      await settled(bench.center);
    },
    async journal(kind) {
      const lines = (await readJournal(database, { limit: 100_000 })).toReversed();
      return kind === undefined ? lines : lines.filter((line) => line.kind === kind);
    },
    rows: () => deliveryRows(database),
  };
  closers.push(() => bench.center.stop());
  return bench;
}

/** Until nothing is under way but what waits for the clock: channels that hang. */
async function settled(center: NotificationCenter): Promise<void> {
  let isIdle = false;
  void center.idle().then(() => (isIdle = true));
  for (let turn = 0; turn < 200 && !isIdle; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function deliveryRows(database: Database) {
  return database
    .selectFrom('notification_delivery')
    .select(['order_key', 'lane', 'recipient', 'state', 'reason', 'step', 'attempts_total', 'digest_delivery_id', 'delivery_id'])
    .orderBy('order_key')
    .orderBy('lane')
    .execute();
}

function targetOf(given: Partial<ChannelTarget>, clock: ManualClock, tried: Try[], behave: ReadonlyMap<string, Behaviour>): ChannelTarget {
  const kind: NotificationChannel = given.kind ?? 'email';
  const name = given.name ?? kind;
  return {
    kind,
    name,
    channel: {
      kind,
      send: async (message, signal) => {
        tried.push({ target: name, key: message.text, message, atMs: clock.monotonicMs() });
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
}

/** Once cut, it reads and writes as a process that is no more: never. */
function cuttable(store: DeliveryStore, cut: { readonly yes: boolean }): DeliveryStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => (cut.yes ? Promise.reject(new Error('the power is off')) : member.apply(target, given));
    },
  });
}

export function orderOf(overrides: Partial<NotificationOrder> & { readonly key: string }): NotificationOrder {
  return {
    subject: { kind: 'duty', stationId: null },
    username: 'wang',
    channels: ['email'],
    urgency: 'high',
    title: { zh: '标题', en: 'Title' },
    text: { zh: '正文', en: 'Text' },
    mayNotWait: false,
    ...overrides,
  };
}
