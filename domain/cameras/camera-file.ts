// Cameras and recorders as the plant file states them: where they are, what is asked of them, never a password.
import { z } from 'zod';
import { alarmPriorities } from '../alarms/priority.ts';
import { deviceNameSchema } from '../plant/identifiers.ts';
import { localizedTextSchema } from '../text/localized-text.ts';
import { durationSchema } from '../time/duration.ts';

const withoutPassword = 'a password never stands in the plant file: leave user and password out of the address and name them by user';

const rtspUrl = z
  .string()
  .regex(/^rtsp:\/\/[^\s/]+/, 'expected an address such as rtsp://10.0.0.21:554/Streaming/Channels/101')
  .refine((text) => !/^rtsp:\/\/[^/]*@/.test(text), withoutPassword);
const httpUrl = z
  .string()
  .regex(/^https?:\/\/[^\s/]+/, 'expected an address such as http://10.0.0.21/onvif/device_service')
  .refine((text) => !/^https?:\/\/[^/]*@/.test(text), withoutPassword);

const userSchema = z
  .strictObject({ name: z.string().min(1), passwordEnv: z.string().optional(), passwordFile: z.string().optional() })
  .refine(({ passwordEnv, passwordFile }) => passwordEnv !== undefined || passwordFile !== undefined, {
    message: 'name the password by passwordEnv or passwordFile; a password never stands in the plant file',
  });

export const recorderFileSchema = z.strictObject({
  id: deviceNameSchema,
  name: localizedTextSchema.optional(),
  /** ONVIF device service of the recorder (Profile G): asked for what it has recorded, never told anything. */
  onvif: httpUrl,
  user: userSchema.optional(),
});
export type RecorderFile = z.output<typeof recorderFileSchema>;

export const liveViewKinds = ['webrtc', 'mse', 'hls'] as const;
export type LiveViewKind = (typeof liveViewKinds)[number];

export const cameraFileSchema = z.strictObject({
  /** Its points are named after it: `CAMXS-1` is the picture of CAM-1. */
  id: z.string().regex(/^CAM-[A-Z0-9]{1,8}$/, 'expected a camera id such as CAM-1'),
  name: localizedTextSchema,
  /** Part of the plot that it looks at. */
  zone: localizedTextSchema.optional(),
  rtsp: rtspUrl,
  /** ONVIF device service of the camera; without it neither clock nor device are asked for. */
  onvif: httpUrl.optional(),
  user: userSchema.optional(),
  /** A recorder of the same station, and the token of this camera's recording in it; the first recording where none is named. */
  recorder: z.strictObject({ id: deviceNameSchema, recording: z.string().min(1).optional() }).optional(),
  /** How far back recordings must reach. */
  retention: durationSchema.default(90 * 86_400_000),
  probe: durationSchema.default(30_000),
  timeout: durationSchema.default(8_000),
  /** No usable picture for so long is an alarm. */
  darkAfter: durationSchema.default(30 * 60_000),
  priority: z.enum(alarmPriorities).default('medium'),
  /** How far its clock may be off. */
  clockTolerance: durationSchema.default(5_000),
  /** Limits of the picture check; levels are 0 to 255 of brightness. */
  picture: z
    .strictObject({
      blackBelow: z.number().min(0).max(255).default(24),
      coveredBelow: z.number().min(0).max(255).default(9),
      blurredBelow: z.number().min(0).max(255).default(2.2),
      frozenAfter: durationSchema.default(60_000),
    })
    .prefault({}),
  /** Where a gateway (go2rtc, MediaMTX) shows this camera live in a browser. */
  live: z.strictObject({ kind: z.enum(liveViewKinds), url: httpUrl }).optional(),
});
export type CameraFile = z.output<typeof cameraFileSchema>;
