// What the journal's PostgreSQL can do to a server: killed and started again, connections cut, and a wire that is open and carries nothing; alarms come all the time.
import { randomInt } from 'node:crypto';
import { describe, onTestFailed, onTestFinished, test } from 'vitest';
import { createRandom } from '../../simulators/process/random.ts';
import { startFrozenWire } from '../harness/frozen-wire.ts';
import { Witness, watch } from '../harness/witness.ts';
import { startAlarmingPlant } from './alarming-plant.ts';
import { natsServerProgram } from './nats-server.ts';
import { postgresProgram, startPostgres } from './postgres.ts';
import { freePort } from './service.ts';

const natsProgram = natsServerProgram();
const program = postgresProgram();
const seed = randomInt(1 << 30);

describe.skipIf(natsProgram === null || program === null)('PostgreSQL is away', () => {
  test(`killed twice, cut twice, frozen for 2 s and for 7 s: every alarm once (seed ${seed})`, { timeout: 240_000 }, async () => {
    const random = createRandom(seed);
    const postgres = await startPostgres({ isDurable: true });
    onTestFinished(() => postgres.remove());
    const wire = await startFrozenWire({ host: '127.0.0.1', port: Number(new URL(postgres.url).port) });
    onTestFinished(() => wire.stop());
    const plant = await startAlarmingPlant(
      natsProgram as string,
      `postgres://gatewatch@127.0.0.1:${wire.port}/postgres?schema=gatewatch`,
      random,
    );
    const server = await plant.startServer(await freePort());
    onTestFinished(() => server.kill());
    onTestFailed(() => console.log(server.output().slice(-8_000)));
    await plant.begin(server.address, server.firstPassword());
    const signIn = () => plant.signIn(server.address);

    const witness = new Witness();
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
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

    plant.rest();
    // The last fault may still cost it its lease: then it comes back.
    await pause(5_000);
    const client = await signIn();
    await plant.expectActive(client);
    await plant.expectJournal(client, witness);
    console.log(
      `PostgreSQL away: seed ${seed}, ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, 0 lost or doubled; signed in again after: ${recoveries.join(', ')}`,
    );
  });
});
