// Settings of a process: from the environment (`GATEWATCH_…`) and the command line, which wins. Malformed or unknown ones stop the start.
import { z } from 'zod';
import { durationSchema } from '../time/duration.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const port = z.coerce
  .number('expected a port number')
  .int('expected a whole port number')
  .min(0, 'expected a port from 0 to 65535')
  .max(65_535, 'expected a port from 0 to 65535');

export const settingsSchema = z.strictObject({
  httpPort: port.default(8080),
  httpHost: z.string().min(1).default('127.0.0.1'),
  dataDir: z.string().min(1).default('./data'),
  /** Plant file; absent for the demo plant. */
  plant: z.string().min(1).optional(),
  historian: z
    .string()
    .regex(/^(duckdb:|influx:\/\/|influxs:\/\/)/, 'expected duckdb:… or influx://…')
    .default('duckdb:'),
  journal: z
    .string()
    .regex(/^(sqlite:|postgres(ql)?:\/\/)/, 'expected sqlite:… or postgres://…')
    .default('sqlite:'),
  /** Where other servers on the same PostgreSQL reach this one. */
  advertise: z.url({ protocol: /^https?$/, error: 'expected http://HOST:PORT' }).optional(),
  link: z
    .string()
    .regex(/^(inproc:|nats:\/\/)/, 'expected inproc: or nats://…')
    .default('inproc:'),
  /** Access file: password rules, second factor, directory, TLS, proxies; defaults where absent. */
  access: z.string().min(1).optional(),
  /** Folder for backups by the clock; none are made where absent. */
  backupTo: z.string().min(1).optional(),
  backupEvery: durationSchema.refine((value) => value >= 600_000, 'expected at least 10min').default(86_400_000),
  /** The newest stay. */
  backupKeep: z.coerce.number('expected a number').int('expected a whole number').min(1, 'expected at least 1').default(14),
  /** Raw readings older than this go; everything is kept where absent. */
  keepReadings: durationSchema
    .refine((value) => value >= 90 * 86_400_000, 'expected at least 90d: evidence and obligations look back')
    .optional(),
  logLevel: z.enum(logLevels).default('info'),
});
export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof Settings;

const environmentNames: Readonly<Record<SettingName, string>> = {
  httpPort: 'GATEWATCH_HTTP_PORT',
  httpHost: 'GATEWATCH_HTTP_HOST',
  dataDir: 'GATEWATCH_DATA_DIR',
  plant: 'GATEWATCH_PLANT',
  historian: 'GATEWATCH_HISTORIAN',
  journal: 'GATEWATCH_JOURNAL',
  advertise: 'GATEWATCH_ADVERTISE',
  link: 'GATEWATCH_LINK',
  access: 'GATEWATCH_ACCESS',
  backupTo: 'GATEWATCH_BACKUP_TO',
  backupEvery: 'GATEWATCH_BACKUP_EVERY',
  backupKeep: 'GATEWATCH_BACKUP_KEEP',
  keepReadings: 'GATEWATCH_KEEP_READINGS',
  logLevel: 'GATEWATCH_LOG_LEVEL',
};

/** Also read, elsewhere: credentials of stores, secrets that a plant file names, and what the tests ask for. */
const otherEnvironmentNames = [
  /^GATEWATCH_INFLUX_(TOKEN|TOKEN_FILE|USER|PASSWORD)$/,
  /^GATEWATCH_SECRET_[A-Z0-9_]+$/,
  /^GATEWATCH_DEMO_[A-Z0-9_]+$/,
  /^GATEWATCH_REQUIRE_SERVICES$/,
  /^GATEWATCH_CHROMIUM$/,
];

export type ParsedSettings =
  | { readonly kind: 'ok'; readonly settings: Settings }
  | { readonly kind: 'invalid'; readonly messages: readonly string[] };

export function parseSettings(
  environment: Readonly<Record<string, string | undefined>>,
  options: Readonly<Partial<Record<SettingName, string | undefined>>>,
): ParsedSettings {
  const messages: string[] = [];
  const known = new Set(Object.values(environmentNames));
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('GATEWATCH_') || known.has(name) || otherEnvironmentNames.some((pattern) => pattern.test(name))) continue;
    messages.push(
      `environment variable ${name} is not a setting of Gatewatch; known are ${[...known].join(', ')}, and GATEWATCH_SECRET_… for secrets named in a plant file`,
    );
  }
  const raw: Record<string, string> = {};
  for (const name of Object.keys(environmentNames) as SettingName[]) {
    const value = options[name] ?? environment[environmentNames[name]];
    if (value !== undefined && value !== '') raw[name] = value;
  }
  const parsed = settingsSchema.safeParse(raw);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = issue.path[0] as SettingName;
      messages.push(
        `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} (${environmentNames[name]}) is ${JSON.stringify(raw[name])}: ${issue.message}`,
      );
    }
  }
  return messages.length > 0 || !parsed.success ? { kind: 'invalid', messages } : { kind: 'ok', settings: parsed.data };
}
