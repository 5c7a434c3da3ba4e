// What the journal's PostgreSQL can do to a server: killed and started again, connections cut, and a wire that is open and carries nothing; alarms come all the time.
import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../server/journal/database.ts';
import { verifyChain } from '../../server/journal/journal.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { startFrozenWire } from '../harness/frozen-wire.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startCollectorProcess, startOneOfServers } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { startTogglingDevices } from '../harness/toggling-devices.ts';
import { expectAllThere, Witness, watch } from '../harness/witness.ts';
import { natsServerProgram, startNatsServer } from './nats-server.ts';
import { postgresProgram, startPostgres } from './postgres.ts';
import { freePort } from './service.ts';

const natsProgram = natsServerProgram();
const program = postgresProgram();
const password = 'a-long-enough-password';
const seed = randomInt(1 << 30);

describe.skipIf(natsProgram === null || program === null)('PostgreSQL is away', () => {
  test(`killed twice, cut twice, frozen for 2 s and for 7 s: every alarm once (seed ${seed})`, { timeout: 240_000 }, async () => {
    const random = createRandom(seed);
    const folder = temporaryFolder();
    for (const name of ['nats', 'collector', 'server']) mkdirSync(path.join(folder, name));
    const postgres = await startPostgres({ isDurable: true });
    onTestFinished(() => postgres.remove());
    const wire = await startFrozenWire({ host: '127.0.0.1', port: Number(new URL(postgres.url).port) });
    onTestFinished(() => wire.stop());
    const nats = await startNatsServer(natsProgram as string, path.join(folder, 'nats'));
    onTestFinished(() => nats.stop());
    const devices = await startTogglingDevices({ devices: 2, pointsEach: 20, scanMs: 250, random });
    onTestFinished(() => devices.stop());
    const plantFile = path.join(folder, 'plant.json');
    writeFileSync(plantFile, devices.plantText);
    const halves = ['--plant', plantFile, '--link', nats.url];
    const port = await freePort();
    const journal = `postgres://gatewatch@127.0.0.1:${wire.port}/postgres?schema=gatewatch`;
    const server = await startOneOfServers({
      port,
      dataDir: path.join(folder, 'server'),
      arguments: [...halves, '--journal', journal, '--advertise', `http://127.0.0.1:${port}`],
    });
    onTestFinished(() => server.kill());
    onTestFailed(() => console.log(server.output().slice(-8_000)));
    const collector = await startCollectorProcess({ dataDir: path.join(folder, 'collector'), arguments: halves });
    onTestFinished(() => collector.stop().then(() => undefined));
    const administrator = await GatewatchClient.signIn(server.address, 'admin', server.firstPassword() ?? '');
    expect(
      (await administrator.ask('POST', '/api/users', { username: 'duty', displayName: '值班员', role: 'operator', password })).status,
    ).toBe(201);
    const toggling = setInterval(() => devices.toggle(Date.now(), 600), 20);
    onTestFinished(() => clearInterval(toggling));

    const witness = new Witness();
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    let lastRefusal = '';
    onTestFailed(() => console.log('last refused sign-in:', lastRefusal));
    const signIn = async () => {
      const clients: GatewatchClient[] = [];
      await expect
        .poll(
          async () => {
            const client = await GatewatchClient.signIn(server.address, 'duty', password).catch((error: Error) => {
              lastRefusal = error.message;
              return null;
            });
            if (client !== null) clients.push(client);
            return client !== null;
          },
          { timeout: 40_000, interval: 200 },
        )
        .toBe(true);
      return clients[0] as GatewatchClient;
    };
    /** The server may stop being in charge while somebody looks: that is no fault. */
    const unlessAway = (error: unknown) => {
      if (!(error instanceof TypeError) && !/answered 50[03]/.test((error as Error).message)) throw error;
    };
    const frozenFor = (ms: number) => async () => {
      wire.freeze();
      await pause(ms);
      wire.thaw();
    };
    const faults: readonly [string, () => Promise<void>][] = [
      ['killed', () => postgres.kill().then(() => postgres.start())],
      ['cut', async () => wire.cut()],
      ['frozen 2 s', frozenFor(2_000)],
      ['killed again', () => postgres.kill().then(() => postgres.start())],
      ['frozen 7 s', frozenFor(7_000)],
      ['cut again', async () => wire.cut()],
    ];
    const recoveries: string[] = [];
    for (const [name, fault] of faults) {
      let isOver = false;
      const watching = watch(await signIn(), witness, () => isOver).catch(unlessAway);
      await pause(1_000 + random() * 1_500);
      isOver = true;
      await fault();
      const mendedAtMs = performance.now();
      await watching;
      await signIn();
      recoveries.push(`${name} ${((performance.now() - mendedAtMs) / 1_000).toFixed(1)} s`);
    }

    clearInterval(toggling);
    // The last fault may still cost it its lease: then it comes back.
    await pause(5_000);
    const client = await signIn();
    await expect
      .poll(async () => new Set((await client.alarms('?state=active')).map((alarm) => alarm.alarmId)), { timeout: 20_000, interval: 200 })
      .toEqual(devices.trueAlarms());
    const lines = await client.journal();
    expect(witness.raised.size).toBeGreaterThan(50);
    expect(witness.acknowledged.size).toBeGreaterThan(20);
    expectAllThere(witness, lines);
    const database = await openDatabase(journal, folder);
    expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
    await database.destroy();
    console.log(
      `PostgreSQL away: seed ${seed}, ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, 0 lost or doubled; signed in again after: ${recoveries.join(', ')}`,
    );
  });
});
