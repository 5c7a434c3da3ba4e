// Malformed, huge, deep and poisoned messages over the live channel, as packets of socket.io and of engine.io below it, signed in and not: the server stays, its
// health is answered, a page beside it goes on being told, and memory is bounded. FAULTS_SEED replays.
import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom, type Random } from '../../simulators/process/random.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const isLong = process.env.FAULTS === 'long';
const seed = Number(process.env.FAULTS_SEED ?? randomInt(1 << 30));
const hostile = isLong ? 3_000 : 150;
const plantText = `schema: 1
company: { id: t, name: { zh: 测试燃气, en: Test Gas } }
areas: [{ id: north, name: { zh: 北区, en: North } }]
stations: [{ id: GS-01, type: gate, name: { zh: 门站, en: Gate }, area: north, devices: [] }]
`;
let gatewatch: GatewatchProcess;
let cookie: string;

beforeAll(async () => {
  const folder = temporaryFolder();
  const plantFile = path.join(folder, 'plant.yaml');
  writeFileSync(plantFile, plantText);
  gatewatch = await startGatewatch({ dataDir: path.join(folder, 'data'), arguments: ['--plant', plantFile, '--no-simulators'] });
  const client = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
  cookie = client.cookie;
});
afterAll(() => gatewatch?.stop());

function memoryMb(): number {
  const status = readFileSync(`/proc/${gatewatch.child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;
}

async function healthMs(): Promise<number> {
  const startMs = performance.now();
  const response = await fetch(`${gatewatch.address}/healthz`, { signal: AbortSignal.timeout(20_000) });
  expect(response.status).toBe(200);
  return performance.now() - startMs;
}

const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

/** The text after the engine's `4` (message): a packet of socket.io, or what should be one. */
function packet(random: Random): string | Buffer<ArrayBuffer> {
  const below = (end: number) => Math.floor(random() * end);
  const many = (length: number) => JSON.stringify(Array.from({ length }, (_, index) => `GS-0${index}`));
  const packets: readonly (() => string | Buffer<ArrayBuffer>)[] = [
    () =>
      `2["subscribe",${['null', '1', '"x"', '[]', '{"stations":1}', '{"points":[1,null,{}]}', '{"stations":{"length":1e9}}'][below(7)]}]`,
    () => `2["subscribe",{"stations":${many(501)}}]`,
    () => `2["subscribe",{"points":${many(5_000)}}]`,
    () => `2["subscribe",{"points":${many(20_000)}}]`,
    () => '2["subscribe",{"__proto__":{"stations":["GS-01"]},"constructor":{"prototype":{"polluted":true}}}]',
    () => '2["subscribe",{"stations":["__proto__","constructor","toString","hasOwnProperty"],"points":["__proto__","constructor"]}]',
    () => `2["subscribe",${nested(20_000)}]`,
    () =>
      `2["${['disconnect', 'connect_error', 'error', 'newListener', 'acknowledge', '__proto__', 'snapshot', 'disconnecting'][below(8)]}",{"alarmId":"x"}]`,
    () => '2["acknowledge",{"alarmId":"GS-01.x"}]',
    () => `2${below(1_000_000)}["subscribe",{}]`,
    () => '2["subscribe"]',
    () => '2[]',
    () => '2{}',
    () => '2null',
    () => '2["subscribe",{"stations":["GS-01"]}',
    () => '5',
    () => '51-["subscribe",{"_placeholder":true,"num":0}]',
    () => '599999999999-["subscribe"]',
    () => '51-["subscribe",{"_placeholder":true,"num":99}]',
    () => `3${below(100)}["x"]`,
    () => '1',
    () => '0{"token":"x"}',
    () => '0/other,',
    () => `0/${'x'.repeat(5_000)},`,
    () => '9["x"]',
    () => '',
    () => 'x'.repeat(200_000),
    () => 'x'.repeat(400_000),
    () => '\0\ud800\uffff',
    () => Buffer.alloc(1 + below(5_000), below(256)),
    () => Buffer.alloc(300_000),
  ];
  return packets[below(packets.length)]?.() ?? '';
}

/** One hostile connection by hand: opened as a page does, then whatever. Resolves when the server or it hung up. */
function attack(random: Random, isSignedIn: boolean): Promise<'cut' | 'kept'> {
  return new Promise((resolve) => {
    const url = `${gatewatch.address.replace('http', 'ws')}/socket.io/?EIO=${random() < 0.95 ? 4 : Math.floor(random() * 10)}&transport=websocket`;
    // Node's own client, which takes headers besides.
    const socket = new WebSocket(url, { headers: isSignedIn ? { cookie } : {} } as unknown as string[]);
    let end: 'cut' | 'kept' = 'cut';
    socket.onerror = () => undefined;
    socket.onclose = () => resolve(end);
    socket.onopen = () => {
      const sends = 1 + Math.floor(random() * 20);
      if (random() < 0.9) socket.send('40');
      for (let count = 0; count < sends; count += 1) {
        if (socket.readyState !== WebSocket.OPEN) break;
        const draw = random();
        const body = packet(random);
        if (draw < 0.8) socket.send(typeof body === 'string' ? `4${body}` : body);
        else if (draw < 0.9) socket.send(body);
        else socket.send(['2', '3', '5', '6', '1', '0{"sid":"x"}', '2probe', '7', 'b4AAAA'][Math.floor(random() * 9)] ?? '');
      }
      setTimeout(() => {
        if (socket.readyState === WebSocket.OPEN) end = 'kept';
        socket.close();
      }, 60);
    };
  });
}

async function polling(random: Random): Promise<void> {
  const bodies = [
    '4',
    '\x1e\x1e\x1e',
    `4${nested(5_000)}`,
    '999',
    `4${'x'.repeat(300_000)}`,
    'b////',
    '2probe\x1e40',
    '40\x1e42["subscribe",{}]',
  ];
  const ask = (url: string, body?: string) =>
    fetch(`${gatewatch.address}/socket.io/${url}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { cookie, 'content-type': 'text/plain;charset=UTF-8' },
      signal: AbortSignal.timeout(20_000),
      ...(body === undefined ? {} : { body }),
    }).then(
      async (response) => ({ status: response.status, text: await response.text() }),
      () => ({ status: 0, text: '' }),
    );
  const opened = await ask('?EIO=4&transport=polling');
  const sid = /"sid":"([^"]+)"/.exec(opened.text)?.[1] ?? '';
  const strange = ['__proto__', 'x', '%00', '../../', 'constructor'][Math.floor(random() * 5)] ?? 'x';
  const body = bodies[Math.floor(random() * bodies.length)] ?? '';
  const answers = [
    await ask(`?EIO=4&transport=polling&sid=${random() < 0.8 ? sid : strange}`, body),
    await ask(`?EIO=4&transport=${strange}`),
  ];
  for (const answer of answers) expect(answer.status).toBeLessThan(500);
}

test(`${hostile} hostile connections to the live channel (seed ${seed})`, { timeout: isLong ? 3_600_000 : 170_000 }, async () => {
  const random = createRandom(seed);
  const page: Socket = io(gatewatch.address, { transports: ['websocket'], extraHeaders: { cookie }, reconnection: false });
  let heartbeats = 0;
  let lost = 0;
  page.on('disconnect', () => {
    lost += 1;
  });
  page.onAny(() => {
    heartbeats += 1;
  });
  await new Promise<void>((resolve, reject) => {
    page.once('connect', () => resolve());
    page.once('connect_error', reject);
  });
  page.emit('subscribe', { stations: ['GS-01'] });
  await expect.poll(() => heartbeats, { timeout: 20_000 }).toBeGreaterThan(0);

  let cut = 0;
  let attacks = 0;
  const wave = async () => {
    await Promise.all([...Array.from({ length: 10 }, () => attack(random, random() < 0.8)), polling(random)]).then((ends) => {
      for (const end of ends) if (end === 'cut') cut += 1;
    });
    attacks += 10;
  };
  // Warm: what is compiled and cached once is no leak.
  for (let count = 0; count < 3; count += 1) await wave();
  const memoryBefore = memoryMb();
  let slowestMs = 0;
  while (attacks < hostile) {
    await wave();
    slowestMs = Math.max(slowestMs, await healthMs());
    const before = heartbeats;
    await expect.poll(() => heartbeats, { timeout: 20_000, interval: 20 }).toBeGreaterThan(before);
  }
  // One client, thousands of subscriptions.
  for (let count = 0; count < 3_000; count += 1)
    page.emit('subscribe', { stations: ['GS-01', `X${count}`], points: Array.from({ length: 50 }, (_, index) => `p${count}-${index}`) });
  page.emit('subscribe', { stations: ['GS-01'] });
  const before = heartbeats;
  await expect.poll(() => heartbeats, { timeout: 30_000, interval: 20 }).toBeGreaterThan(before + 1);
  slowestMs = Math.max(slowestMs, await healthMs());
  expect(lost).toBe(0);
  page.disconnect();
  expect(gatewatch.child.exitCode).toBeNull();
  const memoryAfter = memoryMb();
  expect(memoryAfter - memoryBefore).toBeLessThan(250);
  // Nothing of it has become part of every object, or an action.
  const client = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
  expect((await client.ask('GET', '/api/stations')).status).toBe(200);
  console.log(
    `live channel: seed ${seed}, ${attacks} hostile connections (${cut} cut by the server) and 3,000 subscriptions of one client: health at most ${Math.round(slowestMs)} ms, a page beside it lost 0 times, memory ${Math.round(memoryBefore)} to ${Math.round(memoryAfter)} MB`,
  );
});
