// Alarms that rise and clear while NATS is away, counted: each is in the journal when it is back, as its own occurrence, in turn, and unacknowledged.
import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { type CollectorProcess, startCollectorProcess } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { expectAllThere, Witness } from '../harness/witness.ts';
import { startAlarmingPlant } from './alarming-plant.ts';
import { natsServerProgram, startNatsServer } from './nats-server.ts';
import { freePort } from './service.ts';

const natsProgram = natsServerProgram();
const seed = randomInt(1 << 30);
const awayMs = 12_000;

describe.skipIf(natsProgram === null)('the link is away', () => {
  test(`every alarm that rose meanwhile is told, also those that are over (seed ${seed})`, async () => {
    const folder = temporaryFolder();
    for (const name of ['nats', 'collector']) mkdirSync(path.join(folder, name));
    let nats = await startNatsServer(natsProgram as string, path.join(folder, 'nats'));
    onTestFinished(() => nats.stop());
    const collectors: CollectorProcess[] = [];
    onTestFinished(async () => {
      for (const collector of collectors) await collector.kill();
    });
    const plant = await startAlarmingPlant(
      {
        natsUrl: nats.url,
        arguments: [],
        // So long that a busy machine does not look away from any.
        restMs: 2_000,
        async startCollectors(halves) {
          collectors.push(await startCollectorProcess({ dataDir: path.join(folder, 'collector'), arguments: halves }));
        },
      },
      `sqlite:${path.join(folder, 'journal.sqlite')}`,
      createRandom(seed),
    );
    const server = await plant.startServer(await freePort());
    onTestFinished(() => server.kill());
    await plant.begin(server.address, server.firstPassword());
    const client = await plant.signIn(server.address);
    const raises = async () => (await client.journal()).filter(({ kind }) => kind === 'alarm.raise');
    await expect.poll(async () => (await raises()).length, { timeout: 40_000, interval: 100 }).toBeGreaterThan(5);

    await nats.kill();
    const known = new Set((await raises()).map(({ occurrenceId }) => occurrenceId));
    const risesBefore = plant.devices.riseCount();
    await pass(awayMs);
    plant.rest();
    const rose = plant.devices.riseCount() - risesBefore;
    // A scan and more, so that the last is found out about before the link is back.
    await pass(1_000);
    expect((await raises()).every(({ occurrenceId }) => known.has(occurrenceId))).toBe(true);
    nats = await startNatsServer(natsProgram as string, path.join(folder, 'nats'), nats.port);
    await plant.expectActive(client);

    const journal = await client.journal();
    expectAllThere(new Witness(), journal);
    const late = journal.filter(({ kind, occurrenceId }) => kind === 'alarm.raise' && !known.has(occurrenceId));
    expect(late.length).toBeGreaterThanOrEqual(rose);
    expect(rose).toBeGreaterThan(40);
    const cleared = new Set(journal.filter(({ kind }) => kind === 'alarm.clear').map(({ occurrenceId }) => occurrenceId));
    const over = late.filter(({ occurrenceId }) => cleared.has(occurrenceId));
    expect(over.length).toBeGreaterThan(10);
    // Of one alarm that came several times the list holds the newest; all that it holds wait for a person.
    const waiting = new Map((await client.alarms('?state=unacknowledged')).map((alarm: AlarmView) => [alarm.alarmId, alarm.id]));
    const newest = new Map(late.map(({ alarmId, occurrenceId }) => [alarmId, occurrenceId]));
    for (const [alarmId, occurrenceId] of newest) expect(waiting.get(alarmId ?? '')).toBe(occurrenceId);
    console.log(
      `link away for ${awayMs / 1_000} s: seed ${seed}, ${rose} rises at the devices meanwhile, ${late.length} raises told afterwards (those under way included), ${over.length} of them over; 0 lost or doubled`,
    );
  });
});
