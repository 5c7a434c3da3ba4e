// The plant file: everything a company tells Gatewatch about its stations. Parsed once at the border; the rest of the program sees `Plant`.
// It holds no secret: passwords are named by environment variable or file.
import { z } from 'zod';
import { alarmManagementSchema } from '../alarm-settings/priority-matrix.ts';
import { cameraFileSchema, recorderFileSchema } from '../cameras/camera-file.ts';
import { dutyFileSchema } from '../duty/duty-plan.ts';
import { incidentSettingsSchema, responsePlanSchema } from '../incidents/incident-settings.ts';
import { notificationSettingsSchema } from '../notification/notification-settings.ts';
import { patrolSettingsSchema } from '../patrols/patrol-settings.ts';
import { localizedTextSchema } from '../text/localized-text.ts';
import { durationSchema } from '../time/duration.ts';
import { commFailSchema, defaultAlarmsSchema, pointAlarmSchema, stationAlarmSchema } from './alarm-schema.ts';
import { deviceNameSchema, stationIdSchema, tagSchema } from './identifiers.ts';
import { modbusLimitsSchema, modbusRegisterSchema, serialSchema, wordOrders } from './modbus-schema.ts';
import { northboundSchema } from './northbound-schema.ts';
import { pointKinds, pointRoles, stationTypes } from './plant-kinds.ts';

const validitySchema = z.strictObject({
  /** Tag of a point of the same device that tells when this one is not to be believed. */
  tag: tagSchema,
  /** Not valid while that point equals this number … */
  equals: z.number().optional(),
  /** … or while this bit of it is set. */
  bit: z.int().min(0).max(31).optional(),
  reason: z.enum(['maintenance', 'instrumentFault', 'outOfService', 'stale']),
});

export const pointFileSchema = z.strictObject({
  tag: tagSchema,
  name: localizedTextSchema,
  kind: z.enum(pointKinds).default('analog'),
  role: z.enum(pointRoles).default('other'),
  /** Regulator or meter run, tank, compressor … that the point belongs to: A, B, T1. */
  unitOf: z.string().max(12).optional(),
  /** Where it stands in the plan of the station: part of the plot by name, and per cent of it from the left and from the top. For the station's page. */
  plan: z
    .strictObject({
      zone: localizedTextSchema.optional(),
      x: z.number().min(0).max(100).optional(),
      y: z.number().min(0).max(100).optional(),
    })
    .optional(),
  /** Unit of measure as shown: MPa, kPa, %LEL, m³/h. Empty for discrete and text points. */
  unit: z.string().max(16).default(''),
  /** Physical range in `unit`. Values beyond it by more than 10 % of span are of bad quality. Needed for analogue points. */
  range: z.strictObject({ min: z.number(), max: z.number() }).optional(),
  /** Raw values at the ends of `range`; with `currentLoop` they stand for 4 and 20 mA and NAMUR NE 43 applies. */
  signal: z.strictObject({ low: z.number(), high: z.number(), currentLoop: z.boolean().default(false) }).optional(),
  /** value = raw × factor + offset, where no `signal` is given. */
  scale: z.strictObject({ factor: z.number().default(1), offset: z.number().default(0) }).optional(),
  /** Digits after the point that the instrument's accuracy deserves. */
  digits: z.int().min(0).max(6).default(2),
  scan: durationSchema.optional(),
  /** Exception deviation: the historian skips a change smaller than this, in `unit`. 0 keeps every change. */
  exceptionDeviation: z.number().min(0).default(0),
  /** Raw values that mean "no measurement". */
  invalidRaw: z.array(z.number()).default([]),
  validity: z.array(validitySchema).default([]),
  /** A heartbeat point of the same device: when it stands still for `after`, this point is stale although the bus answers. */
  heartbeat: z.strictObject({ tag: tagSchema, after: durationSchema }).optional(),
  /** Names of the states of a discrete point; `isNormal` false makes it abnormal on the screen. */
  states: z.array(z.strictObject({ value: z.number(), name: localizedTextSchema, isNormal: z.boolean().default(true) })).optional(),
  /** Band in which the operator expects the value, for the bar beside the number. */
  normal: z.strictObject({ min: z.number(), max: z.number() }).optional(),
  /** Set-point of the controller that holds this value, for the bar and for `deviation`. */
  setpoint: z.number().optional(),
  register: modbusRegisterSchema.optional(),
  /** OPC UA node id, `ns=2;s=GS-01.PT-101` or with the namespace URI: `nsu=urn:x;s=…`. */
  node: z.string().min(1).optional(),
  /** OPC UA: the server reports a change only beyond this (absolute, in the server's own unit). Small against every alarm's deadband, or alarms come late. */
  deadband: z.number().min(0).default(0),
  /** Takes register, type, scale, validity … from this entry of the device's profile; what is written here wins. */
  from: z.string().optional(),
  /** Channel number where the profile entry repeats (detector 1 … n). */
  channel: z.int().min(1).optional(),
  alarms: z.array(pointAlarmSchema).default([]),
  /** False: no automatic `stale` and `instrumentFault` alarms. */
  defaultAlarms: z.boolean().default(true),
});
export type PointFile = z.output<typeof pointFileSchema>;

const deviceCommonShape = {
  id: deviceNameSchema,
  name: localizedTextSchema.optional(),
  profile: z.string().optional(),
  scan: durationSchema.default(1_000),
  timeout: durationSchema.default(1_000),
  commFail: commFailSchema.optional(),
  points: z.array(pointFileSchema).min(1),
} as const;

const modbusShape = {
  unitId: z.int().min(0).max(255).default(1),
  /** 0 where the manual counts registers from 0, 1 where from 1. Documentation numbers such as 40001 are written as table `holding`, address 1, base 1. */
  addressBase: z.union([z.literal(0), z.literal(1)]).default(0),
  wordOrder: z.enum(wordOrders).default('ABCD'),
  limits: modbusLimitsSchema.prefault({}),
} as const;

const host = z.string().min(1).max(253);
const port = z.int().min(1).max(65_535);

export const deviceFileSchema = z.discriminatedUnion('protocol', [
  z.strictObject({ protocol: z.literal('modbusTcp'), ...deviceCommonShape, host, port: port.default(502), ...modbusShape }),
  z.strictObject({ protocol: z.literal('modbusRtuOverTcp'), ...deviceCommonShape, host, port: port.default(502), ...modbusShape }),
  z.strictObject({ protocol: z.literal('modbusRtu'), ...deviceCommonShape, serial: serialSchema, ...modbusShape }),
  z.strictObject({
    protocol: z.literal('opcua'),
    ...deviceCommonShape,
    endpoint: z.string().regex(/^opc\.tcp:\/\/[^\s/]+/, 'expected an endpoint such as opc.tcp://10.0.0.5:4840'),
    securityMode: z.enum(['SignAndEncrypt', 'Sign', 'None']).default('SignAndEncrypt'),
    securityPolicy: z.enum(['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss', 'None']).default('Basic256Sha256'),
    /** Must be true to allow securityMode None; the health page then shows it. */
    insecure: z.boolean().default(false),
    user: z.strictObject({ name: z.string().min(1), passwordEnv: z.string().optional(), passwordFile: z.string().optional() }).optional(),
    /** SHA-1 thumbprint (hex) of the server certificate to trust; else it must lie in the trusted folder. */
    serverThumbprint: z
      .string()
      .regex(/^[0-9a-fA-F]{40}$/)
      .optional(),
    publishingInterval: durationSchema.default(500),
  }),
]);
export type DeviceFile = z.output<typeof deviceFileSchema>;

export const stationFileSchema = z.strictObject({
  id: stationIdSchema,
  type: z.enum(stationTypes),
  name: localizedTextSchema,
  area: z.string().min(1),
  address: localizedTextSchema.optional(),
  position: z.strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
  /** Collector that watches this station; `default` where one collector watches all. */
  collector: z.string().default('default'),
  devices: z.array(deviceFileSchema).default([]),
  /** Video recorders, and cameras: see docs/video.md. */
  recorders: z.array(recorderFileSchema).max(50).default([]),
  cameras: z.array(cameraFileSchema).max(200).default([]),
  alarms: z.array(stationAlarmSchema).default([]),
});
export type StationFile = z.output<typeof stationFileSchema>;

export const plantFileSchema = z.strictObject({
  schema: z.literal(1),
  company: z.strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]*$/),
    name: localizedTextSchema,
    timeZone: z.string().default('Asia/Shanghai'),
  }),
  areas: z.array(z.strictObject({ id: z.string().min(1), name: localizedTextSchema })).min(1),
  defaultAlarms: defaultAlarmsSchema.prefault({}),
  /** Consequence classes, bands of time to respond, and the priority that follows from both. */
  alarmManagement: alarmManagementSchema,
  stations: z.array(stationFileSchema).min(1),
  /** Gas flows from → to; for the network schematic. */
  pipelines: z
    .array(
      z.strictObject({
        from: stationIdSchema,
        to: stationIdSchema,
        name: localizedTextSchema.optional(),
        /** Tags of the pressures at its ends, where they are not the first outlet pressure of `from` and the first inlet pressure of `to`. */
        fromPressure: tagSchema.optional(),
        toPressure: tagSchema.optional(),
      }),
    )
    .default([]),
  /** Shifts, positions, consoles, escalation. Alarms escalate only where this is given; `duty: {}` takes the defaults of all of it. */
  duty: dutyFileSchema.optional(),
  /** What opens an incident by itself, and how soon is to be reported. */
  incidents: incidentSettingsSchema.prefault({}),
  /** What is to be done in an incident, and what the team must know of the place; a station gets every plan that applies to it. */
  responsePlans: z.array(responsePlanSchema(stationTypes)).default([]),
  /** Rounds to be walked and checked, and the places that carry labels: see docs/patrol.md. */
  patrols: patrolSettingsSchema.prefault({}),
  /** Channels by which people are told: see docs/notifications.md. */
  notifications: notificationSettingsSchema.prefault({}),
  /** Hosts (or networks, 192.168.10.0/24) beside those of the devices above where an engineer may look at registers of a device that is not in this file yet. */
  engineering: z
    .strictObject({
      peekHosts: z
        .array(z.string().regex(/^[A-Za-z0-9.:-]{1,253}(\/\d{1,3})?$/, 'expected a host or a network such as 192.168.10.0/24'))
        .max(200)
        .default([]),
    })
    .prefault({}),
  /** Map of the stations: which file of `maps/` in the data folder (without `.pmtiles`), and whom its makers want named. See docs/wall.md. */
  map: z
    .strictObject({
      tiles: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected the name of a file in maps/ of the data folder, without .pmtiles')
        .optional(),
      attribution: localizedTextSchema.optional(),
    })
    .prefault({}),
  /** How other systems take part: OPC UA server, MQTT Sparkplug B, webhooks. All off where absent. */
  northbound: northboundSchema.prefault({}),
});
export type PlantFile = z.output<typeof plantFileSchema>;
