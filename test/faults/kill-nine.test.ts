// `kill -9` of the all-in-one at random moments under load: no condition and no acknowledgement lost, none invented, the chain intact.
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { openDatabase } from '../../server/journal/database.ts';
import { verifyChain } from '../../server/journal/journal.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { startTogglingDevices } from '../harness/toggling-devices.ts';

const kills = 10;
const password = 'a-long-enough-password';
const seed = randomInt(1 << 30);

/** Raises and acknowledgements that a person was told of: what must never be lost after that. */
class Witness {
  readonly raised = new Map<string, string>();
  readonly acknowledged = new Map<string, string>();
  /** The request went out and no answer came back: it may count or not. */
  unanswered = 0;

  saw(alarms: readonly AlarmView[]): void {
    for (const alarm of alarms) if (alarm.raisedAtMs !== null) this.raised.set(alarm.id, alarm.alarmId);
  }
}

async function watch(client: GatewatchClient, witness: Witness, isOver: () => boolean): Promise<void> {
  const socket = client.listen();
  socket.on('snapshot', (message) => witness.saw(message.alarms));
  socket.on('alarm', (message) => witness.saw(message.alarms));
  socket.on('connect', () => socket.emit('subscribe', {}));
  try {
    while (!isOver()) {
      const open = (await client.alarms('?state=unacknowledged')).slice(0, 20);
      witness.saw(open);
      if (open.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      for (const alarm of open) {
        if (isOver() || !needsAcknowledgement(alarm.state)) break;
        const comment = `seen ${alarm.id} v${alarm.version}`;
        witness.unanswered += 1;
        const answer = await client.ask<AlarmView>('POST', `/api/alarms/${alarm.id}/acknowledge`, { version: alarm.version, comment });
        witness.unanswered -= 1;
        if (answer.status === 200) witness.acknowledged.set(comment, alarm.id);
        else expect([404, 409, 422]).toContain(answer.status); // changed meanwhile
      }
    }
  } catch (error) {
    if (!isOver()) throw error; // killed in the middle of an answer
  } finally {
    socket.close();
  }
}

test(`${kills} times kill -9 under load: nothing witnessed is lost (seed ${seed})`, { timeout: 240_000 }, async () => {
  const random = createRandom(seed);
  const devices = await startTogglingDevices({ devices: 10, pointsEach: 100, scanMs: 200, random });
  onTestFinished(() => devices.stop());
  const folder = temporaryFolder();
  const plantFile = path.join(folder, 'plant.yaml');
  writeFileSync(plantFile, devices.plantText);
  const dataDir = path.join(folder, 'data');
  const start = () => startGatewatch({ dataDir, arguments: ['--plant', plantFile, '--no-simulators'] });

  const toggling = setInterval(() => {
    for (let count = 0; count < 2; count += 1) devices.toggle(Date.now(), 600);
  }, 20);
  onTestFinished(() => clearInterval(toggling));

  const witness = new Witness();
  let gatewatch = await start();
  const administrator = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
  const added = await administrator.ask('POST', '/api/users', { username: 'duty', displayName: '值班员', role: 'operator', password });
  expect(added.status).toBe(201);
  for (let round = 0; round < kills; round += 1) {
    let isOver = false;
    const client = await GatewatchClient.signIn(gatewatch.address, 'duty', password);
    const watching = watch(client, witness, () => isOver);
    await new Promise((resolve) => setTimeout(resolve, 500 + random() * 2_500));
    isOver = true;
    await gatewatch.kill();
    await watching;
    gatewatch = await start();
  }

  clearInterval(toggling);
  const client = await GatewatchClient.signIn(gatewatch.address, 'duty', password);
  await expect
    .poll(async () => new Set((await client.alarms('?state=active')).map((alarm) => alarm.alarmId)), { timeout: 20_000, interval: 200 })
    .toEqual(devices.trueAlarms());
  const journal = await client.journal();
  expect(await gatewatch.stop()).toBe(0);

  const raises = new Map(journal.filter((entry) => entry.kind === 'alarm.raise').map((entry) => [entry.occurrenceId, entry]));
  const acknowledgements = new Map(
    journal
      .filter((entry) => entry.kind === 'alarm.acknowledge')
      .map((entry) => [(entry.detail.event as { comment: string }).comment, entry.occurrenceId]),
  );
  expect(witness.raised.size).toBeGreaterThan(100);
  expect(witness.acknowledged.size).toBeGreaterThan(50);
  expect([...witness.raised.keys()].filter((id) => !raises.has(id))).toEqual([]);
  expect([...witness.acknowledged].filter(([comment, id]) => acknowledgements.get(comment) !== id)).toEqual([]);

  // Nothing twice and nothing out of turn: raise and clear alternate for every alarm, one raise an occurrence.
  const isTrue = new Map<string, boolean>();
  for (const entry of journal) {
    if (entry.kind !== 'alarm.raise' && entry.kind !== 'alarm.clear') continue;
    const alarmId = entry.alarmId as string;
    expect({ alarmId, sequence: entry.sequence, wasTrue: isTrue.get(alarmId) ?? false }).toEqual({
      alarmId,
      sequence: entry.sequence,
      wasTrue: entry.kind === 'alarm.clear',
    });
    isTrue.set(alarmId, entry.kind === 'alarm.raise');
  }
  expect(raises.size).toBe(journal.filter((entry) => entry.kind === 'alarm.raise').length);

  const database = await openDatabase('sqlite:', dataDir);
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
  await database.destroy();
  console.log(
    `kill -9: seed ${seed}, ${kills} kills, ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, ${witness.unanswered} unanswered, ${journal.length} journal lines`,
  );
});
