// A collector's account of itself, once a second: connections, scans, outbox, historian spool. Shown on the health page and in /metrics.
import { z } from 'zod';

export const deviceConnectionStates = ['disconnected', 'connecting', 'connected', 'failed'] as const;

export const deviceStatusSchema = z.object({
  deviceId: z.string(),
  connection: z.enum(deviceConnectionStates),
  /** Closed reason of the last failure; null while connected. */
  reason: z.string().nullable(),
  sinceMs: z.number(),
  scans: z.int(),
  /** Scans that could not start because the one before still ran. */
  scansMissed: z.int(),
  requests: z.int(),
  errors: z.int(),
  reconnects: z.int(),
  /** Lateness of scan starts and length of scans over the last minute. */
  startLatenessP99Ms: z.number(),
  durationP50Ms: z.number(),
  durationP99Ms: z.number(),
  isInsecure: z.boolean(),
  /** Errors since the start by closed reason; absent from older collectors. */
  errorsByReason: z.record(z.string(), z.int()).optional(),
  /** How far the device's own clock is ahead, where it tells it (OPC UA). */
  clockOffsetMs: z.number().nullable().optional(),
  /** The certificate by which it could not be connected to, and since when (OPC UA); null where there is none, absent from older collectors. */
  refusedCertificate: z
    .object({ thumbprint: z.string(), subject: z.string(), verdict: z.string(), atMs: z.number() })
    .nullable()
    .optional(),
});
export type DeviceStatus = z.output<typeof deviceStatusSchema>;

/** The machine that the collector runs on; looked at once a minute. */
export const machineStatusSchema = z.object({
  disk: z.object({ folder: z.string(), freeBytes: z.number(), totalBytes: z.number(), isFull: z.boolean().optional() }),
  residentBytes: z.number(),
  certificates: z.array(z.object({ use: z.string(), name: z.string(), validToMs: z.number() })),
});
export type MachineStatus = z.output<typeof machineStatusSchema>;

export const historianStatusSchema = z.object({
  engine: z.enum(['duckdb', 'influx']),
  isAvailable: z.boolean(),
  reason: z.string().nullable(),
  accepted: z.number(),
  written: z.number(),
  /** Left out by the exception filter, on purpose. */
  filtered: z.number(),
  spooled: z.number(),
  setAside: z.number(),
  dropped: z.number(),
});
export type HistorianStatus = z.output<typeof historianStatusSchema>;

export const collectorStatusSchema = z.object({
  schema: z.literal(1),
  collectorId: z.string(),
  plantVersion: z.string(),
  /** Alarm settings that detection goes by; absent where the server has never given any. */
  alarmSettings: z
    .object({
      version: z.int(),
      digest: z.string(),
      /** Alarms that stay as this collector's plant file says, because the settings do not fit it. */
      setAsideAlarmIds: z.array(z.string()),
    })
    .optional(),
  atMs: z.number(),
  startedAtMs: z.number(),
  devices: z.array(deviceStatusSchema),
  outboxPending: z.int(),
  readingsTotal: z.number(),
  readingsPerSecond: z.number(),
  historian: historianStatusSchema,
  machine: machineStatusSchema.nullable().optional(),
  /** Which process holds these stations, where several may. */
  holder: z.object({ node: z.string(), term: z.int(), sinceMs: z.number() }).optional(),
});
export type CollectorStatus = z.output<typeof collectorStatusSchema>;
