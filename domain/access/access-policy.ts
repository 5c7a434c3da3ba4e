// The access file (`--access FILE`): password rules, second factor, separate administrators, TLS, proxies and the company's directory (OIDC). Without a file
// the defaults hold. Reads no file and no environment.
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { parseDuration } from '../time/duration.ts';
import { type Role, roles } from './roles.ts';

const passwordsSchema = z.strictObject({
  /** NIST SP 800-63B and ASVS 6.2.1 ask for at least 8; 12 is ours. */
  minimumLength: z.int().min(8).max(64).default(12),
  /** Refuses passwords that attackers try first, and those made of the person's own name. */
  areCommonRefused: z.boolean().default(true),
  /** 等保 2.0 (GB/T 22239-2019, 8.1.4.1 a) asks for a change now and then, ASVS 6.2.10 forbids to force one: off unless given. */
  changeEvery: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) >= 86_400_000, 'expected a duration of at least a day, such as 90d')
    .transform((text) => parseDuration(text) ?? 0)
    .optional(),
  /** A password that an administrator has set must be changed at the next sign-in. */
  isGivenOneTemporary: z.boolean().default(false),
});

const secondFactorSchema = z.strictObject({
  /** People of these roles enrol a second factor before they can do anything else. */
  requiredFor: z.array(z.enum(roles)).default([]),
});

const secretName = z.string().regex(/^GATEWATCH_SECRET_[A-Z0-9_]+$/, 'expected the name of an environment variable GATEWATCH_SECRET_…');

const directorySchema = z.strictObject({
  /** Shown on the button. */
  name: z.strictObject({ zh: z.string().min(1).max(40), en: z.string().min(1).max(40) }),
  issuer: z.url().refine(isSafeUrl, 'expected https:// (http:// only on this machine)'),
  clientId: z.string().min(1),
  /** Environment variable that holds the client's secret. */
  clientSecret: secretName,
  /** Where people reach Gatewatch: the provider sends them back to `<publicUrl>/api/directory/callback`. */
  publicUrl: z.url().refine(isSafeUrl, 'expected https:// (http:// only on this machine)'),
  scopes: z.array(z.string().min(1)).default(['profile', 'email']),
  /** Claim that becomes the user name; small letters, digits, dot, dash, underscore. */
  usernameClaim: z.string().min(1).default('preferred_username'),
  displayNameClaim: z.string().min(1).default('name'),
  /** Claim (text or list of texts) that says what the person is. */
  groupClaim: z.string().min(1).default('groups'),
  /** The first line that fits decides; who fits none may not sign in. */
  groups: z
    .array(z.strictObject({ group: z.string().min(1), role: z.enum(roles), stations: z.array(z.string().min(1)).min(1).optional() }))
    .min(1),
});
export type DirectorySettings = z.output<typeof directorySchema>;

const tlsSchema = z.strictObject({
  certificateFile: z.string().min(1),
  keyFile: z.string().min(1),
  minimumVersion: z.enum(['1.2', '1.3']).default('1.2'),
  /** Strict-Transport-Security on every answer: browsers then come by https only, for a year. */
  isStrict: z.boolean().default(true),
});
export type TlsSettings = z.output<typeof tlsSchema>;

const noticeText = z.string().trim().min(1).max(2_000);

export const accessFileSchema = z.strictObject({
  schema: z.literal(1),
  passwords: passwordsSchema.prefault({}),
  secondFactor: secondFactorSchema.prefault({}),
  /** 等保 8.1.4: people are the security administrator's, the system is the administrator's, the record is the auditor's. */
  areAdministratorsSeparate: z.boolean().default(false),
  directory: directorySchema.optional(),
  tls: tlsSchema.optional(),
  /** Shown before the sign-in, at the desk and on the phone: whose system it is, who may use it, what is written down (IEC 62443-3-3 SR 1.12). */
  useNotice: z.strictObject({ zh: noticeText, en: noticeText }).optional(),
  /** Addresses or CIDR of proxies whose X-Forwarded-… is believed. */
  trustedProxies: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).default([]),
});
export type AccessPolicy = z.output<typeof accessFileSchema>;

export const defaultAccessPolicy: AccessPolicy = accessFileSchema.parse({ schema: 1 });

export type ParsedAccessFile =
  | { readonly kind: 'ok'; readonly policy: AccessPolicy }
  | { readonly kind: 'invalid'; readonly messages: readonly string[] };

/** Every mistake with its path; an unknown key is one. */
export function parseAccessFile(text: string): ParsedAccessFile {
  const document = parseDocument(text);
  if (document.errors.length > 0) return { kind: 'invalid', messages: document.errors.map((error) => error.message) };
  const parsed = accessFileSchema.safeParse(document.toJS());
  if (parsed.success) return { kind: 'ok', policy: parsed.data };
  return { kind: 'invalid', messages: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`) };
}

export function needsSecondFactor(policy: AccessPolicy, role: Role): boolean {
  return policy.secondFactor.requiredFor.includes(role);
}

function isSafeUrl(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));
}
