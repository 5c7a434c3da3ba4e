// The whole HTTP interface under values that fit its own description, almost fit it, or make no sense: no answer is a fault of the server's own, every refusal is
// a problem document, and the server still works after. `FAULTS=long npm test -- api-fuzz` sends many more.
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Historian } from '../../historian/historian.ts';
import { openHistorian } from '../../historian/open-historian.ts';
import { fitting, type KnownValues, nonsense, type Operation, readOperations } from '../harness/openapi.ts';
import { plantOf } from '../harness/plant-of.ts';
import { realClock, type SmallServer, startSmallServer } from '../harness/small-server.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const plant = plantOf(`schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 一站, en: One }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-101, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 1 }, digits: 3, role: inletPressure, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 0.5, priority: medium, response: r }, { kind: highHigh, setpoint: 0.6, priority: critical, response: r }] }
`);

const seed = Number(process.env.FAULTS_SEED ?? randomInt(1 << 30));
const perOperation = process.env.FAULTS === 'long' ? 400 : 8;
const people = ['duty', 'supervisor', 'team', 'engineer', 'admin'] as const;
/** They would end the session that fuzzes, or wait on purpose. */
const leftOut = new Set([
  'DELETE /api/session',
  'POST /api/session/password',
  'POST /api/sessions/{id}/end',
  'POST /api/account/sessions/{id}/end',
  'GET /api/feed',
]);

let small: SmallServer;
let historian: Historian;
let operations: readonly Operation[];
const sampledIds = new Map<string, unknown[]>();

const known: KnownValues = (name) => {
  const nowMs = Date.now();
  switch (name) {
    case 'id':
      return ['GS-01', 'GS-01.PT-101', 'GS-01.PT-101.high', 'GS-01.PLC-1', ...(sampledIds.get('id') ?? [])];
    case 'station':
    case 'stationId':
    case 'stationIds':
      return ['GS-01', 'GS-77'];
    case 'point':
    case 'points':
    case 'pointId':
      return ['GS-01.PT-101'];
    case 'alarmId':
    case 'alarms':
      return ['GS-01.PT-101.high'];
    case 'deviceId':
      return ['GS-01.PLC-1'];
    case 'username':
      return ['victim', 'nobody'];
    case 'version':
      return [1, 2, 3];
    case 'from':
    case 'at':
    case 'fromMs':
      return [nowMs - 3_600_000, new Date(nowMs - 60_000).toISOString()];
    case 'to':
    case 'untilMs':
    case 'toMs':
    case 'expiresAtMs':
      return [nowMs, nowMs + 3_600_000];
    default:
      return [];
  }
};

interface Shot {
  readonly person: string;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

function shotsAt(operation: Operation): fc.Arbitrary<Shot> {
  const valuesOf = (where: 'path' | 'query') =>
    fc.record(
      Object.fromEntries(
        operation.parameters
          .filter((parameter) => parameter.in === where)
          .map(({ name, schema }) => [
            name,
            fc.oneof({ arbitrary: fitting(schema, name, known), weight: 6 }, { arbitrary: nonsense, weight: 1 }),
          ]),
      ),
      where === 'path'
        ? {}
        : {
            requiredKeys: operation.parameters
              .filter((parameter) => parameter.required === true && parameter.in === where)
              .map(({ name }) => name),
          },
    );
  const body =
    operation.body === null
      ? fc.constant(undefined)
      : fc.oneof({ arbitrary: fitting(operation.body, '', known), weight: 6 }, { arbitrary: nonsense, weight: 1 });
  return fc.record({ person: fc.constantFrom(...people), path: valuesOf('path'), query: valuesOf('query'), body });
}

async function fire(operation: Operation, shot: Shot): Promise<string | null> {
  const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(shot.path[name]).toWellFormed()) || 'x');
  const query = new URLSearchParams(Object.entries(shot.query).map(([name, value]) => [name, textOf(value)])).toString();
  const url = `${small.server.address}${path}${query === '' ? '' : `?${query}`}`;
  if (url.length > 8_000) return null;
  const response = await fetch(url, {
    method: operation.method,
    redirect: 'manual',
    signal: AbortSignal.timeout(20_000),
    headers: { cookie: await small.cookie(shot.person), ...(shot.body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(shot.body === undefined ? {} : { body: JSON.stringify(shot.body) }),
  });
  const text = await response.text();
  if (response.status === 201 || response.status === 200) remember(text);
  const type = response.headers.get('content-type') ?? '';
  // 502 and 503 say which other part is not there (no collector is, here): that is an answer, not a fault.
  if (response.status >= 500 && response.status !== 502 && response.status !== 503) return `${response.status} ${text.slice(0, 300)}`;
  // Who lost his session tries nothing any more.
  if (response.status === 401 && operation.permission !== null) return 'the session that fuzzes is over';
  if (response.status >= 400 && !type.includes('problem+json') && !operation.path.startsWith('/a/')) return `${response.status} is ${type}`;
  return null;
}

/** What was made is asked for again. */
function remember(text: string): void {
  const id = /"id":"([^"]{1,64})"/.exec(text)?.[1];
  if (id !== undefined) sampledIds.set('id', [...(sampledIds.get('id') ?? []), id].slice(-20));
}

beforeAll(async () => {
  const dataDir = temporaryFolder();
  historian = await openHistorian({ url: 'duckdb:', plant, dataDir, clock: realClock, log: pino({ level: 'silent' }) });
  small = await startSmallServer(plant, { dataDir, historian });
  await small.addPerson({ username: 'victim', role: 'viewer' });
  await small.raise('GS-01.PT-101.high', 0.7);
  operations = (await readOperations(small.server.address)).filter(({ name }) => !leftOut.has(name) && !name.includes('second-factor'));
});
afterAll(async () => {
  await small.stop();
  await historian.close();
});

test(`no request makes the server fail (seed ${seed})`, { timeout: 1_800_000 }, async () => {
  let sent = 0;
  const failures: string[] = [];
  for (const [index, operation] of operations.entries()) {
    for (const shot of fc.sample(shotsAt(operation), { numRuns: perOperation, seed: seed + index })) {
      sent += 1;
      const fault = await fire(operation, shot);
      if (fault !== null) failures.push(`${operation.name} ${JSON.stringify(shot).slice(0, 600)}: ${fault}`);
    }
  }
  process.stdout.write(`${failures.length} of ${sent} requests at ${operations.length} operations made the server fail (seed ${seed})\n`);
  expect(failures).toEqual([]);
  expect(small.logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
  expect((await small.ask('duty', 'GET', '/api/alarms')).status).toBe(200);
});
