// The records of video over a real database and a clock in the test's hand: stretches of looks, their gaps and what a restart does, looks that run out,
// pictures that are kept no longer, and what obligations make of it.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { cameraTag, pictureStates } from '../../domain/cameras/camera.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { cameraPlantText } from '../../test/harness/camera-plant.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import type { Identity } from '../access/identity.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { PhotoStore } from '../photos/photo-store.ts';
import { AlarmPictures, keptForMs } from './alarm-pictures.ts';
import { CameraLog, lookedEveryMs } from './camera-log.ts';
import { Looks, lookLastsMs } from './looks.ts';
import { hoursByDay, RecordingCalendar } from './recording-calendar.ts';
import { videoEvidence } from './video-evidence.ts';
import { videoSources } from './video-records.ts';

const cameraId = 'GS-01.CAM-1';
const plant = plantOf(cameraPlantText(1, 2));
const [camera] = plant.devices.filter((device) => device.protocol === 'camera');
const pointIndex = plant.pointIndexById.get(`GS-01.${cameraTag('picture', 'CAM-1')}`) ?? -1;
const startMs = Date.UTC(2026, 10, 20, 4);
const log = pino({ level: 'silent' });
const person: Identity = {
  kind: 'person',
  username: 'duty',
  displayName: '值班员',
  role: 'operator',
  permissions: new Set(),
  stationIds: null,
  expiresAtMs: 0,
  tokenHash: '',
  mustDo: null,
};

async function createRig(dataDir = temporaryFolder(), nowMs = startMs) {
  const clock = new ManualClock(nowMs);
  const database = await openDatabase('sqlite:', dataDir);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const cameras = await CameraLog.open({ plant, ledger, clock, log, statuses: () => [], onChange: () => undefined });
  const calendar = new RecordingCalendar({
    plant,
    ledger,
    clock,
    log,
    link: { command: async () => ({ kind: 'cameraRecordings', earliestMs: 0, spans: [{ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }] }) },
    onChange: () => undefined,
  });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await calendar.stop();
    await cameras.stop();
    await database.destroy();
  };
  onTestFinished(stop);
  const see = (state: (typeof pictureStates)[number] | 'lost') => {
    const batch = createReadingBatch(plant.pointTable, 1);
    const isLost = state === 'lost';
    pushReading(
      batch,
      pointIndex,
      clock.nowMs(),
      isLost ? Number.NaN : pictureStates.indexOf(state),
      isLost ? Quality.badCommFail : Quality.good,
    );
    cameras.take(batch);
  };
  return { clock, database, ledger, cameras, calendar, see, stop, dataDir };
}

test('looks that find the same are one stretch; one that is missed leaves a gap; what two looks found is told in the journal once', async () => {
  const rig = await createRig();
  for (const state of ['good', 'good', 'lost', 'lost', 'lost', 'good', 'good'] as const) {
    rig.see(state);
    rig.clock.advance(30_000);
  }
  rig.clock.advance(lookedEveryMs(camera as never) + 1_000);
  rig.see('good');
  const runs = await rig.cameras.runs([cameraId], { fromMs: 0, toMs: rig.clock.nowMs() + 1 });
  expect(runs.map(({ state, from_ms, to_ms, looks }) => [state, (from_ms - startMs) / 1_000, (to_ms - startMs) / 1_000, looks])).toEqual([
    ['good', 0, 60, 2],
    ['unreachable', 60, 150, 3],
    ['good', 150, 180, 2],
    ['good', (rig.clock.nowMs() - startMs) / 1_000, (rig.clock.nowMs() - startMs) / 1_000, 1],
  ]);
  const lines = await rig.database.selectFrom('journal').selectAll().where('kind', '=', 'camera.state').execute();
  expect(lines.map(({ detail }) => (JSON.parse(detail) as { state: string }).state)).toEqual(['good', 'unreachable', 'good']);
});

test('a server that was away for a moment goes on with the stretch; one that was away long leaves time in which nobody looked', async () => {
  const dataDir = temporaryFolder();
  const first = await createRig(dataDir);
  first.see('good');
  await first.stop();
  const soon = await createRig(dataDir, startMs + 30_000);
  soon.see('good');
  expect(await soon.cameras.runs([cameraId], { fromMs: 0, toMs: startMs + 60_000 })).toMatchObject([{ from_ms: startMs, looks: 2 }]);
  await soon.stop();
  const late = await createRig(dataDir, startMs + 3_600_000);
  late.see('good');
  const [video] = videoSources({ ...late, plant });
  const found = (await video?.findings({ fromMs: startMs, toMs: startMs + 3_600_000 }))?.get('GS-01') ?? [];
  expect(found).toContainEqual(expect.objectContaining({ state: 'notMeasured', cause: 'cameraNotLookedAt' }));
});

test('[CA21] a look without a reason is a breach at its station; with one it is not', async () => {
  const rig = await createRig();
  const looks = await Looks.open(rig.ledger, rig.clock);
  const { id } = await looks.begin(
    person,
    { kind: 'live', cameraIds: [cameraId], purpose: 'patrol', reason: '巡视' },
    { cameraIds: [cameraId], stationIds: ['GS-01'] },
  );
  const retrieval = videoSources({ ...rig, plant }).find(({ name }) => name === 'videoRetrieval');
  const window = { fromMs: startMs - 1, toMs: startMs + 60_000 };
  expect((await retrieval?.findings(window))?.get('GS-01')).toEqual([]);
  await rig.database.updateTable('video_look').set({ reason: '' }).where('look_id', '=', id).execute();
  expect((await retrieval?.findings(window))?.get('GS-01')).toMatchObject([
    { state: 'breached', cause: 'lookWithoutReason', subject: 'duty' },
  ]);
});

test('a look runs out by itself, and its end stands in the journal with the pictures that were seen', async () => {
  const rig = await createRig();
  const looks = await Looks.open(rig.ledger, rig.clock);
  const { id } = await looks.begin(
    person,
    { kind: 'live', cameraIds: [cameraId], purpose: 'patrol', reason: '巡视' },
    { cameraIds: [cameraId], stationIds: ['GS-01'] },
  );
  const wanted = { cameraId, recordedAtMs: null };
  const open = looks.allow(person, id, wanted);
  if (open === null) throw new Error('not allowed');
  looks.given(open);
  looks.given(open);
  rig.clock.advance(lookLastsMs - 1);
  await looks.tick();
  expect(looks.allow(person, id, wanted)).not.toBeNull();
  rig.clock.advance(1);
  expect(looks.allow(person, id, wanted)).toBeNull();
  await looks.tick();
  const [line] = await rig.database.selectFrom('journal').selectAll().where('kind', '=', 'video.lookEnded').execute();
  expect(JSON.parse(line?.detail ?? '{}')).toMatchObject({ lookId: id, pictures: 2 });
});

test('pictures of alarms are removed when their time is over; their hash and a line of the journal stay', async () => {
  const rig = await createRig();
  const files = new PhotoStore(rig.dataDir, 'alarm-pictures');
  const pictures = new AlarmPictures({
    plant,
    ledger: rig.ledger,
    files,
    clock: rig.clock,
    log,
    link: {
      command: async () => ({
        kind: 'cameraPicture',
        atMs: rig.clock.nowMs(),
        jpeg: Buffer.from('a picture').toString('base64'),
        state: 'good',
      }),
    },
    announce: () => undefined,
  });
  onTestFinished(() => pictures.stop());
  const alarmId = 'GS-01.GD-501.highHigh';
  const line = {
    occurredAtMs: startMs,
    kind: 'alarm.raise',
    stationId: 'GS-01',
    alarmId,
    occurrenceId: 'o-1',
    actor: { kind: 'system', part: 'test' } as const,
    detail: {},
  };
  await rig.ledger.note(line);
  await expect.poll(() => pictures.ofAlarm(alarmId, 10)).toHaveLength(1);
  const folder = path.join(rig.dataDir, 'alarm-pictures');
  const filesThere = () =>
    existsSync(folder) ? readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.jpg')) : [];
  expect(filesThere()).toHaveLength(1);
  rig.clock.advance(keptForMs);
  await pictures.removeOld();
  expect(filesThere()).toHaveLength(1);
  rig.clock.advance(1);
  await pictures.removeOld();
  expect(filesThere()).toHaveLength(0);
  expect(await pictures.ofAlarm(alarmId, 10)).toMatchObject([{ isRemoved: true, hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  expect(await rig.database.selectFrom('journal').select('kind').where('kind', '=', 'video.alarmPicturesRemoved').execute()).toHaveLength(
    1,
  );
});

test('recorded hours: whole, part, none; hours that the look did not cover are not known', () => {
  const hour = 3_600_000;
  const midnight = Date.UTC(2026, 10, 19, 16); // in Shanghai
  const spans = [{ fromMs: midnight + hour, toMs: midnight + 2.5 * hour }];
  const [first] = hoursByDay(spans, { fromMs: midnight + hour, toMs: midnight + 5 * hour }, 'Asia/Shanghai').entries();
  expect(first?.[0]).toBe('2026-11-20');
  expect(first?.[1].slice(0, 6)).toEqual([null, 60, 30, 0, 0, null]);
});

test('a bundle tells looks at cameras, recorded hours, the retrieval log and pictures of alarms of its stations', async () => {
  const rig = await createRig();
  rig.see('good');
  rig.clock.advance(15_000);
  await rig.calendar.tick();
  const looks = await Looks.open(rig.ledger, rig.clock);
  const place = { cameraIds: [cameraId], stationIds: ['GS-01'] };
  await looks.begin(person, { kind: 'live', cameraIds: [cameraId], purpose: 'patrol', reason: '巡视' }, place);
  const tables = async (stationIds: readonly string[]) => {
    const found: Record<string, readonly unknown[][]> = {};
    await videoEvidence({ plant, ...rig }).write(
      {
        stationIds,
        showsCompanyRecords: true,
        fromMs: startMs - 86_400_000,
        toMs: startMs + 86_400_000,
        signal: new AbortController().signal,
      },
      {
        async table(file, columns, rows) {
          const all: unknown[][] = [];
          for await (const row of rows) all.push([...row]);
          for (const row of all) expect(row).toHaveLength(columns.length);
          found[file] = all;
        },
        document: async () => undefined,
        verdict: () => undefined,
      },
    );
    return found;
  };
  const found = await tables(['GS-01']);
  expect(found['video/camera-looks.csv']).toEqual([[cameraId, 'picture', 'good', startMs, startMs, 1]]);
  expect(found['video/recorded-hours.csv']?.length).toBeGreaterThan(0);
  expect(found['video/recorded-hours.csv']?.flat()).toContain(60);
  expect(found['video/retrieval-log.csv']).toMatchObject(
    [[expect.any(String), 'live', 'duty', '值班员', cameraId, 'patrol', '巡视']].map((row) => expect.arrayContaining(row)),
  );
  expect(Object.values(await tables(['GS-02'])).flat()).toEqual([]);
});
