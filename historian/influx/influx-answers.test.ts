// What a database may answer, from a server that answers it: only 204 counts as stored, everything else waits on disk or is set aside.
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../collector/system-clock.ts';
import type { Historian, HistorianLog } from '../historian.ts';
import { contractPlant, writeRows } from '../historian-contract-plant.ts';
import { openInfluxHistorian } from './influx-historian.ts';
import { parseInfluxUrl } from './influx-target.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-answers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const log: HistorianLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const plant = contractPlant();
const point = 'RS-01.PT-102';

type Answer = (request: http.IncomingMessage, lines: string, response: http.ServerResponse) => void;

interface FakeDatabase {
  /** Lines of every request answered 204. */
  readonly stored: string[];
  readonly requests: { readonly url: string; readonly authorization: string | undefined; readonly lineCount: number }[];
  readonly historian: Historian;
}

async function against(name: string, query: string, environment: Record<string, string>, answer: Answer): Promise<FakeDatabase> {
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

test('one bad line among many is found by halving; the others are stored', async () => {
  const { stored, historian } = await against('bad', 'db=x', {}, (_request, lines, response) =>
    lines.includes('v=37,') ? end(response, 400, '{"error":"unable to parse"}') : end(response, 204),
  );
  write(historian, 100);
  await historian.flush();
  await expect.poll(() => historian.status().spooled, { timeout: 10_000 }).toBe(0);
  expect(historian.status()).toMatchObject({ setAside: 1, written: 99, dropped: 0, isAvailable: true });
  expect(new Set(stored).size).toBe(99);
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
