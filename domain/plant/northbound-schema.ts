// What the plant file says of the interfaces towards other systems: OPC UA server, MQTT Sparkplug B, webhooks. Each is off until it is named here.
// Passwords and signing secrets are named by environment variable or file, never written.
import { z } from 'zod';
import { durationSchema } from '../time/duration.ts';
import { stationIdSchema } from './identifiers.ts';

/** Absent: every station. */
const stations = z.array(stationIdSchema).min(1).optional();

/** Policies that are allowed; `None` needs `insecure: true`. */
export const serverSecurityPolicies = ['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'] as const;
export type ServerSecurityPolicy = (typeof serverSecurityPolicies)[number];

export const northboundLanguages = ['both', 'zh', 'en'] as const;
export type NorthboundLanguage = (typeof northboundLanguages)[number];

export const opcuaServerSchema = z.strictObject({
  /** Address to listen at. Other machines reach the server only where this is not loopback. */
  host: z.string().min(1).max(253).default('127.0.0.1'),
  /** Name or address that clients are told to connect to, where it differs from `host` (0.0.0.0, NAT). */
  advertisedHost: z.string().min(1).max(253).optional(),
  /** 0: any free port, printed at the start. */
  port: z.int().min(0).max(65_535).default(4840),
  stations,
  securityPolicies: z
    .array(z.enum(serverSecurityPolicies))
    .min(1)
    .default([...serverSecurityPolicies]),
  /** True adds an endpoint without signature and encryption: passwords and values can be read and changed on the way. The health page then shows it. */
  insecure: z.boolean().default(false),
  /** What a client without a name may do. */
  anonymous: z.enum(['none', 'read']).default('none'),
  /** SHA-1 thumbprints (hex) of client certificates to trust; others must be trusted with `gatewatch northbound trust`. */
  trustedClients: z.array(z.string().regex(/^[0-9a-fA-F]{40}$/, 'expected a SHA-1 thumbprint: 40 hexadecimal digits')).default([]),
  /** Language of event messages; `both` writes one after the other. */
  language: z.enum(northboundLanguages).default('both'),
  maxSessions: z.int().min(1).max(200).default(20),
});

const secretShape = { passwordEnv: z.string().min(1).optional(), passwordFile: z.string().min(1).optional() } as const;

/** Sparkplug names become MQTT topic levels. */
const topicLevel = z.string().regex(/^[^+#/\s]{1,100}$/, 'expected a name without spaces, +, # and /');

export const sparkplugSchema = z.strictObject({
  broker: z.string().regex(/^mqtts?:\/\/[^\s/:]+(:\d{1,5})?$/, 'expected a broker such as mqtts://broker.example:8883'),
  /** Sparkplug group; the company id where absent. */
  group: topicLevel.optional(),
  /** Sparkplug edge node. Two monitors of one company need two names. */
  node: topicLevel.default('gatewatch'),
  stations,
  user: z.strictObject({ name: z.string().min(1), ...secretShape }).optional(),
  /** PEM file of the authority that signed the broker's certificate, where the system does not know it. */
  authorityFile: z.string().min(1).optional(),
  /** Must be true for mqtt:// to another machine: nothing is encrypted. The health page then shows it. */
  insecure: z.boolean().default(false),
  /** Changes of one metric within this time are sent as the newest one. */
  interval: durationSchema.default(1_000),
  /** How many messages are kept while the broker is away; the oldest of plain values go first and are counted. */
  storedMessagesMax: z.int().min(100).max(1_000_000).default(20_000),
});

export const webhookSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected a name such as scada or head-office'),
  url: z.url({ protocol: /^https?$/ }),
  /** The signing secret. */
  secretEnv: z.string().min(1).optional(),
  secretFile: z.string().min(1).optional(),
  /** Journal kinds: `alarm.raise`, or `alarm.*` for all of a family. */
  kinds: z
    .array(z.string().regex(/^(\*|[a-zA-Z]+\.(\*|[a-zA-Z]+(\.[a-zA-Z]+)*))$/, 'expected a journal kind such as alarm.raise or alarm.*'))
    .min(1)
    .default(['alarm.*', 'incident.*']),
  stations,
  /** Must be true for http:// to another machine. */
  insecure: z.boolean().default(false),
  timeout: durationSchema.default(10_000),
});

export const northboundSchema = z.strictObject({
  opcua: opcuaServerSchema.optional(),
  sparkplug: sparkplugSchema.optional(),
  webhooks: z.array(webhookSchema).default([]),
});
export type NorthboundFile = z.output<typeof northboundSchema>;
