// One alarm is followed from the scan to the page, the message and the acknowledgement by its id, through the log of one process alone.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished, test } from 'vitest';
import { followOneAlarm, startFollowedPlant } from '../harness/follow-alarm.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

test('an alarm is followed by its id through the log, from the scan to the people and back', async () => {
  const folder = temporaryFolder();
  const plant = await startFollowedPlant();
  const plantFile = path.join(folder, 'plant.json');
  writeFileSync(plantFile, plant.plantText);
  const gatewatch = await startGatewatch({
    dataDir: path.join(folder, 'data'),
    arguments: ['--plant', plantFile, '--no-simulators', '--log-level', 'info'],
  });
  onTestFinished(() => gatewatch.stop().then(() => undefined));
  await followOneAlarm(plant, gatewatch.address, gatewatch.firstPassword, gatewatch.output);
});
