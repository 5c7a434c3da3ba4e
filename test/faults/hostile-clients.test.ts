// Clients that mean harm: headers a byte at a time, thousands of connections, bodies without end, addresses that are made up. The process stays, its health is
// answered all the while, and the limits hold. `FAULTS=long` opens 10,000 connections.
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type GatewatchProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const plantText = `schema: 1
company: { id: t, name: { zh: 测试燃气, en: Test Gas } }
areas: [{ id: north, name: { zh: 北区, en: North } }]
stations: [{ id: GS-01, type: gate, name: { zh: 门站, en: Gate }, area: north, devices: [] }]
`;
const connections = process.env.FAULTS === 'long' ? 10_000 : 1_000;
const opened = new Set<net.Socket>();
let gatewatch: GatewatchProcess;
let port: number;

beforeAll(async () => {
  const folder = temporaryFolder();
  const plantFile = path.join(folder, 'plant.yaml');
  const accessFile = path.join(folder, 'access.yaml');
  writeFileSync(plantFile, plantText);
  // As behind a proxy on this machine.
  writeFileSync(accessFile, 'schema: 1\ntrustedProxies: [127.0.0.2]\n');
  gatewatch = await startGatewatch({
    dataDir: path.join(folder, 'data'),
    arguments: ['--plant', plantFile, '--no-simulators', '--access', accessFile],
  });
  port = Number(new URL(gatewatch.address).port);
});
afterAll(async () => {
  for (const socket of opened) socket.destroy();
  await gatewatch?.stop();
});

function connect(localAddress = '127.0.0.1'): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port, localAddress }, () => resolve(socket));
    opened.add(socket);
    socket.once('error', reject);
    socket.on('error', () => undefined);
    socket.once('close', () => opened.delete(socket));
  });
}

/** How long the health took; throws where it is not answered in time. */
async function health(): Promise<number> {
  const beganMs = performance.now();
  const response = await fetch(`${gatewatch.address}/healthz`, { signal: AbortSignal.timeout(5_000) });
  expect(response.status).toBe(200);
  return performance.now() - beganMs;
}

/** A whole request by hand, for what `fetch` would not send; the status, or null where the server hung up. */
async function raw(text: string | Buffer, localAddress?: string): Promise<number | null> {
  const socket = await connect(localAddress);
  const status = new Promise<number | null>((resolve) => {
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      const found = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    socket.once('close', () => resolve(null));
  });
  socket.write(text);
  const answered = await status;
  socket.destroy();
  return answered;
}

test(`${connections} connections, a third of them sending headers a byte at a time: health is answered, people sign in, slow ones are cut`, {
  timeout: 180_000,
}, async () => {
  const slow: net.Socket[] = [];
  for (let count = 0; count < connections; count += 100) {
    const some = await Promise.all(Array.from({ length: 100 }, () => connect()));
    for (const [index, socket] of some.entries()) {
      if (index % 3 !== 0) continue;
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      slow.push(socket);
    }
  }
  const dribble = setInterval(() => {
    for (const socket of slow) if (!socket.destroyed) socket.write('a');
  }, 500);
  try {
    const tookMs: number[] = [];
    for (let times = 0; times < 100; times += 1) tookMs.push(await health());
    const client = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
    expect((await client.ask('GET', '/api/stations')).status).toBe(200);
    await expect.poll(() => slow.filter((socket) => !socket.destroyed).length, { timeout: 60_000 }).toBe(0);
    process.stdout.write(
      `${connections} connections, ${slow.length} slow ones all cut; health at most ${Math.round(Math.max(...tookMs))} ms (asked for: 1000)\n`,
    );
  } finally {
    clearInterval(dribble);
    for (const socket of opened) socket.destroy();
  }
  expect(gatewatch.child.exitCode).toBeNull();
});

test('bodies, headers and addresses that are too large are refused, and a body without end is cut', async () => {
  const json = (body: string) =>
    `POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  expect(await raw(json(`{"username":"${'a'.repeat(300_000)}","password":"x"}`))).toBe(413);
  expect(await raw(`POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{`)).toBe(
    413,
  );
  expect(await raw(json('['.repeat(200_000)))).toBe(400);
  expect(await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(100_000)}\r\n\r\n`)).toBe(431);
  expect(await raw(`GET /api/alarms/${'a'.repeat(10_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)).toBe(414);
  expect(await raw('NONSENSE\r\n\r\n')).toBe(400);
  expect(await raw(Buffer.from([0, 255, 22, 3, 1, 0, 200]))).toBe(400);
  // Two lengths: request smuggling.
  expect(await raw('POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')).toBe(400);
  const endless = await connect();
  const cut = new Promise<void>((resolve) => endless.once('close', () => resolve()));
  endless.write('POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
  const pour = setInterval(() => void (endless.writable && endless.write(chunk)), 5);
  await cut.finally(() => clearInterval(pour));
  await health();
  expect(gatewatch.child.exitCode).toBeNull();
});

test('an address that is made up passes no limit, with and without a proxy that is trusted', async () => {
  const guess = (forwardedFor: string, localAddress: string) => {
    const body = JSON.stringify({ username: `g${Math.random()}`.slice(0, 20), password: 'wrong' });
    return raw(
      `POST /api/session HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${forwardedFor}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      localAddress,
    );
  };
  const statusesOf = async (forwardedFor: (index: number) => string, localAddress: string) => {
    const statuses: (number | null)[] = [];
    for (let index = 0; index < 80; index += 1) statuses.push(await guess(forwardedFor(index), localAddress));
    return statuses;
  };
  const passed = (statuses: readonly (number | null)[]) => statuses.filter((status) => status === 401).length;
  // Straight from a stranger: whatever he writes there, he is himself.
  const direct = await statusesOf((index) => `10.9.8.${index}`, '127.0.0.3');
  expect(passed(direct)).toBeLessThanOrEqual(60);
  expect(direct.at(-1)).toBe(429);
  // Through the trusted proxy, which adds who it was: what stands before that is his own invention.
  const proxied = await statusesOf((index) => `10.9.8.${index}, 203.0.113.9`, '127.0.0.2');
  expect(passed(proxied)).toBeLessThanOrEqual(60);
  expect(proxied.at(-1)).toBe(429);
  // Somebody else behind the same proxy is somebody else.
  expect(await guess('203.0.113.10', '127.0.0.2')).toBe(401);
  process.stdout.write(`made-up addresses: ${passed(direct)} and ${passed(proxied)} of 80 guesses a minute got past the limit of 60\n`);
});
