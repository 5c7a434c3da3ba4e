// One alarm is followed by its id through the logs of a collector and a server that are apart, over a real NATS.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, onTestFinished, test } from 'vitest';
import { followOneAlarm, startFollowedPlant } from '../harness/follow-alarm.ts';
import { startCollectorProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { natsServerProgram, startNatsServer } from './nats-server.ts';

const natsProgram = natsServerProgram();

describe.skipIf(natsProgram === null)('the halves apart', () => {
  test('an alarm is followed by its id through the logs of both', async () => {
    const folder = temporaryFolder();
    for (const name of ['nats', 'collector', 'server']) mkdirSync(path.join(folder, name));
    const plant = await startFollowedPlant();
    const plantFile = path.join(folder, 'plant.json');
    writeFileSync(plantFile, plant.plantText);
    const nats = await startNatsServer(natsProgram as string, path.join(folder, 'nats'));
    onTestFinished(() => nats.stop());
    const halves = ['--plant', plantFile, '--link', nats.url, '--log-level', 'info'];
    const server = await startGatewatch({ command: 'server', dataDir: path.join(folder, 'server'), arguments: halves });
    onTestFinished(() => server.stop().then(() => undefined));
    const collector = await startCollectorProcess({ dataDir: path.join(folder, 'collector'), arguments: halves });
    onTestFinished(() => collector.stop().then(() => undefined));
    await followOneAlarm(plant, server.address, server.firstPassword, () => `${collector.output()}\n${server.output()}`);
  });
});
