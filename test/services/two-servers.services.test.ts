// Two servers on one PostgreSQL, a collector over NATS, people at both addresses: the server in charge is killed again and again, then stopped as an upgrade does.
import { randomInt } from 'node:crypto';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { Witness, watch } from '../harness/witness.ts';
import { startAlarmingPlant } from './alarming-plant.ts';
import { natsServerProgram } from './nats-server.ts';
import { postgresProgram, startPostgres } from './postgres.ts';
import { freePort } from './service.ts';

const natsProgram = natsServerProgram();
const program = postgresProgram();
const kills = 3;
const races = process.env.FAULTS === 'long' ? 10_000 : 100;
const seed = randomInt(1 << 30);

describe.skipIf(natsProgram === null || program === null)('two servers on one PostgreSQL', () => {
  test(`the one in charge is killed ${kills} times and stopped once: nothing is lost (seed ${seed})`, {
    timeout: 240_000 + races * 200,
  }, async () => {
    const random = createRandom(seed);
    const postgres = await startPostgres({ isDurable: true });
    onTestFinished(() => postgres.remove());
    const plant = await startAlarmingPlant(natsProgram as string, `${postgres.url}?schema=gatewatch`, random);
    const { signIn } = plant;
    const ports = [await freePort(), await freePort()] as const;
    const start = (index: 0 | 1) => plant.startServer(ports[index]);
    const servers = [await start(0), await start(1)];
    onTestFinished(async () => {
      for (const server of servers) await server.kill();
    });
    expect(servers.map((server) => server.isInCharge)).toEqual([true, false]);
    // The second address takes sign-ins, requests and live connections, and whoever is there sees the same.
    await plant.begin(servers[1]?.address ?? '', servers[0]?.firstPassword() ?? null);

    const witness = new Witness();
    const takeoverMs: number[] = [];
    let inCharge: 0 | 1 = 0;
    for (let round = 0; round < kills; round += 1) {
      const other: 0 | 1 = inCharge === 0 ? 1 : 0;
      let isOver = false;
      const watching = [];
      for (const server of servers) watching.push(watch(await signIn(server.address), witness, () => isOver));
      await pass(1_000 + random() * 2_000);
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
      if (waiting.length === 0) await pass(20);
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

    plant.rest();
    for (const each of [client, second]) await plant.expectActive(each);
    await plant.expectJournal(second, witness);
    console.log(
      `two servers: seed ${seed}, ${kills} kills and 1 stop, ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, 0 lost or doubled; ` +
        `answered again after ${takeoverMs.map((ms) => (ms / 1_000).toFixed(1)).join(', ')} s; ${outcomes.length} races, ${won} won by one, none by two`,
    );
  });

  test('one that cannot take charge stays, and does so when it can', async () => {
    const postgres = await startPostgres({ isDurable: false });
    onTestFinished(() => postgres.remove());
    const plant = await startAlarmingPlant(natsProgram as string, `${postgres.url}?schema=gatewatch`, createRandom(seed));
    const taken = net.createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const starting = plant.startServer(port);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const tries = () =>
      client.query('SELECT epoch FROM gatewatch.server_lease').then(
        ({ rows }) => Number(rows[0]?.epoch ?? 0),
        () => 0,
      );
    // Rejects where the process ends.
    await Promise.race([starting, expect.poll(tries, { timeout: 60_000, interval: 100 }).toBeGreaterThan(1)]);
    await client.end();
    await new Promise((resolve) => taken.close(resolve));
    const server = await starting;
    onTestFinished(() => server.kill());
    expect(server.isInCharge).toBe(true);
  });
});
