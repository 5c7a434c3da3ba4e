// The edge node against a real MQTT broker, read by a decoder of its own: births, data, death, rebirth, and a broker that goes and comes back.

import { readFileSync } from 'node:fs';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes, type Client } from 'aedes';
import { connect, type MqttClient } from 'mqtt';
import { OPCUACertificateManager } from 'node-opcua';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { ConditionMessage } from '../../../domain/messages/condition-message.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../../domain/readings/reading-batch.ts';
import { plantOf } from '../../../test/harness/plant-of.ts';
import { realClock } from '../../../test/harness/small-server.ts';
import { type DecodedMetric, type DecodedPayload, decodeSparkplug } from '../../../test/harness/sparkplug-decoder.ts';
import { temporaryFolder } from '../../../test/harness/temporary-folder.ts';
import { AlarmStore } from '../../alarms/alarm-store.ts';
import { openDatabase } from '../../journal/database.ts';
import { Journal } from '../../journal/journal.ts';
import { Ledger } from '../../journal/ledger.ts';
import { LastValues } from '../../live/last-values.ts';
import { PartState } from '../part-state.ts';
import { encodePayload, SparkplugType } from './payload.ts';
import { SparkplugNode } from './sparkplug-node.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Heard {
  readonly topic: string;
  readonly payload: DecodedPayload;
}

interface Broker {
  readonly port: number;
  /** Everything that was published, as a host would see it. */
  readonly heard: readonly Heard[];
  readonly subscriptions: readonly string[];
  /** Breaks the node's connection as a cable does. */
  cut(): void;
  publish(topic: string, payload: Buffer): Promise<void>;
  stop(): Promise<void>;
}

async function startBroker(
  options: { readonly port?: number; readonly password?: string; readonly tls?: { readonly key: string; readonly cert: string } } = {},
): Promise<Broker> {
  const aedes = await Aedes.createBroker({
    authenticate: (_client: Client, _name: unknown, password: Buffer | undefined, done: (error: null, isRight: boolean) => void) =>
      done(null, options.password === undefined || password?.toString() === options.password),
  } as never);
  const sockets = new Set<Socket>();
  const take = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    aedes.handle(socket);
  };
  const server: NetServer = options.tls === undefined ? createServer(take) : createTlsServer(options.tls, take as never);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const heard: Heard[] = [];
  const subscriptions: string[] = [];
  aedes.on('publish', (packet, client) => {
    // A will is published by the broker itself.
    if (packet.topic.startsWith('spBv1.0/') && (client !== null || packet.topic.includes('NDEATH')))
      heard.push({ topic: packet.topic, payload: decodeSparkplug(packet.payload as Buffer) });
  });
  aedes.on('subscribe', (list, client) => {
    if (client.id.startsWith('gatewatch-')) subscriptions.push(...list.map(({ topic }) => topic));
  });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
  };
  cleanUps.push(stop);
  return {
    port: (server.address() as { port: number }).port,
    heard,
    subscriptions,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    publish: (topic, payload) =>
      new Promise<void>((resolve, reject) =>
        aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as never, (error) =>
          error == null ? resolve() : reject(error),
        ),
      ),
    stop,
  };
}

const station = (id: string) => `
  - { id: ${id}, type: gate, name: S, area: a, devices: [{ id: PLC-1, protocol: modbusTcp, host: h, points: [
      { tag: PT-101, name: { zh: 压力, en: Pressure }, unit: MPa, setpoint: 0.4, range: { min: 0, max: 1 }, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 0.5, priority: medium, message: { zh: 压力高, en: Pressure high } }] },
      { tag: XS-201, name: Valve, kind: discrete, states: [{ value: 0, name: 开 }, { value: 1, name: 关 }], register: { table: coil, address: 0, type: bit }, defaultAlarms: false }] }] }`;
const plantFor = (sparkplug: string) =>
  plantOf(`schema: 1
company: { id: riverside, name: { zh: 滨河, en: Riverside } }
areas: [{ id: a, name: A }]
stations:${station('GS-01')}${station('GS-02')}
northbound: { sparkplug: { ${sparkplug} } }
`);

/** The node with the alarm table, the last values and the journal that it lives on, without the rest of a server. */
async function nodeFor(sparkplug: string) {
  const plant = plantFor(sparkplug);
  const { sparkplug: settings } = plant.northbound;
  if (settings === null) throw new Error('no sparkplug section');
  const database = await openDatabase('sqlite:', temporaryFolder());
  const logLines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logLines.push(line) });
  const ledger = new Ledger(database, await Journal.open(database), realClock);
  const store = await AlarmStore.open({ plant, ledger, clock: realClock });
  const values = new LastValues(plant, realClock);
  const state = new PartState('sparkplug', { ledger, clock: realClock, log });
  const node = new SparkplugNode({ settings, plant, store, values, clock: realClock, log, state, version: '0' });
  const beat = setInterval(() => values.heard('default'), 500);
  values.heard('default');
  node.start();
  const outboxId = crypto.randomUUID();
  let sequence = 0;
  let occurrenceId = '';
  const deliver = async (message: object) => {
    sequence += 1;
    const common = { sequence, atMs: Date.now(), quality: 0, occurrenceId };
    await store.deliver({ schema: 1, collectorId: 'default', outboxId, messages: [{ ...common, ...message } as ConditionMessage] });
  };
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    clearInterval(beat);
    state.stop();
    await node.stop();
    await database.destroy();
  };
  cleanUps.push(stop);
  return {
    status: () => node.status(),
    logLines,
    stop,
    async raise(alarmId: string, value = 1) {
      occurrenceId = crypto.randomUUID();
      await deliver({ kind: 'raise', alarmId, value, measured: null });
      return occurrenceId;
    },
    clear: (alarmId: string) => deliver({ kind: 'clear', alarmId, value: 0 }),
    async acknowledge(alarmId: string, by: string, comment: string) {
      const version = store.find(alarmId)?.record.version ?? 0;
      const event = { kind: 'acknowledge', atMs: Date.now(), by, comment } as const;
      await store.act(alarmId, version, { kind: 'person', username: by, displayName: by }, event);
    },
    publish(readings: Readonly<Record<string, { readonly value: number; readonly quality?: number; readonly timeMs?: number }>>) {
      const entries = Object.entries(readings);
      const batch = createReadingBatch(plant.pointTable, entries.length);
      for (const [pointId, { value, quality, timeMs }] of entries)
        pushReading(batch, plant.pointIndexById.get(pointId) ?? -1, timeMs ?? Date.now(), value, quality ?? Quality.good);
      values.put('default', batch);
    },
  };
}
const plain = (broker: Broker, more = 'interval: 100ms') => nodeFor(`broker: 'mqtt://127.0.0.1:${broker.port}', ${more}`);
const typeOf = ({ topic }: Heard) => topic.split('/').slice(2).join('/');
const ofType = (heard: readonly Heard[], type: string) => heard.filter((message) => typeOf(message) === type).map(({ payload }) => payload);
const birth = (heard: readonly Heard[], id: string) => ofType(heard, `DBIRTH/gatewatch/${id}`).at(-1);
const named = (payload: DecodedPayload | undefined, name: string) => payload?.metrics.find((metric) => metric.name === name);
const untilBorn = (broker: Broker, times = 1) =>
  expect.poll(() => ofType(broker.heard, 'DBIRTH/gatewatch/GS-02').length, { timeout: 10_000 }).toBe(times);
/** Data of one metric by the alias that its birth gave it. */
const dataOf = (heard: readonly Heard[], id: string, name: string): readonly DecodedMetric[] => {
  const alias = named(birth(heard, id), name)?.alias ?? null;
  return ofType(heard, `DDATA/gatewatch/${id}`).flatMap(({ metrics }) => metrics.filter((metric) => metric.alias === alias));
};
describe('an edge node', () => {
  test('is born first, then its devices, with names, aliases, units, ranges and quality', async () => {
    const broker = await startBroker();
    const node = await plain(broker);
    await untilBorn(broker);
    expect(broker.heard.slice(0, 3).map(typeOf)).toEqual(['NBIRTH/gatewatch', 'DBIRTH/gatewatch/GS-01', 'DBIRTH/gatewatch/GS-02']);
    expect(broker.heard.slice(0, 3).map(({ payload }) => payload.seq)).toEqual([0, 1, 2]);
    const [born] = ofType(broker.heard, 'NBIRTH/gatewatch');
    expect(named(born, 'bdSeq')).toMatchObject({ datatype: SparkplugType.int64, value: 0 });
    expect(named(born, 'Node Control/Rebirth')).toMatchObject({ datatype: SparkplugType.boolean, value: false });
    expect(named(birth(broker.heard, 'GS-01'), 'PT-101')).toMatchObject({
      datatype: SparkplugType.double,
      isNull: true,
      value: null,
      properties: {
        engUnit: 'MPa',
        engLow: 0,
        engHigh: 1,
        setpoint: 0.4,
        displayName: '压力',
        displayNameEn: 'Pressure',
        Quality: 0,
        readOnly: true,
      },
    });
    expect(named(birth(broker.heard, 'GS-01'), 'Alarms/PT-101.high')).toMatchObject({
      datatype: SparkplugType.string,
      value: 'normal',
      properties: { Priority: 'medium', Message: '压力高', MessageEn: 'Pressure high', Setpoint: 0.5, Active: false, Acknowledged: true },
    });
    const aliases = broker.heard.flatMap(({ payload }) => payload.metrics.flatMap(({ alias }) => alias ?? []));
    expect(new Set(aliases).size).toBe(aliases.length);
    expect(node.status()).toMatchObject({ name: 'sparkplug', state: 'running', clients: 1, pending: 0 });
  });

  test('tells changes by exception under their alias: of many within an interval the newest, and nothing where nothing changed', async () => {
    const broker = await startBroker();
    const node = await plain(broker, 'interval: 300ms');
    await untilBorn(broker);
    const timeMs = Date.now();
    for (let step = 1; step <= 20; step += 1) node.publish({ 'GS-01.PT-101': { value: step / 100, timeMs: timeMs + step } });
    await expect.poll(() => dataOf(broker.heard, 'GS-01', 'PT-101').length).toBeGreaterThan(0);
    const [first] = dataOf(broker.heard, 'GS-01', 'PT-101');
    expect(first).toMatchObject({ name: null, value: 0.2, timestamp: timeMs + 20, isHistorical: false, properties: { Quality: 192 } });
    node.publish({ 'GS-01.XS-201': { value: 1 }, 'GS-01.PT-101': { value: 0.3, quality: Quality.badCommFail } });
    await expect.poll(() => dataOf(broker.heard, 'GS-01', 'XS-201').at(-1)?.value).toBe(true);
    expect(dataOf(broker.heard, 'GS-01', 'PT-101').at(-1)).toMatchObject({
      isNull: true,
      value: null,
      properties: { Quality: 0, QualityReason: 'commFail' },
    });
    expect(dataOf(broker.heard, 'GS-01', 'PT-101')).toHaveLength(2);
    expect(ofType(broker.heard, 'DDATA/gatewatch/GS-02')).toEqual([]);
  });

  test('an alarm is told at once with each of its states, whatever the interval is', async () => {
    const broker = await startBroker();
    const node = await plain(broker, 'interval: 1h');
    await untilBorn(broker);
    const occurrenceId = await node.raise('GS-01.PT-101.high', 0.6);
    await node.acknowledge('GS-01.PT-101.high', 'duty', '知道了');
    await node.clear('GS-01.PT-101.high');
    await expect
      .poll(() => dataOf(broker.heard, 'GS-01', 'Alarms/PT-101.high').map(({ value }) => value))
      .toEqual(['unacknowledged', 'acknowledged', 'normal']);
    const [raised, acknowledged] = dataOf(broker.heard, 'GS-01', 'Alarms/PT-101.high');
    expect(raised?.properties).toMatchObject({ Active: true, Acknowledged: false, Occurrence: occurrenceId, ValueAtRaise: 0.6 });
    expect(acknowledged?.properties).toMatchObject({ Active: true, Acknowledged: true, By: 'duty', Comment: '知道了' });
  });

  test('the sequence counts every message and begins again after 255', async () => {
    const broker = await startBroker();
    const node = await plain(broker);
    await untilBorn(broker);
    for (let round = 0; round < 140; round += 1) {
      await node.raise('GS-01.PT-101.high');
      await node.clear('GS-01.PT-101.high');
    }
    await expect.poll(() => dataOf(broker.heard, 'GS-01', 'Alarms/PT-101.high').length).toBe(280);
    const sequences = broker.heard.map(({ payload }) => payload.seq);
    expect(sequences).toEqual(sequences.map((_, index) => index % 256));
  });

  test('is reborn when asked, and hears nothing else: no other topic, no other command', async () => {
    const broker = await startBroker();
    const node = await plain(broker);
    await untilBorn(broker);
    node.publish({ 'GS-01.PT-101': { value: 0.25 } });
    await expect.poll(() => dataOf(broker.heard, 'GS-01', 'PT-101').length).toBe(1);
    const command = (name: string, type: 10 | 11, value: number | boolean) =>
      encodePayload({ timestamp: Date.now(), metrics: [{ name, timestamp: Date.now(), type, value }] });
    await broker.publish('spBv1.0/riverside/NCMD/gatewatch', command('PT-101', SparkplugType.double, 0.9));
    await broker.publish('spBv1.0/riverside/NCMD/gatewatch', Buffer.from('no payload at all'));
    await broker.publish('spBv1.0/riverside/DCMD/gatewatch/GS-01', command('PT-101', SparkplugType.double, 0.9));
    await broker.publish('spBv1.0/riverside/NCMD/gatewatch', command('Node Control/Rebirth', SparkplugType.boolean, true));
    await untilBorn(broker, 2);
    const births = ofType(broker.heard, 'NBIRTH/gatewatch');
    expect(births.map((payload) => [payload.seq, named(payload, 'bdSeq')?.value])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(named(birth(broker.heard, 'GS-01'), 'PT-101')).toMatchObject({ value: 0.25, properties: { Quality: 192 } });
    expect(broker.subscriptions).toEqual(['spBv1.0/riverside/NCMD/gatewatch']);
    expect(node.logLines.filter((line) => line.includes('a command from the broker was refused'))).toHaveLength(2);
  });

  test('dies by its will when the line breaks, and is born again with the next number', async () => {
    const broker = await startBroker();
    await plain(broker);
    await untilBorn(broker);
    broker.cut();
    await untilBorn(broker, 2);
    expect(named(ofType(broker.heard, 'NDEATH/gatewatch')[0], 'bdSeq')?.value).toBe(0);
    expect(ofType(broker.heard, 'NDEATH/gatewatch')[0]?.seq).toBeNull();
    expect(ofType(broker.heard, 'NBIRTH/gatewatch').map((payload) => named(payload, 'bdSeq')?.value)).toEqual([0, 1]);
  });

  test('says goodbye when the server stops', async () => {
    const broker = await startBroker();
    const node = await plain(broker);
    await untilBorn(broker);
    await node.stop();
    expect(named(ofType(broker.heard, 'NDEATH/gatewatch').at(-1), 'bdSeq')?.value).toBe(0);
  });
});

describe('a broker that is away', () => {
  test('is caught up when it comes back: births with the present, then everything in between as historical, in order', async () => {
    const first = await startBroker();
    const node = await plain(first);
    await untilBorn(first);
    const { port } = first;
    await first.stop();
    await expect.poll(() => node.status().state).toBe('failing');
    const occurrences: string[] = [];
    for (let round = 1; round <= 3; round += 1) {
      occurrences.push(await node.raise('GS-01.PT-101.high', round));
      await node.clear('GS-01.PT-101.high');
      node.publish({ 'GS-01.PT-101': { value: round / 10 } });
      await expect.poll(() => node.status().pending).toBe(round * 3);
    }
    const second = await startBroker({ port });
    await untilBorn(second);
    await expect.poll(() => node.status().pending, { timeout: 10_000 }).toBe(0);
    expect(named(birth(second.heard, 'GS-01'), 'PT-101')).toMatchObject({ value: 0.3, isHistorical: false });
    expect(named(birth(second.heard, 'GS-01'), 'Alarms/PT-101.high')?.value).toBe('returnedUnacknowledged');
    await expect.poll(() => dataOf(second.heard, 'GS-01', 'Alarms/PT-101.high').length).toBe(6);
    const alarms = dataOf(second.heard, 'GS-01', 'Alarms/PT-101.high');
    expect(alarms.every(({ isHistorical }) => isHistorical)).toBe(true);
    expect(alarms.map(({ value }) => value)).toEqual([
      'unacknowledged',
      'returnedUnacknowledged',
      'unacknowledged',
      'returnedUnacknowledged',
      'unacknowledged',
      'returnedUnacknowledged',
    ]);
    expect([...new Set(alarms.map(({ properties }) => properties.Occurrence))]).toEqual(occurrences);
    const values = dataOf(second.heard, 'GS-01', 'PT-101');
    expect(values.map(({ value, isHistorical }) => [value, isHistorical])).toEqual([
      [0.1, true],
      [0.2, true],
      [0.3, true],
    ]);
    expect(node.status().dropped).toBe(0);
  });

  test('an alarm that was sent just before the line broke is sent again: it may not have arrived', async () => {
    const broker = await startBroker();
    const node = await plain(broker);
    await untilBorn(broker);
    const occurrenceId = await node.raise('GS-01.PT-101.high');
    await expect.poll(() => dataOf(broker.heard, 'GS-01', 'Alarms/PT-101.high').length).toBe(1);
    broker.cut();
    await untilBorn(broker, 2);
    await expect.poll(() => dataOf(broker.heard, 'GS-01', 'Alarms/PT-101.high').length).toBe(2);
    expect(dataOf(broker.heard, 'GS-01', 'Alarms/PT-101.high')[1]).toMatchObject({
      isHistorical: true,
      properties: { Occurrence: occurrenceId },
    });
  });
});

test('encrypted and with a password; a wrong password or an authority that nobody knows is a failure that is shown, not a silent one', async () => {
  const folder = temporaryFolder();
  const manager = new OPCUACertificateManager({ rootFolder: folder, disableFileWatchers: true });
  await manager.initialize();
  const authorityFile = path.join(folder, 'broker.pem');
  await manager.createSelfSignedCertificate({
    applicationUri: 'urn:broker',
    subject: '/CN=broker',
    dns: ['localhost'],
    ip: ['127.0.0.1'],
    startDate: new Date(),
    validity: 10,
    outputFile: authorityFile,
  });
  const tls = { key: readFileSync(manager.privateKey, 'utf8'), cert: readFileSync(authorityFile, 'utf8') };
  await manager.dispose();
  const broker = await startBroker({ tls, password: 'right' });
  process.env.GATEWATCH_SECRET_TEST_MQTT = 'right';
  process.env.GATEWATCH_SECRET_TEST_MQTT_WRONG = 'wrong';
  const at = `broker: 'mqtts://localhost:${broker.port}', interval: 100ms`;
  const known = `authorityFile: ${authorityFile}`;
  const right = await nodeFor(`${at}, ${known}, user: { name: gatewatch, passwordEnv: GATEWATCH_SECRET_TEST_MQTT }`);
  await untilBorn(broker);
  expect(right.status()).toMatchObject({ state: 'running', isInsecure: false });
  const wrong = await nodeFor(`${at}, ${known}, node: other, user: { name: gatewatch, passwordEnv: GATEWATCH_SECRET_TEST_MQTT_WRONG }`);
  await expect.poll(() => wrong.status().state, { timeout: 5_000 }).toBe('failing');
  const strange = await nodeFor(`${at}, node: third, user: { name: gatewatch, passwordEnv: GATEWATCH_SECRET_TEST_MQTT }`);
  await expect.poll(() => strange.status().reason, { timeout: 5_000 }).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
  const secrets = [right, wrong, strange].flatMap(({ logLines }) => logLines).filter((line) => /"(right|wrong)"/.test(line));
  expect(secrets).toEqual([]);
});

// The host side of an interoperable client exists as well: somebody who subscribes sees what the broker saw.
test('a host that subscribes to the group gets the births and the data', async () => {
  const broker = await startBroker();
  const host: MqttClient = connect(`mqtt://127.0.0.1:${broker.port}`, { clientId: 'host', reconnectPeriod: 0 });
  cleanUps.push(() => host.endAsync(true));
  const topics: string[] = [];
  host.on('message', (topic) => topics.push(topic));
  await new Promise<void>((resolve) => host.once('connect', () => resolve()));
  await host.subscribeAsync('spBv1.0/riverside/#');
  const node = await plain(broker);
  await untilBorn(broker);
  await node.raise('GS-02.PT-101.high');
  await expect.poll(() => topics).toContain('spBv1.0/riverside/DDATA/gatewatch/GS-02');
  expect(topics.slice(0, 3)).toEqual([
    'spBv1.0/riverside/NBIRTH/gatewatch',
    'spBv1.0/riverside/DBIRTH/gatewatch/GS-01',
    'spBv1.0/riverside/DBIRTH/gatewatch/GS-02',
  ]);
});
