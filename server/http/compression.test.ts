// Which answers travel compressed: the large, for who can read it; and that nobody sends the server something to unpack.
import { request } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';

const points = Array.from(
  { length: 40 },
  (_, index) =>
    `          - { tag: PT-${100 + index}, name: 压力, unit: MPa, range: { min: 0, max: 10 }, register: { address: ${index * 2}, type: float32 } }`,
).join('\n');
const plant = plantOf(`schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
stations:
  - id: GS-01
    type: gate
    name: 门站
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
${points}
`);

let server: SmallServer;
beforeAll(async () => {
  server = await startSmallServer(plant);
});
afterAll(() => server.stop());

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** As it goes over the wire: fetch would unpack it. */
async function get(path: string, headers: Readonly<Record<string, string>> = {}, body?: Buffer): Promise<Got> {
  const cookie = await server.cookie('duty');
  return new Promise((resolve, reject) => {
    const ask = request(
      `${server.server.address}${path}`,
      { method: body === undefined ? 'GET' : 'POST', headers: { cookie, ...headers } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => void chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }));
        answer.on('error', reject);
      },
    );
    ask.on('error', reject);
    ask.end(body);
  });
}
const gzip = { 'accept-encoding': 'gzip, deflate, br, zstd' };

test('all points travel in a small part of their size, and are the same', async () => {
  const plain = await get('/api/points');
  const packed = await get('/api/points', gzip);
  expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([undefined, 'gzip']);
  expect(packed.headers.vary).toMatch(/accept-encoding/i);
  expect(gunzipSync(packed.body).length).toBe(plain.body.length);
  expect(packed.body.length).toBeLessThan(plain.body.length / 5);
});

test('what is small travels as it is', async () => {
  for (const path of ['/api/session', '/api/alarms', '/api/alarms/nothing'])
    expect([path, (await get(path, gzip)).headers['content-encoding']]).toEqual([path, undefined]);
});

test('nothing that is sent is unpacked: a small body cannot become a large one', async () => {
  const body = gzipSync(Buffer.from(JSON.stringify({ stationId: 'GS-01', text: 'x'.repeat(100) })));
  const { status } = await get('/api/watch-log', { 'content-encoding': 'gzip', 'content-type': 'application/json' }, body);
  expect(status).toBe(400);
});
