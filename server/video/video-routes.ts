// Video over HTTP: how cameras stand, what is recorded, looks with their reason, the pictures themselves, the log of looks. /api/video…, /api/alarms/:id/pictures
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  alarmPictureSchema,
  type CameraDetail,
  type CameraView,
  cameraDetailSchema,
  cameraViewSchema,
  lookViewSchema,
  type OpenLook,
  openedLookSchema,
  openLookSchema,
} from '../../domain/api/video-api.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import { isCamera } from '../../domain/plant/device-kinds.ts';
import type { CameraDevice, Plant } from '../../domain/plant/plant.ts';
import { isBad } from '../../domain/readings/quality.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { ServerLink } from '../../link/link.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { failureProblem } from '../engineering/failure-problem.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { LastValues } from '../live/last-values.ts';
import type { PhotoStore } from '../photos/photo-store.ts';
import { photoHeaders } from '../photos/photo-upload.ts';
import type { AlarmPictures } from './alarm-pictures.ts';
import { type CameraLog, lookedEveryMs } from './camera-log.ts';
import type { LookPlace, Looks } from './looks.ts';
import type { RecordingCalendar } from './recording-calendar.ts';

export interface VideoRoutesOptions {
  readonly plant: Plant;
  readonly link: Pick<ServerLink, 'command'>;
  readonly values: Pick<LastValues, 'value' | 'quality'>;
  readonly statuses: () => readonly CollectorStatus[];
  readonly cameras: CameraLog;
  readonly calendar: RecordingCalendar;
  readonly looks: Looks;
  readonly pictures: AlarmPictures;
  readonly files: PhotoStore;
  readonly clock: Clock;
  readonly announce: () => void;
}

const dayMs = 86_400_000;
const logMost = 2_000;
const picturesMost = 200;
/** Several people who look at one camera at once share a picture. */
const sharedForMs = 1_000;
const params = z.object({ id: z.string() });
const read = { permission: 'cameras.read' } as const;
const look = { permission: 'video.look' } as const;

export function videoRoutes(options: VideoRoutesOptions): FastifyPluginAsyncZod {
  const { plant, link, cameras, calendar, looks, pictures, files, clock } = options;
  const known = plant.devices.filter(isCamera);
  const stationOf = (camera: CameraDevice) => plant.stations[camera.stationIndex];

  function visible(identity: Identity, id: string): CameraDevice {
    const camera = known.find((candidate) => candidate.id === id);
    if (camera === undefined || !maySee(identity, stationOf(camera)?.id ?? ''))
      throw new ProblemError(404, 'Not found', { detail: `There is no camera ${id}` });
    return camera;
  }

  function visibleAlarm(identity: Identity, id: string): { readonly stationId: string } {
    const alarm = plant.alarms[plant.alarmIndexById.get(id) ?? -1];
    const stationId = plant.stations[alarm?.stationIndex ?? -1]?.id;
    if (stationId === undefined || !maySee(identity, stationId))
      throw new ProblemError(404, 'Not found', { detail: `There is no alarm ${id}` });
    return { stationId };
  }

  async function placeOf(identity: Identity, request: OpenLook): Promise<LookPlace> {
    if (request.alarmId !== undefined) visibleAlarm(identity, request.alarmId);
    if (request.kind === 'alarmPictures') {
      const taken = await pictures.ofAlarm(request.alarmId, picturesMost);
      return {
        cameraIds: [...new Set(taken.map(({ cameraId }) => cameraId))],
        stationIds: [visibleAlarm(identity, request.alarmId).stationId],
      };
    }
    const wanted = [...new Set(request.cameraIds)].map((id) => visible(identity, id));
    if (request.kind === 'recording' && !(request.fromMs <= request.toMs && request.toMs <= clock.nowMs()))
      throw new ProblemError(422, 'Not a time of the past', { detail: 'The recording must begin before it ends, and not later than now.' });
    return { cameraIds: wanted.map(({ id }) => id), stationIds: [...new Set(wanted.map((camera) => stationOf(camera)?.id ?? ''))] };
  }

  return async (app) => {
    app.get('/api/video/cameras', { schema: { response: { 200: z.array(cameraViewSchema) } }, config: read }, async (request) => {
      const identity = identityOf(request);
      return known.filter((camera) => maySee(identity, stationOf(camera)?.id ?? '')).map((camera) => cameraView(options, camera));
    });

    app.get(
      '/api/video/cameras/:id',
      {
        schema: {
          params,
          querystring: z.object({ days: z.coerce.number().int().min(1).max(400).default(90) }),
          response: { 200: cameraDetailSchema },
        },
        config: read,
      },
      async (request): Promise<CameraDetail> => {
        const camera = visible(identityOf(request), request.params.id);
        const nowMs = clock.nowMs();
        const [answer, runs, days] = await Promise.all([
          link.command(stationOf(camera)?.collectorId ?? 'default', { kind: 'cameraProbes', deviceId: camera.id }),
          cameras.runs([camera.id], { fromMs: nowMs - 7 * dayMs, toMs: nowMs }),
          calendar.days(camera.id, { fromMs: nowMs - request.query.days * dayMs, toMs: nowMs }),
        ]);
        return {
          camera: cameraView(options, camera),
          device: answer.kind === 'cameraProbes' ? answer.device : null,
          probes: answer.kind === 'cameraProbes' ? answer.probes : [],
          failure: answer.kind === 'failed' ? answer.reason : null,
          runs: runs
            .toReversed()
            .slice(0, 200)
            .map(({ aspect, state, from_ms, to_ms, looks: count }) => ({ aspect, state, fromMs: from_ms, toMs: to_ms, looks: count })),
          days,
        };
      },
    );

    app.post(
      '/api/video/looks',
      { schema: { body: openLookSchema, response: { 201: openedLookSchema } }, config: look },
      async (request, reply) => {
        const identity = identityOf(request);
        const place = await placeOf(identity, request.body);
        const begun = await looks.begin(identity, request.body, place);
        options.announce();
        const live =
          begun.kind !== 'live'
            ? []
            : place.cameraIds.flatMap((id) => {
                const camera = known.find((candidate) => candidate.id === id);
                return camera?.live == null ? [] : [{ cameraId: id, kind: camera.live.kind, url: camera.live.url }];
              });
        return reply.status(201).send({ look: begun, live });
      },
    );

    app.post('/api/video/looks/:id/end', { schema: { params, response: { 200: lookViewSchema } }, config: look }, async (request) => {
      const ended = await looks.end(identityOf(request), request.params.id);
      if (ended === null) throw new ProblemError(404, 'Not found', { detail: 'You have no such look.' });
      options.announce();
      return ended;
    });

    app.get(
      '/api/video/looks/:id/picture',
      {
        schema: { params, querystring: z.object({ camera: z.string(), at: z.coerce.number().optional() }) },
        config: look,
      },
      async (request, reply) => {
        const identity = identityOf(request);
        const camera = visible(identity, request.query.camera);
        const recordedAtMs = request.query.at ?? null;
        const open = looks.allow(identity, request.params.id, { cameraId: camera.id, recordedAtMs });
        if (open === null) throw notLooking();
        const answer = await link.command(stationOf(camera)?.collectorId ?? 'default', {
          kind: 'cameraPicture',
          deviceId: camera.id,
          maxAgeMs: sharedForMs,
          recordedAtMs,
        });
        if (answer.kind !== 'cameraPicture') throw failureProblem(answer);
        looks.given(open);
        return sendPicture(reply, Buffer.from(answer.jpeg, 'base64'), answer.atMs);
      },
    );

    app.get(
      '/api/video/log',
      {
        schema: {
          querystring: z.object({ from: z.coerce.number().optional(), to: z.coerce.number().optional() }),
          response: { 200: z.array(lookViewSchema) },
        },
        config: { permission: 'video.log' },
      },
      async (request) => {
        const identity = identityOf(request);
        const toMs = request.query.to ?? clock.nowMs() + 1;
        const found = await looks.log({ fromMs: request.query.from ?? toMs - 30 * dayMs, toMs }, logMost);
        return found.filter(({ stationIds }) => stationIds.some((id) => maySee(identity, id))).map(({ stationIds: _, ...view }) => view);
      },
    );

    app.get(
      '/api/alarms/:id/pictures',
      { schema: { params, response: { 200: z.array(alarmPictureSchema) } }, config: read },
      async (request) => {
        visibleAlarm(identityOf(request), request.params.id);
        return pictures.ofAlarm(request.params.id, picturesMost);
      },
    );

    app.get(
      '/api/alarms/:id/pictures/:hash',
      { schema: { params: z.object({ id: z.string(), hash: z.string() }), querystring: z.object({ look: z.string() }) }, config: look },
      async (request, reply) => {
        const identity = identityOf(request);
        visibleAlarm(identity, request.params.id);
        const taken = (await pictures.ofAlarm(request.params.id, picturesMost)).find(({ hash }) => hash === request.params.hash);
        const stored = taken === undefined ? null : await files.read(taken.hash, 'image/jpeg');
        if (taken === undefined || stored === null)
          throw new ProblemError(404, 'Not found', { detail: 'The alarm has no such picture, or it is kept no longer.' });
        const open = looks.allowAlarm(identity, request.query.look, request.params.id);
        if (open === null) throw notLooking();
        looks.given(open);
        // Not to be kept by the browser: the next look says its own reason.
        return reply
          .headers({ ...photoHeaders({ hash: taken.hash, mediaType: 'image/jpeg' }, stored.bytes), 'cache-control': 'no-store' })
          .send(stored.stream);
      },
    );
  };
}

function notLooking(): ProblemError {
  return new ProblemError(403, 'Say why first', {
    detail: 'Pictures are shown in a look that you have opened with a reason; this one has ended, or is about other pictures.',
    extra: { reason: 'noLook' },
  });
}

function sendPicture(reply: FastifyReply, jpeg: Buffer, atMs: number) {
  return reply
    .headers({
      'content-type': 'image/jpeg',
      'content-length': String(jpeg.length),
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
      'x-picture-time': String(Math.round(atMs)),
    })
    .send(jpeg);
}

function cameraView({ plant, values, statuses, cameras, clock }: VideoRoutesOptions, camera: CameraDevice): CameraView {
  const standing = cameras.standingOf(camera.id);
  const isKnown = standing.lookedAtMs !== null && clock.nowMs() - standing.lookedAtMs <= lookedEveryMs(camera);
  const reading = (signal: string): number | null => {
    const index = camera.pointIndexes.find((pointIndex) => {
      const source = plant.points[pointIndex]?.source;
      return source?.kind === 'camera' && source.signal === signal;
    });
    const value = index === undefined || isBad(values.quality[index] ?? 255) ? Number.NaN : (values.value[index] ?? Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  const offset = reading('clockOffset');
  const clockOffsetMs = offset === null ? null : offset * 1_000;
  const status = statuses()
    .flatMap(({ devices }) => devices)
    .find(({ deviceId }) => deviceId === camera.id);
  return {
    id: camera.id,
    stationId: plant.stations[camera.stationIndex]?.id ?? '',
    name: camera.name,
    zone: camera.zone,
    state: isKnown ? standing.state : null,
    sinceMs: isKnown ? standing.sinceMs : null,
    lookedAtMs: standing.lookedAtMs,
    reason: status?.reason ?? null,
    clockOffsetMs,
    isClockOff: clockOffsetMs !== null && Math.abs(clockOffsetMs) > camera.clockToleranceMs,
    hasRecorder: camera.recorder !== null,
    recordedShare: reading('recordedShare'),
    retentionDays: reading('retention'),
    retentionWantedDays: camera.retentionMs / dayMs,
    pointIds: camera.pointIndexes.flatMap((index) => plant.points[index]?.id ?? []),
    liveKind: camera.live?.kind ?? null,
  };
}
