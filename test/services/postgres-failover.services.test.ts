// The journal's PostgreSQL dies for good and the one that follows it takes its place, twice, while alarms come and people acknowledge. The address stays the same, as with a
// proxy or an address that moves. A commit was confirmed only when both had it: nothing that anybody was told may be missing.
import { randomInt } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { createRandom } from '../../simulators/process/random.ts';
import { startFrozenWire } from '../harness/frozen-wire.ts';
import { Witness, watch } from '../harness/witness.ts';
import { startAlarmingPlant } from './alarming-plant.ts';
import { natsServerProgram } from './nats-server.ts';
import { baseBackupProgram, type Postgres, postgresProgram, startPostgres } from './postgres.ts';
import { freePort } from './service.ts';

const natsProgram = natsServerProgram();
const hasPostgres = postgresProgram() !== null && baseBackupProgram() !== null;
const failovers = 2;
const seed = randomInt(1 << 30);

describe.skipIf(natsProgram === null || !hasPostgres)('PostgreSQL fails over', () => {
  test(`${failovers} times: every alarm and every acknowledgement once (seed ${seed})`, { timeout: 240_000 }, async () => {
    const random = createRandom(seed);
    const portOf = ({ url }: Postgres) => Number(new URL(url).port);
    let primary = await startPostgres({ isDurable: true });
    onTestFinished(() => primary.remove());
    const wire = await startFrozenWire({ host: '127.0.0.1', port: portOf(primary) });
    onTestFinished(() => wire.stop());
    const journalUrl = `postgres://gatewatch@127.0.0.1:${wire.port}/postgres?schema=gatewatch`;
    const plant = await startAlarmingPlant(natsProgram as string, journalUrl, random);
    const server = await plant.startServer(await freePort());
    onTestFinished(() => server.kill());
    onTestFailed(() => console.log(server.output().slice(-8_000)));
    await plant.begin(server.address, server.firstPassword());

    const witness = new Witness();
    const seconds: string[] = [];
    for (let round = 0; round < failovers; round += 1) {
      const follower = await primary.follower();
      onTestFinished(() => follower.remove());
      let isOver = false;
      const watching = watch(await plant.signIn(server.address), witness, () => isOver);
      await pass(2_000 + random() * 1_000);
      isOver = true;
      const before = witness.acknowledged.size;
      expect(before).toBeGreaterThan(0);
      await primary.kill();
      const sinceMs = performance.now();
      await follower.promote();
      wire.leadTo(portOf(follower));
      await watching;
      await plant.signIn(server.address);
      seconds.push(((performance.now() - sinceMs) / 1_000).toFixed(1));
      await primary.remove();
      primary = follower;
    }
    let isOver = false;
    const watching = watch(await plant.signIn(server.address), witness, () => isOver);
    await pass(2_000);
    isOver = true;
    await watching;

    plant.rest();
    const client = await plant.signIn(server.address);
    await plant.expectActive(client);
    await plant.expectJournal(client, witness);
    console.log(
      `PostgreSQL fails over: seed ${seed}, ${failovers} times, ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, 0 lost or doubled; signed in again after ${seconds.join(', ')} s`,
    );
  });
});
