// What a database may answer, from a server that answers it: only 204 counts as stored, everything else waits on disk or is set aside.
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../collector/system-clock.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { Historian, HistorianLog } from '../historian.ts';
import { contractPlant, writeRows } from '../historian-contract-plant.ts';
import { type InfluxHistorianOptions, openInfluxHistorian } from './influx-historian.ts';
import { parseInfluxUrl } from './influx-target.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-answers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const log: HistorianLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const plant = contractPlant();
const point = 'RS-01.PT-102';

/** Where time is moved by hand, requests must not run into their deadline by it. */
const patientMs = 1e9;

type Answer = (request: http.IncomingMessage, lines: string, response: http.ServerResponse) => void;

interface FakeDatabase {
  /** Lines of every request answered 204. */
  readonly stored: string[];
  readonly requests: { readonly url: string; readonly authorization: string | undefined; readonly lineCount: number }[];
  readonly historian: Historian;
}

async function against(
  name: string,
  query: string,
  environment: Record<string, string>,
  answer: Answer,
  more: Partial<InfluxHistorianOptions> = {},
): Promise<FakeDatabase> {
  const stored: string[] = [];
  const requests: { url: string; authorization: string | undefined; lineCount: number }[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const lines = text.split('\n').filter((line) => line !== '');
      requests.push({ url: request.url ?? '', authorization: request.headers.authorization, lineCount: lines.length });
      response.on('finish', () => {
        if (response.statusCode === 204) stored.push(...lines);
      });
      answer(request, text, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const historian = await openInfluxHistorian({
    plant,
    dataDir: folder,
    target: parseInfluxUrl(`influx://127.0.0.1:${port}/?${query}`, environment),
    spoolFolder: path.join(folder, name),
    clock: systemClock,
    log,
    requestTimeoutMs: 500,
    random: () => 0,
    ...more,
  });
  onTestFinished(async () => {
    await historian.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { stored, requests, historian };
}

const end = (response: http.ServerResponse, status: number, body = '', headers: Record<string, string> = {}) => {
  response.writeHead(status, headers);
  response.end(body);
};
const write = (historian: Historian, count = 10) =>
  writeRows(
    historian,
    plant,
    point,
    Array.from({ length: count }, (_, index) => [1_767_225_600_000 + index * 1_000, index] as const),
  );

test.each([
  ['401', 401, /unauthorised/],
  ['404', 404, /missingDatabase/],
  ['429', 429, /overloaded/],
  ['500', 500, /serverError/],
  ['503', 503, /overloaded/],
  ['200, as a sign-in page answers', 200, /unexpectedStatus/],
  ['201, as a partial write answers', 201, /unexpectedStatus/],
])('%s is not stored: it waits, says why, and goes when the database takes it', async (name, status, reason) => {
  let isWell = false;
  const { stored, historian } = await against(`s${name.slice(0, 3)}`, 'db=x', {}, (_request, _lines, response) =>
    end(response, isWell ? 204 : status),
  );
  write(historian);
  await historian.flush();
  await expect.poll(() => historian.status().reason, { timeout: 10_000 }).toMatch(reason);
  expect(historian.status()).toMatchObject({ isAvailable: false, spooled: 10, written: 0, dropped: 0, setAside: 0 });
  isWell = true;
  await expect.poll(() => historian.status().spooled, { timeout: 10_000 }).toBe(0);
  expect(stored).toHaveLength(10);
  expect(historian.status()).toMatchObject({ isAvailable: true, reason: null, written: 10 });
});

test('a database that never answers is a time-out; what it answers too late does not count', async () => {
  let hangs = 2;
  const { stored, historian } = await against('hang', 'db=x', {}, (_request, _lines, response) => {
    if (hangs > 0) hangs -= 1;
    else end(response, 204);
  });
  write(historian);
  await historian.flush();
  await expect.poll(() => historian.status().reason, { timeout: 10_000 }).toMatch(/timeout/);
  await expect.poll(() => historian.status().spooled, { timeout: 20_000 }).toBe(0);
  expect(stored).toHaveLength(10);
});

test.each([400, 422, 500])(
  'one bad line in every 1,000 (%i) is found by halving and set aside with its reason; the others are stored',
  async (status) => {
    const clock = new ManualClock();
    const isBad = (lines: string) => / v=\d*637,/.test(lines);
    const { stored, historian } = await against(
      `bad${status}`,
      'db=x',
      {},
      (_request, lines, response) => (isBad(lines) ? end(response, status, '{"error":"unable to take it"}') : end(response, 204)),
      { clock, requestTimeoutMs: patientMs },
    );
    const thousands = 20;
    write(historian, thousands * 1_000);
    await historian.flush();
    const timePasses = () => {
      clock.advance(1_000);
      return historian.status().spooled;
    };
    await expect.poll(timePasses, { timeout: 20_000 }).toBe(0);
    expect(historian.status()).toMatchObject({ setAside: thousands, written: thousands * 999, dropped: 0, isAvailable: true });
    expect(new Set(stored).size).toBe(thousands * 999);
    const setAside = readFileSync(path.join(folder, `bad${status}`, 'set-aside.lp'), 'utf8').split('\n');
    const reasons = setAside.filter((line) => line.startsWith('#'));
    expect(reasons).toHaveLength(thousands);
    for (const reason of reasons) expect(reason).toMatch(new RegExp(`^# ${status} .*unable to take it`));
    expect(setAside.filter((line) => line.startsWith('reading,')).every(isBad)).toBe(true);
  },
);

test.each([
  ['seconds', 'after', (_nowMs: number) => '7', 7_000],
  ['a date', 'date', (nowMs: number) => new Date(nowMs + 9_000).toUTCString(), 9_000],
  ['more than an hour, which is not believed', 'long', (_nowMs: number) => '9000000', 3_600_000],
])('a database that asks to be left alone for a time is: %s', async (_how, name, header, waitMs) => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const { requests, stored, historian } = await against(
    name,
    'db=x',
    {},
    (_request, _lines, response) =>
      requests.length === 1 ? end(response, 429, '', { 'retry-after': header(clock.nowMs()) }) : end(response, 204),
    { clock, requestTimeoutMs: patientMs },
  );
  write(historian);
  await historian.flush();
  await expect.poll(() => historian.status().reason, { timeout: 10_000 }).toMatch(/overloaded/);
  clock.advance(waitMs - 1);
  write(historian, 1); // what comes meanwhile does not shorten the wait
  await historian.flush();
  expect(requests).toHaveLength(1);
  clock.advance(1);
  await expect.poll(() => historian.status().spooled, { timeout: 10_000 }).toBe(0);
  expect(new Set(stored).size).toBe(10);
});

test('tries grow apart, up to half a minute, while the database is ill', async () => {
  const waits: number[] = [];
  class RecordingClock extends ManualClock {
    override after(delayMs: number, callback: () => void) {
      if (delayMs !== 500 && delayMs !== patientMs) waits.push(delayMs);
      return super.after(delayMs, callback);
    }
  }
  const clock = new RecordingClock();
  const { requests, historian } = await against('apart', 'db=x', {}, (_request, _lines, response) => end(response, 503), {
    clock,
    random: () => 1,
    requestTimeoutMs: patientMs,
  });
  write(historian);
  await historian.flush();
  for (const [tries, waitMs] of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].entries()) {
    // The failure is known, and so the timer set, before time goes on.
    await expect.poll(() => waits.length, { timeout: 10_000 }).toBe(tries + 1);
    expect(waits.at(-1)).toBe(waitMs);
    expect(requests).toHaveLength(tries + 1);
    clock.advance(waitMs);
  }
});

test('of 100,000 readings, with every third answer lost after they were stored, none is missing and none doubled', async () => {
  const received = new Map<string, number>();
  const clock = new ManualClock();
  const { requests, historian } = await against(
    'losing',
    'db=x',
    {},
    (_request, lines, response) => {
      for (const line of lines.split('\n')) if (line !== '') received.set(line, (received.get(line) ?? 0) + 1);
      if (requests.length % 3 === 0) response.destroy();
      else end(response, 204);
    },
    { clock, requestTimeoutMs: patientMs },
  );
  write(historian, 100_000);
  await historian.flush();
  const timePasses = () => {
    clock.advance(1_000);
    return historian.status().spooled;
  };
  await expect.poll(timePasses, { timeout: 25_000 }).toBe(0);
  // A database keeps one of each line (point and time): what came twice is the same line twice.
  expect(received.size).toBe(100_000);
  expect([...received.values()].filter((times) => times > 1).length).toBeGreaterThan(0);
  expect(historian.status()).toMatchObject({ written: 100_000, dropped: 0, setAside: 0 });
});

test('stored, but the answer was lost: sent again, which stores it once', async () => {
  const received: string[] = [];
  let losses = 2;
  const { historian } = await against('lost', 'db=x', {}, (_request, lines, response) => {
    received.push(...lines.split('\n').filter((line) => line !== ''));
    losses -= 1;
    if (losses >= 0) response.destroy();
    else end(response, 204);
  });
  write(historian);
  await historian.flush();
  await expect.poll(() => historian.status().spooled, { timeout: 10_000 }).toBe(0);
  expect(received).toHaveLength(30);
  expect(new Set(received).size).toBe(10); // the same lines: the database keeps one of each
  expect(historian.status()).toMatchObject({ written: 10, dropped: 0, setAside: 0 });
});

test('a line that is answered 500 for ever does not block the others', async () => {
  const clock = new ManualClock();
  const { stored, historian } = await against(
    'poison',
    'db=x',
    {},
    (_request, lines, response) => (lines.includes('v=37,') ? end(response, 500, 'panic') : end(response, 204)),
    { clock, requestTimeoutMs: patientMs },
  );
  write(historian, 100);
  await historian.flush();
  await expect
    .poll(
      () => {
        clock.advance(1_000);
        return historian.status().spooled;
      },
      { timeout: 20_000 },
    )
    .toBe(0);
  expect(historian.status()).toMatchObject({ setAside: 1, written: 99, isAvailable: true });
  expect(new Set(stored).size).toBe(99);
  expect(readFileSync(path.join(folder, 'poison', 'set-aside.lp'), 'utf8')).toMatch(
    /^# 500 panic\nreading,point=RS-01\.PT-102 v=37,q=0i \d+\n$/,
  );
});

test('a database that answers 500 to everything loses nothing: no line is at fault', async () => {
  const clock = new ManualClock();
  let isWell = false;
  const { stored, requests, historian } = await against(
    'ill',
    'db=x',
    {},
    (_request, _lines, response) => end(response, isWell ? 204 : 500),
    { clock, requestTimeoutMs: patientMs },
  );
  write(historian, 100);
  await historian.flush();
  const timePasses = () => {
    clock.advance(1_000);
    return requests.length;
  };
  await expect.poll(timePasses, { timeout: 20_000 }).toBeGreaterThan(60); // past the searches for a line at fault
  expect(historian.status()).toMatchObject({ setAside: 0, spooled: 100 });
  isWell = true;
  await expect
    .poll(
      () => {
        timePasses();
        return historian.status().spooled;
      },
      { timeout: 20_000 },
    )
    .toBe(0);
  expect(historian.status()).toMatchObject({ setAside: 0, written: 100 });
  expect(new Set(stored).size).toBe(100);
});

test('too large a request is halved until it fits', async () => {
  const { stored, requests, historian } = await against('large', 'db=x', {}, (_request, lines, response) =>
    end(response, lines.length > 1_000 ? 413 : 204),
  );
  write(historian, 100);
  await historian.flush();
  await expect.poll(() => historian.status().spooled, { timeout: 10_000 }).toBe(0);
  expect(new Set(stored).size).toBe(100);
  expect(requests.length).toBeGreaterThan(2);
  expect(historian.status().setAside).toBe(0);
});

test('while the spool cannot be written readings wait in memory, bounded and counted, and go when it can', async () => {
  const { stored, historian } = await against('gone', 'db=x', {}, (_request, _lines, response) => end(response, 204), {
    queueRowsMax: 50,
  });
  const spoolFolder = path.join(folder, 'gone');
  renameSync(spoolFolder, `${spoolFolder}.away`);
  write(historian, 100);
  await expect(historian.flush()).rejects.toThrow(/not stored/);
  const { accepted, spooled, dropped, isAvailable, reason } = historian.status();
  expect({ accepted, isAvailable, all: spooled + dropped }).toEqual({ accepted: 100, isAvailable: false, all: 100 });
  expect(reason).toMatch(/ENOENT/);
  expect(dropped).toBeGreaterThan(0);
  renameSync(`${spoolFolder}.away`, spoolFolder);
  await expect.poll(() => historian.status().spooled, { timeout: 10_000 }).toBe(0);
  expect(stored).toHaveLength(spooled);
  expect(historian.status()).toMatchObject({ written: spooled, dropped, isAvailable: true, reason: null });
});

test('a spool that is full drops its oldest readings, and counts every one', async () => {
  let isWell = false;
  const { stored, historian } = await against('full', 'db=x', {}, (_request, _lines, response) => end(response, isWell ? 204 : 503), {
    spoolBytesMax: 40_000,
  });
  let next = 0;
  for (let round = 0; round < 20; round += 1) {
    writeRows(
      historian,
      plant,
      point,
      Array.from({ length: 100 }, () => [1_767_225_600_000 + next * 1_000, next++] as const),
    );
    await historian.flush();
  }
  const { spooled, dropped } = historian.status();
  expect(dropped).toBeGreaterThan(0);
  expect(spooled + dropped).toBe(2_000);
  isWell = true;
  await expect.poll(() => historian.status().spooled, { timeout: 20_000 }).toBe(0);
  expect(new Set(stored).size).toBe(spooled);
  expect(stored.at(-1)).toMatch(/ v=1999,/);
  expect(historian.status()).toMatchObject({ written: spooled, dropped });
});

test('a question that is given up while the database hangs is not answered', async () => {
  const { requests, historian } = await against('quiet', 'db=x', {}, () => undefined, { requestTimeoutMs: patientMs });
  const question = new AbortController();
  const answer = historian.readRaw({ pointId: point, fromMs: 0, toMs: 1, limit: 1, signal: question.signal });
  await expect.poll(() => requests.length, { timeout: 10_000 }).toBe(1);
  question.abort(new Error('the page was left'));
  await expect(answer).rejects.toThrow(/the page was left/);
});

test('2.x is written to with organisation, bucket and token; 1.x with database and basic sign-in', async () => {
  const two = await against('two', 'org=gas&bucket=tele metry', { GATEWATCH_INFLUX_TOKEN: 'secret-token' }, (_request, _lines, response) =>
    end(response, 204),
  );
  write(two.historian);
  await two.historian.flush();
  await expect.poll(() => two.stored.length, { timeout: 10_000 }).toBe(10);
  const request = two.requests[0];
  expect(request?.authorization).toBe('Token secret-token');
  const url = new URL(request?.url ?? '', 'http://x');
  expect(url.pathname).toBe('/api/v2/write');
  expect(Object.fromEntries(url.searchParams)).toEqual({ org: 'gas', bucket: 'tele metry', precision: 'ms' });
  expect(JSON.stringify(two.historian.status())).not.toContain('secret');

  const one = await against('one', 'db=gas', { GATEWATCH_INFLUX_USER: 'u', GATEWATCH_INFLUX_PASSWORD: 'p' }, (_request, _lines, response) =>
    end(response, 204),
  );
  write(one.historian);
  await one.historian.flush();
  await expect.poll(() => one.stored.length, { timeout: 10_000 }).toBe(10);
  expect(one.requests[0]).toMatchObject({
    url: '/write?db=gas&precision=ms',
    authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
  });
});

test.each([
  ['influx://u:p@h:8086/?db=x', /must not carry credentials/],
  ['influx://h:8086/', /neither a db nor both/],
  ['influx://h:8086/?db=x&org=y', /both a db and an org/],
  ['influx://h:8086/?db=x&retention=y', /unknown part retention/],
  ['influx:///?db=x', /no host|cannot be parsed/],
])('%s is refused with what is expected', (url, message) => {
  expect(() => parseInfluxUrl(url, {})).toThrow(message);
});
