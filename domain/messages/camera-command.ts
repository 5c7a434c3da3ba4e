// What the server asks of a collector about its cameras: a picture, what is recorded, how the last looks went. Nothing here moves or sets a camera.
import { z } from 'zod';
import { pictureStates } from '../cameras/camera.ts';

const deviceId = z.string();

export const cameraCommandSchemas = [
  /** Not older than `maxAgeMs`; or of a moment of the past, from the recorder. */
  z.strictObject({ kind: z.literal('cameraPicture'), deviceId, maxAgeMs: z.number().min(0), recordedAtMs: z.number().nullable() }),
  z.strictObject({ kind: z.literal('cameraRecordings'), deviceId, fromMs: z.number(), toMs: z.number() }),
  z.strictObject({ kind: z.literal('cameraProbes'), deviceId }),
] as const;
export type CameraCommand = z.output<(typeof cameraCommandSchemas)[number]>;

export const cameraProbeSchema = z.object({
  atMs: z.number(),
  /** How the look ended: a state of the picture, or why there was none. */
  outcome: z.string(),
  detail: z.string(),
  /** From the first packet to the key frame. */
  tookMs: z.number(),
  /** Brightness, contrast and detail of the picture; null where there was none or nothing could decode it. */
  figures: z.object({ mean: z.number(), contrast: z.number(), detail: z.number() }).nullable(),
  clockOffsetMs: z.number().nullable(),
});
export type CameraProbe = z.output<typeof cameraProbeSchema>;

export const cameraAnswerSchemas = [
  z.object({
    kind: z.literal('cameraPicture'),
    atMs: z.number(),
    /** Base64. */
    jpeg: z.string(),
    /** Null: of a recording, which is not judged. */
    state: z.enum(pictureStates).nullable(),
  }),
  z.object({
    kind: z.literal('cameraRecordings'),
    earliestMs: z.number().nullable(),
    spans: z.array(z.object({ fromMs: z.number(), toMs: z.number() })),
  }),
  z.object({
    kind: z.literal('cameraProbes'),
    device: z
      .object({ manufacturer: z.string(), model: z.string(), firmware: z.string(), serialNumber: z.string(), profiles: z.int().nullable() })
      .nullable(),
    /** Newest first. */
    probes: z.array(cameraProbeSchema),
  }),
] as const;
