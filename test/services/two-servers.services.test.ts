// Two servers on one PostgreSQL, a collector over NATS, people at both addresses: the server in charge is killed again and again, then stopped as an upgrade does.
import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { openDatabase } from '../../server/journal/database.ts';
import { verifyChain } from '../../server/journal/journal.ts';
import { createRandom } from '../../simulators/process/random.ts';
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
const kills = 3;
const races = 100;
const seed = randomInt(1 << 30);

describe.skipIf(natsProgram === null || program === null)('two servers on one PostgreSQL', () => {
  test(`the one in charge is killed ${kills} times and stopped once: nothing is lost (seed ${seed})`, { timeout: 240_000 }, async () => {
    const random = createRandom(seed);
    const folder = temporaryFolder();
    for (const name of ['nats', 'collector', 'server']) mkdirSync(path.join(folder, name));
    const postgres = await startPostgres({ isDurable: true });
    onTestFinished(() => postgres.remove());
    const nats = await startNatsServer(natsProgram as string, path.join(folder, 'nats'));
    onTestFinished(() => nats.stop());
    const devices = await startTogglingDevices({ devices: 2, pointsEach: 20, scanMs: 250, random });
    onTestFinished(() => devices.stop());
    const plantFile = path.join(folder, 'plant.json');
    writeFileSync(plantFile, devices.plantText);
    const halves = ['--plant', plantFile, '--link', nats.url];
    const journal = `${postgres.url}?schema=gatewatch`;
    const ports = [await freePort(), await freePort()] as const;
    const start = (index: 0 | 1) =>
      startOneOfServers({
        port: ports[index],
        dataDir: path.join(folder, 'server'),
        arguments: [...halves, '--journal', journal, '--advertise', `http://127.0.0.1:${ports[index]}`],
      });
    const servers = [await start(0), await start(1)];
    onTestFinished(async () => {
      for (const server of servers) await server.kill();
    });
    expect(servers.map((server) => server.isInCharge)).toEqual([true, false]);
    const collector = await startCollectorProcess({ dataDir: path.join(folder, 'collector'), arguments: halves });
    onTestFinished(() => collector.stop().then(() => undefined));

    // The second address takes sign-ins, requests and live connections, and whoever is there sees the same.
    const administrator = await GatewatchClient.signIn(servers[1]?.address ?? '', 'admin', servers[0]?.firstPassword() ?? '');
    expect(
      (await administrator.ask('POST', '/api/users', { username: 'duty', displayName: '值班员', role: 'operator', password })).status,
    ).toBe(201);
    const toggling = setInterval(() => devices.toggle(Date.now(), 600), 20);
    onTestFinished(() => clearInterval(toggling));
    const signIn = async (address: string) => {
      let client: GatewatchClient | null = null;
      await expect
        .poll(
          async () => {
            client ??= await GatewatchClient.signIn(address, 'duty', password).catch(() => null);
            return client !== null;
          },
          { timeout: 40_000, interval: 250 },
        )
        .toBe(true);
      return client as unknown as GatewatchClient;
    };

    const witness = new Witness();
    const takeoverMs: number[] = [];
    let inCharge: 0 | 1 = 0;
    for (let round = 0; round < kills; round += 1) {
      const other: 0 | 1 = inCharge === 0 ? 1 : 0;
      let isOver = false;
      const watching = [];
      for (const server of servers) watching.push(watch(await signIn(server.address), witness, () => isOver));
      await new Promise((resolve) => setTimeout(resolve, 1_000 + random() * 2_000));
      isOver = true;
      await servers[inCharge]?.kill();
      const killedAtMs = performance.now();
      await Promise.all(watching);
      await signIn(servers[other]?.address ?? '');
      takeoverMs.push(performance.now() - killedAtMs);
      servers[inCharge] = await start(inCharge);
      expect(servers[inCharge]?.isInCharge).toBe(false);
      inCharge = other;
    }
    // An upgrade: the one in charge is stopped, the other is in charge at its next look.
    expect(await servers[inCharge]?.stop()).toBe(0);
    const last = servers[inCharge === 0 ? 1 : 0];
    const client = await signIn(last?.address ?? '');
    servers[inCharge] = await start(inCharge);
    const second = await signIn(servers[inCharge]?.address ?? '');

    // Two people act on one alarm through two servers.
    const outcomes: number[][] = [];
    while (outcomes.length < races) {
      const waiting = await client.alarms('?state=unacknowledged');
      if (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      for (const alarm of waiting.slice(0, 10)) {
        const answers = await Promise.all(
          [client, second].map((each) => each.ask<AlarmView>('POST', `/api/alarms/${alarm.id}/acknowledge`, { version: alarm.version })),
        );
        outcomes.push(answers.map(({ status }) => status).sort());
      }
    }
    // Both are refused where the alarm itself went on meanwhile.
    expect(outcomes.filter(([one, two]) => one === 200 && two === 200)).toEqual([]);
    const won = outcomes.filter(([one]) => one === 200).length;
    expect(won).toBeGreaterThan(races / 2);

    clearInterval(toggling);
    for (const each of [client, second])
      await expect
        .poll(async () => new Set((await each.alarms('?state=active')).map((alarm) => alarm.alarmId)), { timeout: 20_000, interval: 200 })
        .toEqual(devices.trueAlarms());
    const lines = await second.journal();
    expect(witness.raised.size).toBeGreaterThan(50);
    expect(witness.acknowledged.size).toBeGreaterThan(20);
    expectAllThere(witness, lines);
    const database = await openDatabase(journal, folder);
    expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
    await database.destroy();
    console.log(
      `two servers: seed ${seed}, ${kills} kills and 1 stop, ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, 0 lost or doubled; ` +
        `answered again after ${takeoverMs.map((ms) => (ms / 1_000).toFixed(1)).join(', ')} s; ${outcomes.length} races, ${won} won by one, none by two`,
    );
  });
});
