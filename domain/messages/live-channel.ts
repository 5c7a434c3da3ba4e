// The live channel between server and browser (socket.io). First a snapshot, then coalesced patches; a gap in `sequence` means: subscribe again.
import { z } from 'zod';
import { floodViewSchema } from '../alarms/flood.ts';
import { alarmViewSchema } from '../api/alarm-api.ts';
import { incidentSummarySchema } from '../api/incident-api.ts';

export const subscribeSchema = z.object({
  /** All points of these stations. */
  stations: z.array(z.string()).max(500).optional(),
  points: z.array(z.string()).max(5_000).optional(),
});
export type Subscribe = z.output<typeof subscribeSchema>;

/** Columns; `v` null where there is no value. `q` is the quality byte. */
export const liveReadingsSchema = z.object({
  schema: z.literal(1),
  sequence: z.int(),
  serverTimeMs: z.number(),
  p: z.array(z.string()),
  t: z.array(z.number()),
  v: z.array(z.union([z.number(), z.string()]).nullable()),
  q: z.array(z.int()),
});
export type LiveReadings = z.output<typeof liveReadingsSchema>;

/** Answer to `subscribe` and after any overrun: everything the client needs to be right again. */
export const liveSnapshotSchema = z.object({
  schema: z.literal(1),
  /** Next message of this client carries `sequence + 1`. */
  sequence: z.int(),
  serverTimeMs: z.number(),
  /** When the server last heard each collector; the page shows *not live since* from the oldest that is late. */
  collectors: z.array(z.object({ collectorId: z.string(), lastHeardAtMs: z.number(), isLive: z.boolean() })),
  readings: liveReadingsSchema.omit({ schema: true, sequence: true, serverTimeMs: true }),
  /** The next `alarm` message carries `alarmSequence + 1`. */
  alarmSequence: z.int(),
  /** All alarms that are not normal, of every station the person may see. */
  alarms: z.array(alarmViewSchema),
  /** All incidents and drills that are not closed, of every station the person may see. */
  incidents: z.array(incidentSummarySchema),
  /** The flood at the person's stations, or null. */
  flood: floodViewSchema.nullable(),
});
export type LiveSnapshot = z.output<typeof liveSnapshotSchema>;

/**
 * Alarms changed; `state` normal means that one leaves the list. A stream of its own, shared by all who may see the same stations: `sequence` counts these
 * messages only, from `alarmSequence` of the snapshot. What is null or false in an alarm may be left out.
 */
export const liveAlarmSchema = z.object({
  schema: z.literal(1),
  sequence: z.int(),
  serverTimeMs: z.number(),
  /** The client was behind: the newest state of what it missed; its stream goes on after `sequence`. */
  isCatchUp: z.boolean().default(false),
  alarms: z.array(alarmViewSchema),
});
export type LiveAlarm = z.output<typeof liveAlarmSchema>;

/** Incidents changed, with all that a board shows of them; `state` closed means that it leaves the board. */
export const liveIncidentSchema = z.object({
  schema: z.literal(1),
  sequence: z.int(),
  serverTimeMs: z.number(),
  incidents: z.array(incidentSummarySchema),
});
export type LiveIncident = z.output<typeof liveIncidentSchema>;

/** Things that a page reads over HTTP and reads again when it hears that they changed. */
export const liveTopics = [
  'incidents',
  'duty',
  'notifications',
  'maintenance',
  'alarmSettings',
  'plant',
  'users',
  'obligations',
  'hazards',
  'patrols',
  'cameras',
  'evidence',
  'trendViews',
] as const;
export type LiveTopic = (typeof liveTopics)[number];

export const liveNoticeSchema = z.object({
  schema: z.literal(1),
  sequence: z.int(),
  serverTimeMs: z.number(),
  notice: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('collector'), collectorId: z.string(), lastHeardAtMs: z.number(), isLive: z.boolean() }),
    /** Read it again over HTTP; told at most four times a second and topic. */
    z.object({ kind: z.literal('changed'), topic: z.enum(liveTopics) }),
    z.object({ kind: z.literal('flood'), flood: floodViewSchema.nullable() }),
    z.object({ kind: z.literal('plantChanged'), version: z.string() }),
    z.object({ kind: z.literal('sessionEnded'), reason: z.enum(['expired', 'revoked', 'signedOut']) }),
    /** Once a second, so that the page can tell a quiet plant from a dead server. */
    z.object({ kind: z.literal('heartbeat') }),
  ]),
});
export type LiveNotice = z.output<typeof liveNoticeSchema>;

/** What the client sent makes no sense: told what is wrong with it. What it had subscribed before stays. */
export const liveRefusalSchema = z.object({
  schema: z.literal(1),
  /** The event that was sent. */
  event: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type LiveRefusal = z.output<typeof liveRefusalSchema>;

export interface ServerToClientEvents {
  refusal(message: LiveRefusal): void;
  snapshot(message: LiveSnapshot): void;
  readings(message: LiveReadings): void;
  alarm(message: LiveAlarm): void;
  incident(message: LiveIncident): void;
  notice(message: LiveNotice): void;
}

export interface ClientToServerEvents {
  subscribe(message: Subscribe): void;
}
