// Engineering over HTTP with a collector at the other end of the link: who may, what the journal says, how failures are told; and a loop test from start to sheet.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoopTest } from '../../domain/loop-test/loop-test.ts';
import type { EngineeringAnswer, EngineeringCommand } from '../../domain/messages/engineering-command.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';

const plantText = `schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
stations:
${['GS-01', 'GS-02']
  .map(
    (id) => `  - id: ${id}
    type: gate
    name: 门站 ${id}
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: 192.168.10.20
        points:
          - { tag: PT-101, name: 压力, unit: MPa, range: { min: 0, max: 10 }, register: { address: 4, type: float32 } }
          - { tag: XS-101, name: 阀位, kind: discrete, register: { table: coil, address: 3, type: bit } }
`,
  )
  .join('')}`;

let server: SmallServer;
let heard: EngineeringCommand[] = [];
let answer: (command: EngineeringCommand) => EngineeringAnswer;
const ask = (person: string, method: string, url: string, body?: unknown) =>
  server.ask(person, method, url, body) as Promise<{ status: number; body: Record<string, unknown> }>;

beforeAll(async () => {
  server = await startSmallServer(plantOf(plantText), {
    plantSource: { file: 'plant.yaml', text: plantText, loadedBy: 'gatewatch@station', warnings: [] },
  });
  server.handleCommands(async (command) => {
    heard.push(command);
    return answer(command);
  });
  await server.ask('auditor', 'GET', '/api/stations');
  await server.addPerson({ username: 'south', role: 'engineer', stationIds: ['GS-02'] });
});
afterAll(() => server.stop());

const peek = { target: { kind: 'device', deviceId: 'GS-01.PLC-1' }, table: 'holding', address: 4, count: 2 };
const journal = async () =>
  (await server.ask('auditor', 'GET', '/api/journal?limit=50')).body as {
    kind: string;
    detail: Record<string, unknown>;
    actor: { username: string };
  }[];

describe('looking at devices', () => {
  test('a peek is answered, and the journal tells who looked where, not what he saw', async () => {
    heard = [];
    answer = () => ({ kind: 'registers', words: [1, 2], atMs: 5, tookMs: 1 });
    expect(await ask('engineer', 'POST', '/api/engineering/peek', peek)).toMatchObject({ status: 200, body: { words: [1, 2] } });
    expect(heard).toEqual([{ kind: 'peek', ...peek }]);
    const [line] = await journal();
    expect(line).toMatchObject({ kind: 'engineering.peek', actor: { username: 'engineer' } });
    expect(line?.detail).toEqual({ deviceId: 'GS-01.PLC-1', table: 'holding', address: 4, count: 2 });
  });

  test('why it did not come off is told with what to do, and is in the journal', async () => {
    answer = () => ({ kind: 'failed', reason: 'hostNotAllowed', detail: '10.0.0.1' });
    const target = { kind: 'address', host: '10.0.0.1', port: 502, framing: 'tcp', unitId: 1 };
    const refused = await ask('engineer', 'POST', '/api/engineering/peek', { ...peek, target });
    expect(refused).toMatchObject({
      status: 422,
      body: { reason: 'hostNotAllowed', detail: expect.stringContaining('engineering.peekHosts') },
    });
    expect((await journal())[0]?.detail).toMatchObject({ host: '10.0.0.1:502', failed: 'hostNotAllowed' });
    answer = () => ({ kind: 'failed', reason: 'timeout', detail: null });
    expect((await ask('engineer', 'POST', '/api/engineering/peek', peek)).status).toBe(502);
  });

  test('nobody looks who may not, nor at a station that is not his', async () => {
    heard = [];
    for (const person of ['duty', 'supervisor', 'auditor', 'admin', 'team'])
      expect((await ask(person, 'POST', '/api/engineering/peek', peek)).status).toBe(403);
    expect((await ask('south', 'POST', '/api/engineering/peek', peek)).status).toBe(404);
    expect((await ask('south', 'POST', '/api/engineering/devices/GS-01.PLC-1/reconnect')).status).toBe(404);
    const target = { kind: 'address', host: '192.168.10.20', port: 502, framing: 'tcp', unitId: 1 };
    expect((await ask('south', 'POST', '/api/engineering/peek', { ...peek, target, stationId: 'GS-01' })).status).toBe(404);
    expect((await ask('south', 'GET', '/api/engineering/plant')).status).toBe(403);
    expect(heard).toEqual([]);
    const devices = (await server.ask('south', 'GET', '/api/engineering/devices')).body as { id: string }[];
    expect(devices.map(({ id }) => id)).toEqual(['GS-02.PLC-1']);
  });

  test('a body that means anything but a read is refused at the border', async () => {
    heard = [];
    for (const wrong of [
      { ...peek, count: 126 },
      { ...peek, address: -1 },
      { ...peek, table: 'file' },
      { ...peek, functionCode: 16 },
      { ...peek, values: [1] },
    ])
      expect((await ask('engineer', 'POST', '/api/engineering/peek', wrong)).status).toBe(400);
    expect(heard).toEqual([]);
  });
});

describe('the plant file', () => {
  test('what is in force, its findings, and what is wrong with a pasted block, by line', async () => {
    const source = await ask('engineer', 'GET', '/api/engineering/plant');
    expect(source.body).toMatchObject({
      file: 'plant.yaml',
      text: plantText,
      check: { isValid: true, counts: { stations: 2, devices: 2 } },
    });
    const block = '- id: GS-09\n  type: gate\n  name: 新站\n  area: nowhere\n';
    const checked = await ask('engineer', 'POST', '/api/plant/check', { text: block, place: { kind: 'station' } });
    expect(checked.body).toMatchObject({ isValid: false, issues: [{ severity: 'error', line: 4, path: '[0].area' }] });
  });

  test('a copied station and a device from a profile come checked', async () => {
    const copied = await ask('engineer', 'POST', '/api/engineering/copy-station', {
      from: 'GS-01',
      id: 'GS-09',
      name: { zh: '新站', en: '' },
      hosts: { '192.168.10.20': '192.168.19.20' },
    });
    expect(copied.body).toMatchObject({ text: expect.stringContaining('192.168.19.20'), check: { isValid: true, issues: [] } });
    const taken = await ask('engineer', 'POST', '/api/engineering/copy-station', {
      from: 'GS-01',
      id: 'GS-02',
      name: { zh: 'x', en: '' },
      hosts: {},
    });
    expect(taken).toMatchObject({ status: 422, body: { detail: 'there is a station GS-02 already' } });
  });
});

describe('a loop test', () => {
  const point = 'GS-01.PT-101';
  let value = 0;
  const loop = (result: { body: Record<string, unknown> }) => result.body as unknown as LoopTest;

  test('[LT1] needs the test state; [LT3] measures what the device holds; [LT2] one at a time; [LT8] the version counts', async () => {
    answer = () => ({ kind: 'point', pointId: point, words: [1, 2], raw: value, value, text: null, status: 'Good', atMs: 77 });
    const begin = () => ask('engineer', 'POST', `/api/points/${point}/loop-tests`, { tolerancePercent: 0.5, reference: 'Beamex 4711' });
    expect(await begin()).toMatchObject({ status: 422, body: { reason: 'notUnderTest' } });
    const test = { reason: '年检', untilMs: Date.now() + 600_000 };
    expect((await ask('engineer', 'POST', `/api/points/${point}/test-mode`, test)).status).toBeLessThan(300);
    let current = loop(await begin());
    expect(await begin()).toMatchObject({ status: 422, body: { reason: 'runsAlready' } });
    expect(await ask('engineer', 'POST', '/api/points/GS-01.XS-101/loop-tests', {})).toMatchObject({ body: { reason: 'notAnalog' } });
    for (const percent of [0, 25, 50, 75, 100]) {
      value = percent / 10 + 0.02;
      current = loop(
        await ask('engineer', 'POST', `/api/loop-tests/${current.id}/measure`, { version: current.version, phase: 'asFound', percent }),
      );
    }
    expect(current.steps.map(({ errorPercent }) => errorPercent.toFixed(1))).toEqual(['0.2', '0.2', '0.2', '0.2', '0.2']);
    expect(current.steps[0]).toMatchObject({ atMs: 77, words: [1, 2], by: 'engineer' });
    expect((await ask('engineer', 'POST', `/api/loop-tests/${current.id}/finish`, { version: 1 })).status).toBe(409);
    const done = loop(await ask('engineer', 'POST', `/api/loop-tests/${current.id}/finish`, { version: current.version, comment: '好' }));
    expect(done.finished).toMatchObject({ result: 'passed', by: 'engineer', comment: '好' });
    expect(await ask('engineer', 'POST', `/api/loop-tests/${done.id}/abandon`, { version: done.version })).toMatchObject({
      body: { reason: 'finished' },
    });
    const kinds = (await journal()).map(({ kind }) => kind).filter((kind) => kind.startsWith('loopTest.'));
    expect(kinds).toEqual(['loopTest.finish', ...Array.from({ length: 5 }, () => 'loopTest.measure'), 'loopTest.start']);
    expect((await ask('south', 'GET', `/api/loop-tests/${done.id}`)).status).toBe(404);
    expect((await server.ask('south', 'GET', '/api/loop-tests')).body).toEqual([]);
    expect((await server.ask('auditor', 'GET', '/api/loop-tests')).body).toMatchObject([{ id: done.id }]);
  });
});
