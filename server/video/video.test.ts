// Video of a whole server, with a real prober and simulated cameras over real sockets: standing, looks with their reason, pictures of alarms, obligations, log.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type CameraWatch, createCameraWatch } from '../../collector/cameras/camera-watch.ts';
import { alarmPictureSchema, cameraDetailSchema, cameraViewSchema, lookViewSchema, openedLookSchema } from '../../domain/api/video-api.ts';
import { isCamera } from '../../domain/plant/device-kinds.ts';
import { type CameraPlant, startCameraPlant } from '../../test/harness/camera-plant.ts';
import { realClock, type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';

const cameraId = 'GS-01.CAM-1';
let cameras: CameraPlant;
let server: SmallServer;
let watch: CameraWatch;

beforeAll(async () => {
  cameras = await startCameraPlant();
  server = await startSmallServer(cameras.plant);
  watch = createCameraWatch({
    plant: cameras.plant,
    cameras: cameras.plant.devices.filter(isCamera),
    clock: realClock,
    log: { warn: () => undefined },
    random: () => 0.02,
    readSecret: async () => cameras.password,
    sink: {
      connection: () => undefined,
      readings(batch) {
        const values: Record<string, { value: number; quality: number; timeMs: number }> = {};
        for (let row = 0; row < batch.length; row += 1)
          values[cameras.plant.points[batch.point[row] ?? -1]?.id ?? ''] = {
            value: batch.value[row] ?? Number.NaN,
            quality: batch.quality[row] ?? 255,
            timeMs: batch.timeMs[row] ?? 0,
          };
        server.publish(values);
      },
    },
  });
  server.handleCommands((command) =>
    command.kind === 'cameraPicture' || command.kind === 'cameraProbes' || command.kind === 'cameraRecordings'
      ? watch.answer(command)
      : Promise.resolve({ kind: 'failed', reason: 'wrongProtocol', detail: null }),
  );
  watch.start();
}, 30_000);
afterAll(async () => {
  await watch.stop();
  await server.stop();
  await cameras.simulators.stop();
});

const standing = async () => {
  const answer = await server.ask('duty', 'GET', '/api/video/cameras');
  expect(answer).toMatchObject({ status: 200 });
  return z.array(cameraViewSchema).parse(answer.body)[0];
};

async function begin(person: string, body: unknown) {
  const answer = await server.ask(person, 'POST', '/api/video/looks', body);
  expect(answer.status).toBe(201);
  return openedLookSchema.parse(answer.body);
}

async function picture(person: string, url: string): Promise<{ readonly status: number; readonly head: string }> {
  const response = await fetch(`${server.server.address}${url}`, { headers: { cookie: await server.cookie(person) } });
  return {
    status: response.status,
    head: Buffer.from(await response.arrayBuffer())
      .subarray(0, 3)
      .toString('hex'),
  };
}
const jpeg = { status: 200, head: 'ffd8ff' };

test('how a camera stands follows the looks at it', async () => {
  await expect.poll(async () => (await standing())?.state, { timeout: 15_000 }).toBe('good');
  expect(await standing()).toMatchObject({
    id: cameraId,
    hasRecorder: true,
    recordedShare: 100,
    isClockOff: false,
    retentionWantedDays: 90,
  });
  cameras.faults.begin(cameraId, 'black', Date.now());
  await expect.poll(async () => (await standing())?.state, { timeout: 15_000 }).toBe('black');
  cameras.faults.end(cameraId, 'black', Date.now());
  await expect.poll(async () => (await standing())?.state, { timeout: 15_000 }).toBe('good');
  const detail = cameraDetailSchema.parse((await server.ask('duty', 'GET', `/api/video/cameras/${cameraId}`)).body);
  expect(detail.device).toMatchObject({ model: 'SIM-CAM' });
  // A busy machine may miss a look in between.
  const states = detail.runs.filter(({ aspect, state }) => aspect === 'picture' && state !== 'unreachable').map(({ state }) => state);
  expect(states.filter((state, index) => state !== states[index - 1])).toEqual(['good', 'black', 'good']);
});

test('[CA20] a picture is given to whoever said why, for these cameras and while it lasts; both ends are in the journal', async () => {
  const url = (id: string, more = '') => `/api/video/looks/${id}/picture?camera=${cameraId}${more}`;
  expect((await picture('duty', url('nothing'))).status).toBe(403);
  expect(
    (await server.ask('duty', 'POST', '/api/video/looks', { kind: 'live', cameraIds: [cameraId], purpose: 'patrol', reason: ' ' })).status,
  ).toBe(400);
  const { look } = await begin('duty', { kind: 'live', cameraIds: [cameraId], purpose: 'patrol', reason: '夜间巡视' });
  expect(await picture('duty', url(look.id))).toEqual(jpeg);
  expect((await picture('supervisor', url(look.id))).status).toBe(403);
  expect((await picture('duty', url(look.id, `&at=${Date.now() - 3_600_000}`))).status).toBe(403);
  expect(lookViewSchema.parse((await server.ask('duty', 'POST', `/api/video/looks/${look.id}/end`)).body)).toMatchObject({ pictures: 1 });
  expect((await picture('duty', url(look.id))).status).toBe(403);
  const journal = (await server.ask('duty', 'GET', '/api/journal?limit=50')).body as readonly {
    readonly kind: string;
    readonly detail: object;
  }[];
  const lines = journal.filter(({ kind }) => kind.startsWith('video.'));
  expect(lines.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['video.look', 'video.lookEnded']));
  expect(lines.find(({ kind }) => kind === 'video.look')?.detail).toMatchObject({
    reason: '夜间巡视',
    purpose: 'patrol',
    cameraIds: [cameraId],
  });
});

test('a recorded moment is shown in a look at that time, not at another; what was not recorded is told', async () => {
  const now = Date.now();
  cameras.faults.addGap(cameraId, { fromMs: now - 7_200_000, toMs: now - 5_400_000 });
  const { look } = await begin('supervisor', {
    kind: 'recording',
    cameraIds: [cameraId],
    purpose: 'investigation',
    reason: '核对施工',
    fromMs: now - 7_200_000,
    toMs: now - 1_800_000,
  });
  const url = (at: number) => `/api/video/looks/${look.id}/picture?camera=${cameraId}&at=${at}`;
  expect(await picture('supervisor', url(now - 3_600_000))).toEqual(jpeg);
  expect((await picture('supervisor', url(now - 60_000))).status).toBe(403);
  expect((await picture('supervisor', url(now - 6_000_000))).status).toBe(502);
  const log = z.array(lookViewSchema).parse((await server.ask('auditor', 'GET', '/api/video/log')).body);
  expect(log[0]).toMatchObject({ kind: 'recording', username: 'supervisor', reason: '核对施工', pictures: 1 });
  expect((await server.ask('duty', 'GET', '/api/video/log')).status).toBe(403);
});

test('an alarm has pictures of its moment, kept by their hash; to look at them is a look with its reason', async () => {
  const alarmId = 'GS-01.GD-501.highHigh';
  const occurrenceId = await server.raise(alarmId, 60);
  const taken = async () => z.array(alarmPictureSchema).parse((await server.ask('duty', 'GET', `/api/alarms/${alarmId}/pictures`)).body);
  await expect.poll(async () => (await taken()).length, { timeout: 15_000 }).toBe(1);
  const [shot] = await taken();
  expect(shot).toMatchObject({ occurrenceId, cameraId, isRemoved: false });
  const url = (look: string) => `/api/alarms/${alarmId}/pictures/${shot?.hash}?look=${look}`;
  expect((await picture('duty', url('nothing'))).status).toBe(403);
  const { look } = await begin('duty', { kind: 'alarmPictures', alarmId, purpose: 'alarm', reason: '报警核实' });
  expect(await picture('duty', url(look.id))).toEqual(jpeg);
});

test('both obligations of video are judged by these records, not left without a source', async () => {
  for (const id of ['videoSurveillance', 'videoRetrieval']) {
    const { status, body } = await server.ask('supervisor', 'GET', `/api/obligations/${id}?station=GS-01`);
    expect(status).toBe(200);
    const causes = (body as { readonly findings: readonly { readonly cause: string }[] }).findings.map(({ cause }) => cause);
    expect(causes).not.toContain('noSource');
    // Of the month before this server ran nobody has a record.
    if (id === 'videoSurveillance') expect(causes).toContain('beforeRecords');
  }
});
