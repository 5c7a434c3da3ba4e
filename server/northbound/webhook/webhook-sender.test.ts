// A webhook against real HTTP receivers that refuse, hang, cut the line and come back.
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { type WebhookBody, webhookBodySchema } from '../../../domain/api/northbound-api.ts';
import type { WebhookSettings } from '../../../domain/plant/compile-northbound.ts';
import { parsePlantText } from '../../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../../domain/time/manual-clock.ts';
import { openDatabase } from '../../journal/database.ts';
import { Journal, type NewJournalEntry, readJournal } from '../../journal/journal.ts';
import { Ledger } from '../../journal/ledger.ts';
import { PartState } from '../part-state.ts';
import { WebhookSender } from './webhook-sender.ts';

const parsed = parsePlantText(
  `schema: 1
company: { id: riverside, name: { zh: 滨河, en: Riverside } }
areas: [{ id: a, name: A }]
stations: [{ id: GS-01, type: gate, name: { zh: 门站, en: Gate }, area: a, devices: [{ id: PLC-1, protocol: modbusTcp, host: h, points: [
  { tag: PT-101, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 1 }, register: { table: holding, address: 0, type: float32 }, alarms: [{ kind: high, setpoint: 0.5, priority: medium, message: { zh: 压力高, en: Pressure high } }] }] }] }]
`,
  { version: 'v1' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;

type Answer = (request: IncomingMessage, response: ServerResponse, body: WebhookBody) => void;
const accept: Answer = (_request, response) => void response.writeHead(204).end();

interface Receiver {
  readonly url: string;
  readonly bodies: WebhookBody[];
  readonly requests: { readonly headers: IncomingMessage['headers']; readonly text: string }[];
  answer: Answer;
  close(): Promise<void>;
}

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function receiver(port = 0): Promise<Receiver> {
  const state = { answer: accept as Answer };
  const bodies: WebhookBody[] = [];
  const requests: Receiver['requests'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    request.on('end', () => {
      requests.push({ headers: request.headers, text });
      state.answer(request, response, webhookBodySchema.parse(JSON.parse(text)));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  cleanUps.push(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    bodies,
    requests,
    get answer() {
      return state.answer;
    },
    set answer(answer) {
      state.answer = (request, response, body) => answer(request, response, body);
    },
    close,
  };
}

const timeoutMs = 10 * 86_400_000;
const secret = 'a signing secret of the test';
process.env.GATEWATCH_SECRET_TEST_WEBHOOK = secret;

const settingsFor = (url: string, more: Partial<WebhookSettings> = {}): WebhookSettings => ({
  name: 'scada',
  url,
  secret: { env: 'GATEWATCH_SECRET_TEST_WEBHOOK', file: null },
  kinds: ['alarm.*'],
  stationIds: null,
  isInsecure: false,
  // Longer than any test lets time pass by itself: only the receiver that hangs runs into it.
  timeoutMs,
  ...more,
});

async function world(dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-webhook-'))) {
  const clock = new ManualClock();
  const database = await openDatabase('sqlite:', dataDir);
  const journal = await Journal.open(database);
  const ledger = new Ledger(database, journal, clock);
  const log = pino({ level: 'silent' });
  let number = journal.length;
  const line = (kind: string, stationId: string | null = 'GS-01'): NewJournalEntry => {
    number += 1;
    return {
      occurredAtMs: number,
      kind,
      stationId,
      alarmId: kind.startsWith('alarm') ? 'GS-01.PT-101.high' : null,
      occurrenceId: null,
      actor: { kind: 'system', part: 'test' },
      detail: { number },
    };
  };
  return {
    dataDir,
    clock,
    database,
    ledger,
    append: (...kinds: string[]) => ledger.commit(kinds.map((kind) => line(kind))),
    appendTo: (stationId: string | null, kind: string) => ledger.commit([line(kind, stationId)]),
    async sender(settings: WebhookSettings) {
      const state = new PartState('webhook scada', { ledger, clock, log });
      const sender = new WebhookSender({ settings, plant, journal, ledger, clock, state, random: () => 1 });
      await sender.start();
      let isStopped = false;
      const stop = async () => {
        if (isStopped) return;
        isStopped = true;
        state.stop();
        await sender.stop();
      };
      cleanUps.push(stop);
      return { sender, stop };
    },
    async close() {
      await database.destroy();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function openWorld() {
  const opened = await world();
  cleanUps.push(() => opened.close());
  return opened;
}

const sequences = (bodies: readonly WebhookBody[]) => bodies.flatMap((body) => body.events.map((event) => event.sequence));

/** Lets time pass while the sender is refused, until it holds: its back-off runs on the test's clock. */
async function eventually<T>(look: () => T, expected: T, clock: ManualClock, sender: WebhookSender): Promise<void> {
  await expect
    .poll(
      () => {
        if (sender.status().state === 'failing') clock.advance(10_000);
        return look();
      },
      { timeout: 15_000, interval: 5 },
    )
    .toEqual(expected);
}

test('what happens after the start arrives in order, signed, with the words of station and alarm; other kinds do not', async () => {
  const here = await openWorld();
  await here.append('alarm.raise');
  const to = await receiver();
  to.answer = (_request, response, body) => {
    to.bodies.push(body);
    response.writeHead(200).end('thanks');
  };
  const { sender } = await here.sender(settingsFor(to.url));
  await here.append('alarm.raise', 'session.start', 'alarm.acknowledge');
  await eventually(() => sequences(to.bodies), [2, 4], here.clock, sender);
  const [first] = to.bodies;
  expect(first).toMatchObject({ schema: 1, plant: 'riverside', webhook: 'scada' });
  expect(first?.events[0]).toMatchObject({
    kind: 'alarm.raise',
    station: { id: 'GS-01', name: { zh: '门站', en: 'Gate' } },
    alarm: { message: { zh: '压力高', en: 'Pressure high' }, priority: 'medium', pointId: 'GS-01.PT-101', unit: 'MPa' },
  });
  const [request] = to.requests;
  const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request?.headers['x-gatewatch-signature'])) ?? [];
  expect(Math.abs(Number(t) * 1_000 - here.clock.nowMs())).toBeLessThan(60_000);
  expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${request?.text}`).digest('hex'));
});

test('only the stations that it names; a line that belongs to no station is not theirs', async () => {
  const here = await openWorld();
  const to = await receiver();
  to.answer = (request, response, body) => {
    to.bodies.push(body);
    accept(request, response, body);
  };
  const { sender } = await here.sender(settingsFor(to.url, { kinds: ['*'], stationIds: ['GS-01'] }));
  await here.appendTo('GS-02', 'alarm.raise');
  await here.appendTo(null, 'system.start');
  await here.appendTo('GS-01', 'incident.open');
  await eventually(() => sequences(to.bodies), [3], here.clock, sender);
});

test('a receiver that refuses, hangs, cuts the line and redirects gets everything in order once it accepts', async () => {
  const here = await openWorld();
  const to = await receiver();
  const misdeeds: Answer[] = [
    (_request, response) => void response.writeHead(500).end(),
    () => here.clock.advance(timeoutMs),
    (request) => void request.socket.destroy(),
    (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    (_request, response) => void response.writeHead(401).end(),
    (_request, response) => void response.writeHead(503, { 'retry-after': '7' }).end(),
  ];
  to.answer = (request, response, body) => {
    const misdeed = misdeeds.shift();
    if (misdeed !== undefined) {
      misdeed(request, response, body);
      return;
    }
    to.bodies.push(body);
    accept(request, response, body);
  };
  const { sender } = await here.sender(settingsFor(to.url));
  await here.append('alarm.raise');
  await expect.poll(() => sender.status().state).toBe('failing');
  await here.append('alarm.clear', 'alarm.acknowledge');
  await eventually(() => sequences(to.bodies), [1, 2, 3], here.clock, sender);
  expect(misdeeds).toEqual([]);
  // The body is there before its answer has been taken note of.
  await expect.poll(() => sender.status()).toMatchObject({ state: 'running', reason: null, failures: 6, sent: 3 });
});

test('an answer that was lost makes events come twice, never out of order and never not at all', async () => {
  const here = await openWorld();
  const to = await receiver();
  let isFirst = true;
  to.answer = (request, response, body) => {
    to.bodies.push(body);
    if (isFirst) request.socket.destroy();
    else accept(request, response, body);
    isFirst = false;
  };
  const { sender } = await here.sender(settingsFor(to.url));
  await here.append('alarm.raise', 'alarm.clear');
  await eventually(() => sequences(to.bodies), [1, 2, 1, 2], here.clock, sender);
});

test('what happened while the server was down is sent after the start, from where the receiver was', async () => {
  const here = await openWorld();
  const to = await receiver();
  to.answer = (request, response, body) => {
    to.bodies.push(body);
    accept(request, response, body);
  };
  const before = await here.sender(settingsFor(to.url));
  await here.append('alarm.raise');
  await eventually(() => sequences(to.bodies), [1], here.clock, before.sender);
  // The body is there before its answer has been taken note of.
  await eventually(() => before.sender.status().sent, 1, here.clock, before.sender);
  await before.stop();
  await here.append('alarm.clear', 'alarm.acknowledge');
  const { sender } = await here.sender(settingsFor(to.url));
  await eventually(() => sequences(to.bodies), [1, 2, 3], here.clock, sender);
});

test('a receiver that was away for a day is caught up: 3,000 events, none missing, none out of order', async () => {
  const here = await openWorld();
  const away = await receiver();
  const { port } = new URL(away.url);
  await away.close();
  const { sender } = await here.sender(settingsFor(away.url));
  for (let hour = 0; hour < 24; hour += 1) {
    await here.append(...Array.from({ length: 125 }, (_, index) => (index % 2 === 0 ? 'alarm.raise' : 'alarm.clear')));
    here.clock.advance(3_600_000);
  }
  await expect.poll(() => sender.status().state).toBe('failing');
  here.clock.advance(60_000);
  const back = await receiver(Number(port));
  back.answer = (request, response, body) => {
    back.bodies.push(body);
    accept(request, response, body);
  };
  // The journal also tells that the receiver was away, which is not an alarm event.
  const wanted = (await readJournal(here.database, { limit: 5_000 }))
    .filter(({ kind }) => kind.startsWith('alarm.'))
    .map(({ sequence }) => sequence)
    .toReversed();
  expect(wanted).toHaveLength(3_000);
  await eventually(() => sequences(back.bodies), wanted, here.clock, sender);
  const told = await readJournal(here.database, { limit: 5_000 });
  await expect.poll(() => sender.status().pending).toBe(0);
  expect(told.some(({ kind, detail }) => kind === 'northbound.failing' && detail.part === 'webhook scada')).toBe(true);
});

test('any pattern of refusals and cuts: what arrives, without repetitions, is the journal in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('ok', 'refuse', 'cut', 'lost', 'append'), { maxLength: 25 }), async (script) => {
      const here = await world();
      const to = await receiver();
      const rest = [...script];
      to.answer = (request, response, body) => {
        const act = rest.shift() ?? 'ok';
        if (act === 'refuse') response.writeHead(500).end();
        else if (act === 'cut') request.socket.destroy();
        else {
          to.bodies.push(body);
          if (act === 'lost') request.socket.destroy();
          else accept(request, response, body);
          if (act === 'append') void here.append('alarm.raise', 'other.kind');
        }
      };
      const { sender, stop } = await here.sender(settingsFor(to.url));
      await here.append('alarm.raise', 'alarm.clear', 'other.kind', 'alarm.raise');
      const unrepeated = () => {
        const seen: number[] = [];
        for (const sequence of sequences(to.bodies)) {
          if (seen.includes(sequence)) continue;
          // Only a repetition may go back: something new is always newer.
          if (sequence < (seen.at(-1) ?? 0)) throw new Error(`${sequence} after ${seen.at(-1)}`);
          seen.push(sequence);
        }
        return seen;
      };
      await expect
        .poll(
          async () => {
            if (sender.status().state === 'failing') here.clock.advance(400_000);
            const journal = await readJournal(here.database, { limit: 1_000 });
            const wanted = journal.filter(({ kind }) => kind.startsWith('alarm.')).map(({ sequence }) => sequence);
            return JSON.stringify(unrepeated()) === JSON.stringify(wanted.toReversed());
          },
          { timeout: 15_000, interval: 2 },
        )
        .toBe(true);
      await stop();
      await to.close();
      await here.close();
    }),
    { numRuns: 15 },
  );
});
