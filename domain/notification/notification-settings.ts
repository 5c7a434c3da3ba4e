// The section `notifications:` of the plant file: which channels there are, where they lead, and how fast. It names secrets, it never holds one.
import { z } from 'zod';
import { stationIdSchema } from '../plant/identifiers.ts';
import { languages } from '../text/localized-text.ts';
import { durationSchema } from '../time/duration.ts';

/** Where a secret lies: in the environment or in a file, never in the plant file itself. */
export const secretSchema = z.union(
  [
    z.strictObject({ env: z.string().regex(/^GATEWATCH_SECRET_[A-Z0-9_]+$/, 'expected a name such as GATEWATCH_SECRET_SMTP') }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  'expected { env: GATEWATCH_SECRET_… } or { file: /path }: a secret never stands in the plant file',
);
export type SecretReference = z.output<typeof secretSchema>;

const url = z
  .string()
  .regex(/^https?:\/\/[^\s/{}?#]+/, 'expected an address such as https://host/path, with no placeholder before the path');

const sendingShape = {
  /** Attempts under way at the same time. */
  concurrency: z.int().min(1).max(50).default(4),
  /** An attempt that has not been answered by then has failed. */
  attemptTimeout: durationSchema.default(10_000),
  /** Messages to one recipient; what is more, and may wait, is put together in a digest. */
  rate: z.strictObject({ messages: z.int().min(1), per: durationSchema }).optional(),
} as const;

const httpShape = {
  /** Must be true for http:// (a closed network); the check warns of it. */
  insecure: z.boolean().default(false),
  /** PEM of the authority that signed the other side's certificate, where it is not a public one. */
  caFile: z.string().min(1).optional(),
} as const;

const groupShape = {
  /** How it is called in the log and on the screen. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected small letters, digits and dashes, such as dispatch-room'),
  /** Only what concerns these stations, and what concerns none; all where absent. */
  stations: z.array(stationIdSchema).min(1).optional(),
  language: z.enum(languages).default('zh'),
  /** In a flood, and above `rate`, what may wait is put together in a digest; false for machines, which want each one. */
  digest: z.boolean().default(true),
} as const;

export const emailSettingsSchema = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535).optional(),
  /** tls: from the first byte (465). startTls: required, never skipped (587). none: only with `insecure: true`. */
  security: z.enum(['tls', 'startTls', 'none']).default('tls'),
  insecure: z.boolean().default(false),
  caFile: z.string().min(1).optional(),
  from: z
    .string()
    .regex(/^[^\s@<>]+@[^\s@<>]+$|^[^<>\r\n]*<[^\s@<>]+@[^\s@<>]+>$/, 'expected an address such as Gatewatch <gatewatch@gas.example>'),
  user: z.string().min(1).optional(),
  password: secretSchema.optional(),
  ...sendingShape,
  concurrency: z.int().min(1).max(50).default(2),
  attemptTimeout: durationSchema.default(20_000),
});
export type EmailSettings = z.output<typeof emailSettingsSchema>;

export const webhookSettingsSchema = z.strictObject({
  ...groupShape,
  digest: z.boolean().default(false),
  url,
  /** Key of the HMAC-SHA256 signature over time and body. */
  secret: secretSchema,
  headers: z.record(z.string(), z.string()).default({}),
  ...httpShape,
  ...sendingShape,
});
export type WebhookSettings = z.output<typeof webhookSettingsSchema>;

export const weComSettingsSchema = z.strictObject({
  ...groupShape,
  url: url.default('https://qyapi.weixin.qq.com/cgi-bin/webhook/send'),
  /** The `key=` of the robot's address. */
  key: secretSchema,
  ...httpShape,
  ...sendingShape,
  concurrency: z.int().min(1).max(50).default(1),
});
export type WeComSettings = z.output<typeof weComSettingsSchema>;

export const dingTalkSettingsSchema = z.strictObject({
  ...groupShape,
  url: url.default('https://oapi.dingtalk.com/robot/send'),
  accessToken: secretSchema,
  /** The robot's signing secret (加签, `SEC…`). */
  secret: secretSchema,
  /** @everyone with these urgencies. */
  mentionAll: z.enum(['never', 'critical']).default('never'),
  ...httpShape,
  ...sendingShape,
  concurrency: z.int().min(1).max(50).default(1),
});
export type DingTalkSettings = z.output<typeof dingTalkSettingsSchema>;

export const feishuSettingsSchema = z.strictObject({
  ...groupShape,
  url: url.default('https://open.feishu.cn/open-apis/bot/v2/hook'),
  /** The last part of the robot's address. */
  hook: secretSchema,
  /** The robot's signing secret (签名校验). */
  secret: secretSchema,
  ...httpShape,
  ...sendingShape,
  concurrency: z.int().min(1).max(50).default(1),
});
export type FeishuSettings = z.output<typeof feishuSettingsSchema>;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const answerTestSchema = z.strictObject({
  /** Way to a member of the JSON answer: `code`, `data.0.status`. */
  path: z.string().min(1),
  /** That member is one of these. */
  is: z.union([scalar.transform((value) => [value]), z.array(scalar).min(1)]),
});
export type AnswerTest = z.output<typeof answerTestSchema>;

export const digestAlgorithms = ['md5', 'sha1', 'sha256', 'hmacMd5', 'hmacSha1', 'hmacSha256'] as const;

/** A gateway with an HTTP interface of its own kind: request and answer are described, so that any can be used. */
export const gatewaySettingsSchema = z.strictObject({
  url,
  method: z.enum(['GET', 'POST', 'PUT']).default('POST'),
  headers: z.record(z.string(), z.string()).default({}),
  /** Texts in it may hold {{placeholders}}; each is escaped for the place where it stands. */
  body: z
    .union([
      z.strictObject({ json: z.json() }),
      z.strictObject({ form: z.record(z.string(), z.string()) }),
      z.strictObject({ xml: z.string() }),
      z.strictObject({ text: z.string(), contentType: z.string().default('text/plain; charset=utf-8') }),
    ])
    .optional(),
  secrets: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), secretSchema).default({}),
  /** Computed in order, used as {{derived.NAME}}: for gateways that want a signature. */
  derived: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z][A-Za-z0-9]*$/),
        algorithm: z.enum(digestAlgorithms),
        over: z.string(),
        key: z.string().optional(),
        keyEncoding: z.enum(['utf8', 'hex', 'base64']).default('utf8'),
        encoding: z.enum(['hex', 'base64']).default('hex'),
      }),
    )
    .default([]),
  success: z
    .strictObject({ status: z.array(z.int().min(200).max(299)).min(1).default([200]), answer: answerTestSchema.optional() })
    .prefault({}),
  /** Answers that mean: later, not never. */
  retryWhen: answerTestSchema.optional(),
  /** Way to the gateway's own number of the message, for the log. */
  reference: z.string().min(1).optional(),
  /** Longest {{text}}, characters; what is longer is cut with …. */
  textLength: z.int().min(20).max(2_000).default(300),
  ...httpShape,
  ...sendingShape,
});
export type GatewaySettings = z.output<typeof gatewaySettingsSchema>;

/** Works without a line here: its key is made at the first start. */
export const webPushSettingsSchema = z.strictObject({
  /** Whom a push service may ask about this server. */
  contact: z
    .string()
    .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'expected mailto:name@company.example or https://…')
    .optional(),
  /** Push services inside your own network, as https://push.gas.example; http:// only with `insecure: true`. Others must be on the public internet. */
  services: z
    .array(z.string().regex(/^https?:\/\/[^\s/?#]+\/?$/, 'expected an address such as https://push.gas.example, without a path'))
    .default([]),
  ...httpShape,
  ...sendingShape,
  concurrency: z.int().min(1).max(50).default(8),
});
export type WebPushSettings = z.output<typeof webPushSettingsSchema>;

export const notificationSettingsSchema = z.strictObject({
  /** Where people reach this server from outside; links in messages begin with it. No links where absent. */
  publicUrl: z
    .string()
    .regex(/^https?:\/\/[^\s/?#]+\/?$/, 'expected an address such as https://gatewatch.gas.example, without a path')
    .transform((text) => text.replace(/\/$/, ''))
    .optional(),
  /** How long a link acknowledges, at most half an hour. */
  linkLifetime: durationSchema.refine((value) => value >= 60_000 && value <= 1_800_000, 'expected 1min to 30min').default(1_800_000),
  /** More orders than this for one recipient in the window are a flood: what may wait is told in digests. */
  flood: z
    .strictObject({
      orders: z.int().min(1).default(10),
      per: durationSchema.default(600_000),
      digestEvery: durationSchema.default(120_000),
    })
    .prefault({}),
  /** A channel is given up after this long and the person's next one tried; by urgency, because an urgent message must not wait for a channel that is away. */
  giveUpAfter: z
    .strictObject({
      critical: durationSchema.default(60_000),
      high: durationSchema.default(180_000),
      medium: durationSchema.default(600_000),
      low: durationSchema.default(1_800_000),
      /** The last channel of an order, after which nobody is told. */
      lastChannel: durationSchema.default(3_600_000),
    })
    .prefault({}),
  /** Finished orders stay in the log, and their keys known, for this long; the journal keeps its lines. */
  retention: durationSchema.refine((value) => value >= 86_400_000, 'expected at least 1d').default(400 * 86_400_000),
  webPush: webPushSettingsSchema.prefault({}),
  email: emailSettingsSchema.optional(),
  sms: gatewaySettingsSchema.optional(),
  voice: gatewaySettingsSchema.optional(),
  webhooks: z.array(webhookSettingsSchema).default([]),
  weCom: z.array(weComSettingsSchema).default([]),
  dingTalk: z.array(dingTalkSettingsSchema).default([]),
  feishu: z.array(feishuSettingsSchema).default([]),
});
export type NotificationSettings = z.output<typeof notificationSettingsSchema>;
