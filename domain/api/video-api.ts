// Video over HTTP: cameras and how they stand, what is recorded, looks at pictures and their log, pictures taken when an alarm came. /api/video…, /api/alarms/…/pictures
import { z } from 'zod';
import { cameraStates } from '../cameras/camera.ts';
import { liveViewKinds } from '../cameras/camera-file.ts';
import { cameraProbeSchema } from '../messages/camera-command.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';

export const cameraViewSchema = z.object({
  /** `GS-01.CAM-1` */
  id: z.string(),
  stationId: z.string(),
  name: localizedTextViewSchema,
  zone: localizedTextViewSchema.nullable(),
  /** Null: never looked at, or so long ago that nobody knows. */
  state: z.enum(cameraStates).nullable(),
  sinceMs: z.number().nullable(),
  lookedAtMs: z.number().nullable(),
  /** Why it cannot be reached. */
  reason: z.string().nullable(),
  clockOffsetMs: z.number().nullable(),
  isClockOff: z.boolean(),
  hasRecorder: z.boolean(),
  /** Of the last 24 hours, per cent. */
  recordedShare: z.number().nullable(),
  retentionDays: z.number().nullable(),
  retentionWantedDays: z.number(),
  pointIds: z.array(z.string()),
  liveKind: z.enum(liveViewKinds).nullable(),
});
export type CameraView = z.output<typeof cameraViewSchema>;

export const recordedDaySchema = z.object({
  day: z.string(),
  /** Minutes recorded in each hour; null: not over, or the recorder was not asked. */
  hours: z.array(z.number().nullable()),
  askedAtMs: z.number(),
});
export type RecordedDayView = z.output<typeof recordedDaySchema>;

export const cameraDetailSchema = z.object({
  camera: cameraViewSchema,
  /** Null where the collector could not be asked, with the reason. */
  device: z
    .object({ manufacturer: z.string(), model: z.string(), firmware: z.string(), serialNumber: z.string(), profiles: z.int().nullable() })
    .nullable(),
  probes: z.array(cameraProbeSchema),
  failure: z.string().nullable(),
  /** Stretches of the last seven days, newest first. */
  runs: z.array(z.object({ aspect: z.string(), state: z.string(), fromMs: z.number(), toMs: z.number(), looks: z.int() })),
  days: z.array(recordedDaySchema),
});
export type CameraDetail = z.output<typeof cameraDetailSchema>;

export const lookKinds = ['live', 'recording', 'alarmPictures'] as const;
export const lookPurposes = ['alarm', 'incident', 'patrol', 'maintenance', 'investigation', 'authority'] as const;
export type LookPurpose = (typeof lookPurposes)[number];

const purpose = z.enum(lookPurposes);
const reason = z.string().trim().min(2, 'say why: it is kept with who looked').max(400);
const cameraIds = z.array(z.string()).min(1).max(16);

export const openLookSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('live'), cameraIds, purpose, reason, alarmId: z.string().optional() }),
  z.strictObject({
    kind: z.literal('recording'),
    cameraIds,
    purpose,
    reason,
    fromMs: z.number(),
    toMs: z.number(),
    alarmId: z.string().optional(),
  }),
  /** Pictures that were taken when the alarm came. */
  z.strictObject({ kind: z.literal('alarmPictures'), alarmId: z.string(), purpose, reason }),
]);
export type OpenLook = z.output<typeof openLookSchema>;

export const lookViewSchema = z.object({
  id: z.string(),
  kind: z.enum(lookKinds),
  username: z.string(),
  displayName: z.string(),
  cameraIds: z.array(z.string()),
  purpose,
  reason: z.string(),
  alarmId: z.string().nullable(),
  recordedFromMs: z.number().nullable(),
  recordedToMs: z.number().nullable(),
  begunAtMs: z.number(),
  expiresAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  pictures: z.int(),
});
export type LookView = z.output<typeof lookViewSchema>;

export const openedLookSchema = z.object({
  look: lookViewSchema,
  /** Where a gateway shows the cameras live. */
  live: z.array(z.object({ cameraId: z.string(), kind: z.enum(liveViewKinds), url: z.string() })),
});
export type OpenedLook = z.output<typeof openedLookSchema>;

export const alarmPictureSchema = z.object({
  occurrenceId: z.string(),
  cameraId: z.string(),
  takenAtMs: z.number(),
  hash: z.string(),
  bytes: z.int(),
  /** Kept no longer; the hash stays. */
  isRemoved: z.boolean(),
});
export type AlarmPicture = z.output<typeof alarmPictureSchema>;
