// Engineering over HTTP: /api/engineering/…, POST /api/plant/check. What is asked of a device is `domain/messages/engineering-command.ts`.
import { z } from 'zod';
import { deviceStatusSchema } from '../messages/collector-status.ts';
import { peekTargetSchema } from '../messages/engineering-command.ts';
import { modbusTables, wordOrders } from '../plant/modbus-schema.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';

export const engineeringDeviceSchema = z.object({
  id: z.string(),
  stationId: z.string(),
  name: localizedTextViewSchema,
  protocol: z.string(),
  /** `192.168.10.20:502`, `/dev/ttyUSB0`, `opc.tcp://…` */
  address: z.string(),
  unitId: z.int().nullable(),
  profileId: z.string().nullable(),
  collectorId: z.string(),
  isCollectorLive: z.boolean(),
  pointCount: z.int(),
  scanMs: z.array(z.number()),
  /** What the manual's numbers are brought to the wire by; null where it is not Modbus. */
  modbus: z
    .object({
      host: z.string().nullable(),
      port: z.int().nullable(),
      framing: z.enum(['tcp', 'rtu']),
      wordOrders: z.array(z.enum(wordOrders)),
    })
    .nullable(),
  security: z.string().nullable(),
  status: deviceStatusSchema.nullable(),
});
export type EngineeringDevice = z.output<typeof engineeringDeviceSchema>;

export const scanMinuteSchema = z.object({
  /** Begin of the minute. */
  atMs: z.number(),
  scans: z.int(),
  scansMissed: z.int(),
  errors: z.int(),
  durationP50Ms: z.number(),
  durationP99Ms: z.number(),
  startLatenessP99Ms: z.number(),
  /** Share of the minute's reports in which it was connected, 0 to 1. */
  connectedShare: z.number(),
});
export type ScanMinute = z.output<typeof scanMinuteSchema>;

export const peekRequestSchema = z.strictObject({
  target: peekTargetSchema,
  /** Whose collector is to look, where the target is no device of the plant file; that of the first station where absent. */
  stationId: z.string().optional(),
  table: z.enum(modbusTables),
  address: z.int().min(0).max(65_535),
  count: z.int().min(1).max(125),
});
export type PeekRequest = z.output<typeof peekRequestSchema>;

export const nodeRequestSchema = z.strictObject({ deviceId: z.string(), nodeId: z.string().min(1).max(500).nullable() });

export const profileViewSchema = z.object({
  id: z.string(),
  maker: z.string(),
  model: z.string(),
  certainty: z.enum(['V', 'V2', 'G', 'U']),
  source: z.string(),
  addressBase: z.union([z.literal(0), z.literal(1)]),
  wordOrder: z.enum(wordOrders),
  points: z.array(
    z.object({
      name: z.string(),
      table: z.enum(modbusTables),
      address: z.int(),
      type: z.string(),
      unit: z.string(),
      range: z.object({ min: z.number(), max: z.number() }).nullable(),
      channelStep: z.int().nullable(),
      note: z.string(),
    }),
  ),
  usedBy: z.array(z.string()),
});
export type ProfileView = z.output<typeof profileViewSchema>;

export const plantIssueViewSchema = z.object({
  severity: z.enum(['error', 'warning']),
  path: z.string(),
  message: z.string(),
  line: z.int().nullable(),
  column: z.int().nullable(),
});

export const plantCheckRequestSchema = z.strictObject({
  text: z.string().max(8_000_000),
  /** What the text is: a whole plant file; or a block to be pasted into the one in force: stations, or devices of a station. */
  place: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('plant') }),
      z.strictObject({ kind: z.literal('station') }),
      z.strictObject({ kind: z.literal('device'), stationId: z.string() }),
    ])
    .default({ kind: 'plant' }),
});
export type PlantCheckRequest = z.output<typeof plantCheckRequestSchema>;

export const plantCheckResultSchema = z.object({
  isValid: z.boolean(),
  issues: z.array(plantIssueViewSchema),
  counts: z.object({ stations: z.int(), devices: z.int(), points: z.int(), alarms: z.int() }).nullable(),
  /** What rationalisation finds at the alarms, the first few hundred. */
  findings: z.array(z.object({ alarmId: z.string().nullable(), message: localizedTextViewSchema })),
});
export type PlantCheckResult = z.output<typeof plantCheckResultSchema>;

export const plantSourceSchema = z.object({ file: z.string(), version: z.string(), text: z.string(), check: plantCheckResultSchema });
export type PlantSource = z.output<typeof plantSourceSchema>;

const stationIdSchema = z.string().regex(/^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*$/, 'expected a station id such as GS-01');

export const copyStationSchema = z.strictObject({
  from: z.string(),
  id: stationIdSchema,
  name: z.strictObject({ zh: z.string().trim().min(1).max(100), en: z.string().trim().max(100) }),
  /** Old host or endpoint → new one. */
  hosts: z.record(z.string(), z.string().trim().min(1).max(253)),
});
export type CopyStation = z.output<typeof copyStationSchema>;

export const addDeviceSchema = z.strictObject({
  stationId: z.string(),
  profileId: z.string(),
  deviceId: z.string().regex(/^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*$/, 'expected a device id such as XNX-1'),
  protocol: z.enum(['modbusTcp', 'modbusRtuOverTcp']),
  host: z.string().trim().min(1).max(253),
  port: z.int().min(1).max(65_535),
  unitId: z.int().min(0).max(255),
  /** Loop number of the first tag; the others count up. */
  firstLoop: z.int().min(1).max(9_999),
  channels: z.int().min(1).max(64),
});
export type AddDevice = z.output<typeof addDeviceSchema>;

export const plantBlockSchema = z.object({ text: z.string(), check: plantCheckResultSchema });
export type PlantBlock = z.output<typeof plantBlockSchema>;
