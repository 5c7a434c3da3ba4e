// What an engineer may ask of a collector while it runs: to look at registers, nodes and frames, and to connect anew. Nothing here can name a write.
import { z } from 'zod';
import { modbusTables } from '../plant/modbus-schema.ts';
import { cameraAnswerSchemas, cameraCommandSchemas } from './camera-command.ts';

export const peekTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('device'), deviceId: z.string() }),
  /** A device that is not in the plant file yet; its host must be one that the plant file allows. */
  z.strictObject({
    kind: z.literal('address'),
    host: z.string().min(1).max(253),
    port: z.int().min(1).max(65_535),
    framing: z.enum(['tcp', 'rtu']),
    unitId: z.int().min(0).max(255),
  }),
]);
export type PeekTarget = z.output<typeof peekTargetSchema>;

export const engineeringCommandSchema = z.discriminatedUnion('kind', [
  /** `address` as on the wire: from 0. */
  z.strictObject({
    kind: z.literal('peek'),
    target: peekTargetSchema,
    table: z.enum(modbusTables),
    address: z.int().min(0).max(65_535),
    count: z.int().min(1).max(125),
  }),
  /** Null: the root of what a server offers, its Objects folder. */
  z.strictObject({ kind: z.literal('browse'), deviceId: z.string(), nodeId: z.string().max(500).nullable() }),
  z.strictObject({ kind: z.literal('node'), deviceId: z.string(), nodeId: z.string().min(1).max(500) }),
  z.strictObject({ kind: z.literal('point'), pointId: z.string() }),
  z.strictObject({ kind: z.literal('plan'), deviceId: z.string() }),
  z.strictObject({ kind: z.literal('frames'), deviceId: z.string() }),
  z.strictObject({ kind: z.literal('reconnect'), deviceId: z.string() }),
  ...cameraCommandSchemas,
]);
export type EngineeringCommand = z.output<typeof engineeringCommandSchema>;

export const commandFailures = [
  /** The collector is not there, or did not answer in time. */
  'noCollector',
  'timeout',
  'closed',
  /** As many commands are under way as may be. */
  'busy',
  'unknownDevice',
  'wrongProtocol',
  'notConnected',
  'hostNotAllowed',
  'forbiddenRange',
  'tooManyRegisters',
  'refused',
  'reset',
  'protocolViolation',
  'unreachable',
  'stopped',
  'deviceException',
  'nodeUnknown',
  'rejected',
  // Of a camera: it gives no picture; nothing here can decode one; nothing is recorded of that moment.
  'noPicture',
  'noDecoder',
  'notRecorded',
] as const;
export type CommandFailure = (typeof commandFailures)[number];

export const browsedNodeSchema = z.object({
  nodeId: z.string(),
  browseName: z.string(),
  displayName: z.string(),
  nodeClass: z.string(),
  typeDefinition: z.string().nullable(),
});

export const engineeringAnswerSchema = z.discriminatedUnion('kind', [
  /** Register tables: words; bit tables: 0 and 1. */
  z.object({ kind: z.literal('registers'), words: z.array(z.int()), atMs: z.number(), tookMs: z.number() }),
  z.object({ kind: z.literal('nodes'), nodes: z.array(browsedNodeSchema), isCut: z.boolean() }),
  z.object({
    kind: z.literal('node'),
    attributes: z.array(z.object({ name: z.string(), value: z.string(), status: z.string() })),
    sourceTimeMs: z.number().nullable(),
    serverTimeMs: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('point'),
    pointId: z.string(),
    words: z.array(z.int()).nullable(),
    raw: z.number().nullable(),
    value: z.number().nullable(),
    text: z.string().nullable(),
    status: z.string(),
    atMs: z.number(),
  }),
  z.object({
    kind: z.literal('plan'),
    groups: z.array(
      z.object({
        scanMs: z.number(),
        requests: z.array(z.object({ table: z.enum(modbusTables), address: z.int(), count: z.int(), pointIds: z.array(z.string()) })),
      }),
    ),
  }),
  z.object({
    kind: z.literal('frames'),
    framing: z.enum(['tcp', 'rtu']),
    frames: z.array(z.object({ atMs: z.number(), direction: z.enum(['sent', 'received', 'refused']), hex: z.string() })),
  }),
  z.object({ kind: z.literal('reconnecting') }),
  ...cameraAnswerSchemas,
  z.object({ kind: z.literal('failed'), reason: z.enum(commandFailures), detail: z.string().nullable() }),
]);
export type EngineeringAnswer = z.output<typeof engineeringAnswerSchema>;

/** Longest that a command may take; the link gives up a little later. */
export const commandDeadlineMs = 10_000;
