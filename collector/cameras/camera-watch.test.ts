// The prober against simulated cameras over real sockets: what it finds of good, dark and hanging ones, and that it only ever asks.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CameraSignal, pictureStates } from '../../domain/cameras/camera.ts';
import { isCamera } from '../../domain/plant/device-kinds.ts';
import { Quality } from '../../domain/readings/quality.ts';
import type { CameraFaultKind } from '../../simulators/cameras/camera-faults.ts';
import { type CameraPlant, startCameraPlant } from '../../test/harness/camera-plant.ts';
import type { ConnectionState } from '../drivers/driver.ts';
import { systemClock } from '../system-clock.ts';
import { CameraProber } from './camera-prober.ts';
import { type CameraWatch, createCameraWatch } from './camera-watch.ts';
import { createPictureDecoder, type PictureDecoder } from './picture-decoder.ts';

const cameraId = 'GS-01.CAM-1';
let cameras: CameraPlant;
let decoder: PictureDecoder;
let aheadMs = 0;

beforeAll(async () => {
  cameras = await startCameraPlant({ nowMs: () => Date.now() + aheadMs });
  decoder = createPictureDecoder(systemClock);
});
afterAll(async () => {
  await decoder.stop();
  await cameras.simulators.stop();
});
beforeEach(() => {
  aheadMs = 0;
});

interface Seen {
  readonly values: Readonly<Partial<Record<CameraSignal, readonly [value: number, quality: number]>>>;
  readonly connection: ConnectionState | null;
}

function createRig(options: { readonly decoder?: PictureDecoder; readonly password?: string; readonly timeoutMs?: number } = {}) {
  const [camera] = cameras.plant.devices.filter(isCamera);
  if (camera === undefined) throw new Error('no camera');
  let connection: ConnectionState | null = null;
  const values: Partial<Record<CameraSignal, readonly [number, number]>> = {};
  const stopping = new AbortController();
  const prober = new CameraProber({
    plant: cameras.plant,
    camera: { ...camera, timeoutMs: options.timeoutMs ?? 4_000 },
    clock: systemClock,
    decoder: options.decoder ?? decoder,
    readSecret: async () => options.password ?? cameras.password,
    signal: stopping.signal,
    sink: {
      connection: (_, state) => {
        connection = state;
      },
      readings: (batch) => {
        for (let row = 0; row < batch.length; row += 1) {
          const source = cameras.plant.points[batch.point[row] ?? -1]?.source;
          if (source?.kind === 'camera') values[source.signal] = [batch.value[row] ?? Number.NaN, batch.quality[row] ?? -1];
        }
      },
    },
  });
  return {
    prober,
    stop: () => stopping.abort(),
    async look(): Promise<Seen> {
      await prober.probe();
      return { values: { ...values }, connection };
    },
  };
}

async function withFault<T>(kind: CameraFaultKind, work: () => Promise<T>): Promise<T> {
  cameras.faults.begin(cameraId, kind, Date.now());
  try {
    return await work();
  } finally {
    cameras.faults.end(cameraId, kind, Date.now());
  }
}

const state = (name: (typeof pictureStates)[number]) => [pictureStates.indexOf(name), Quality.good];

test('a camera that works: good picture, right clock, everything recorded, kept 95 days; its make and its picture are known', async () => {
  const rig = createRig();
  const { values, connection } = await rig.look();
  expect(connection).toEqual({ kind: 'connected' });
  expect(values.picture).toEqual(state('good'));
  expect(values.clockOffset?.[1]).toBe(Quality.good);
  expect(Math.abs(values.clockOffset?.[0] ?? 99)).toBeLessThan(1.5);
  expect(values.recordedShare).toEqual([100, Quality.good]);
  expect(values.retention?.[0]).toBeCloseTo(95, 1);
  expect(rig.prober.log()).toMatchObject({
    device: { model: 'SIM-CAM', profiles: 1 },
    probes: [{ outcome: 'good', figures: expect.anything() }],
  });
  const shown = await rig.prober.picture(60_000, null);
  if (shown.kind !== 'cameraPicture') throw new Error(JSON.stringify(shown));
  expect(Buffer.from(shown.jpeg, 'base64').subarray(0, 3).toString('hex')).toBe('ffd8ff');
});

test.each(['black', 'covered', 'blurred'] as const)('a picture that is %s is told as such', async (kind) => {
  const { values, connection } = await withFault(kind, () => createRig().look());
  expect(values.picture).toEqual(state(kind));
  expect(connection).toEqual({ kind: 'connected' });
});

test('a frozen picture is told when it has been the same for the time of the plant file; a living one never is', async () => {
  const rig = createRig();
  await withFault('frozen', async () => {
    expect((await rig.look()).values.picture).toEqual(state('good'));
    await expect.poll(async () => (await rig.look()).values.picture, { timeout: 10_000, interval: 400 }).toEqual(state('frozen'));
  });
  aheadMs = 5_000;
  expect((await rig.look()).values.picture).toEqual(state('good'));
});

test('a stream in which nothing comes is a camera without a picture, not one that is away', async () => {
  const { values, connection } = await withFault('noPicture', () => createRig({ timeoutMs: 2_500 }).look());
  expect(values.picture).toEqual(state('noPicture'));
  expect(connection).toEqual({ kind: 'connected' });
});

test.each([
  ['silent', 'timeout'],
  ['refuse', 'closed'],
  ['wrongPassword', 'signInRejected'],
] as const)('a camera that does %s gives a reading of bad quality, with the reason %s', async (kind, reason) => {
  const { values, connection } = await withFault(kind, () => createRig({ timeoutMs: 2_500 }).look());
  expect(values.picture?.[1]).toBe(Quality.badCommFail);
  expect(connection).toMatchObject({ kind: 'failed', reason });
});

test('a wrong password of our own is told as such, by the stream and by the recorder', async () => {
  const { values, connection } = await createRig({ password: 'other' }).look();
  expect(connection).toMatchObject({ kind: 'failed', reason: 'signInRejected' });
  expect(values.recordedShare?.[1]).toBe(Quality.badCommFail);
});

test('a clock that is off is measured', async () => {
  const { values } = await withFault('clock', () => createRig().look());
  expect(values.clockOffset?.[0]).toBeGreaterThan(418);
  expect(values.clockOffset?.[0]).toBeLessThan(422);
});

test('what the recorder missed is found, and a moment that it missed has no picture; one that it has does', async () => {
  const now = Date.now();
  cameras.faults.addGap(cameraId, { fromMs: now - 8 * 3_600_000, toMs: now - 2 * 3_600_000 });
  const rig = createRig();
  const { values } = await rig.look();
  expect(values.recordedShare?.[0]).toBeCloseTo(75, 1);
  expect(await rig.prober.recordings({ fromMs: now - 10 * 3_600_000, toMs: now - 3_600_000 })).toMatchObject({
    spans: [{ toMs: now - 8 * 3_600_000 }, { fromMs: now - 2 * 3_600_000 }],
  });
  expect(await rig.prober.picture(0, now - 3 * 3_600_000)).toEqual({ kind: 'failed', reason: 'notRecorded', detail: null });
  expect(await rig.prober.picture(0, now - 3_600_000)).toMatchObject({ kind: 'cameraPicture', state: null });
});

test('[CA5] without a decoder the picture is not judged: uncertain, never good', async () => {
  const none: PictureDecoder = { decode: async () => ({ kind: 'unavailable' }), stop: async () => undefined };
  const rig = createRig({ decoder: none });
  expect((await rig.look()).values.picture?.[1]).toBe(Quality.uncertainInaccurate);
  expect(await rig.prober.picture(0, null)).toMatchObject({ kind: 'failed', reason: 'noDecoder' });
});

test('the watch looks by itself, goes on beside a camera that hangs, and ends at once when it is told to', async () => {
  const seen: number[] = [];
  const watch: CameraWatch = createCameraWatch({
    plant: cameras.plant,
    cameras: cameras.plant.devices.filter(isCamera),
    sink: { connection: () => undefined, readings: (batch) => void seen.push(batch.quality[0] ?? -1) },
    clock: systemClock,
    log: { warn: () => undefined },
    random: () => 0.05,
    readSecret: async () => cameras.password,
  });
  watch.start();
  await expect.poll(() => seen.length, { timeout: 15_000 }).toBeGreaterThan(1);
  expect(await watch.answer({ kind: 'cameraPicture', deviceId: cameraId, maxAgeMs: 60_000, recordedAtMs: null })).toMatchObject({
    kind: 'cameraPicture',
  });
  expect(await watch.answer({ kind: 'cameraProbes', deviceId: 'GS-01.CAM-9' })).toMatchObject({ kind: 'failed', reason: 'unknownDevice' });
  cameras.faults.begin(cameraId, 'silent', Date.now());
  const before = cameras.simulators.rtsp.requests.get('OPTIONS') ?? 0;
  await expect.poll(() => cameras.simulators.rtsp.requests.get('OPTIONS') ?? 0, { timeout: 10_000 }).toBeGreaterThan(before);
  await watch.stop();
  cameras.faults.end(cameraId, 'silent', Date.now());
});

test('it only ever asks: no other method and no other action reaches a camera', () => {
  expect([...cameras.simulators.rtsp.requests.keys()].toSorted()).toEqual(['DESCRIBE', 'OPTIONS', 'PLAY', 'SETUP', 'TEARDOWN']);
  expect([...cameras.simulators.onvif.requests.keys()].filter((action) => !/^(Get|Find|EndSearch)/.test(action))).toEqual([]);
});
