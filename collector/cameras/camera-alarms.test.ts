// Cameras in a whole collector: dark, lost and found again become conditions on the way that every alarm goes, after the time of the plant file.
import { expect, onTestFinished, test } from 'vitest';
import type { HistorianStatus } from '../../domain/messages/collector-status.ts';
import { createInProcessLink } from '../../link/in-process/in-process-link.ts';
import { startCameraPlant } from '../../test/harness/camera-plant.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { createCollector } from '../collector.ts';
import { systemClock } from '../system-clock.ts';

const cameraId = 'GS-01.CAM-1';
const historianStatus: HistorianStatus = {
  engine: 'duckdb',
  isAvailable: true,
  reason: null,
  accepted: 0,
  written: 0,
  filtered: 0,
  spooled: 0,
  setAside: 0,
  dropped: 0,
};

test('a camera that is black raises its alarm and clears it; one that is gone raises the other; the collector tells why', {
  timeout: 60_000,
}, async () => {
  const cameras = await startCameraPlant({ darkAfter: '1s' });
  onTestFinished(() => cameras.simulators.stop());
  process.env.NONE = cameras.password;
  onTestFinished(() => void delete process.env.NONE);
  const { plant, faults } = cameras;
  const link = createInProcessLink({ collectorId: 'default', table: plant.pointTable });
  const active = new Set<string>();
  link.server.handleConditions(async ({ messages }) => {
    for (const message of messages) {
      if (message.kind === 'raise') active.add(message.alarmId);
      if (message.kind === 'clear') active.delete(message.alarmId);
    }
    return { committedThrough: messages.at(-1)?.sequence ?? 0 };
  });
  link.server.handleStatement(async () => ({ kind: 'accepted' }));
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const collector = await createCollector({
    plant,
    historian: { write: () => undefined, flush: async () => undefined, status: () => historianStatus },
    link: link.collector,
    dataDir: temporaryFolder(),
    clock: systemClock,
    log: quiet,
  });
  onTestFinished(() => collector.stop());
  link.server.announceReady();
  await collector.start();
  const camera = () => collector.status().devices.find(({ deviceId }) => deviceId === cameraId);
  const ofCamera = () => [...active].filter((alarmId) => alarmId.includes('CAM')).toSorted();
  await expect.poll(() => camera()?.connection, { timeout: 20_000 }).toBe('connected');
  await expect.poll(ofCamera, { timeout: 20_000 }).toEqual([]);

  faults.begin(cameraId, 'black', Date.now());
  await expect.poll(ofCamera, { timeout: 20_000 }).toEqual(['GS-01.CAMXS-1.cameraDark']);
  faults.end(cameraId, 'black', Date.now());
  await expect.poll(ofCamera, { timeout: 20_000 }).toEqual([]);

  faults.begin(cameraId, 'wrongPassword', Date.now());
  await expect.poll(ofCamera, { timeout: 20_000 }).toEqual(['GS-01.CAM-1.commFail']);
  expect(camera()).toMatchObject({ connection: 'failed', reason: 'signInRejected' });
  faults.end(cameraId, 'wrongPassword', Date.now());
  await expect.poll(ofCamera, { timeout: 20_000 }).toEqual([]);
});
