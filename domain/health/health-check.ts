// What the health page shows: one line a part, each with a verdict and the figures that its sentence needs. The sentences themselves are the dashboard's words.
import { z } from 'zod';

export const healthVerdicts = ['ok', 'look', 'act'] as const;
export type HealthVerdict = (typeof healthVerdicts)[number];

/** Parts of the page, in order. */
export const healthGroups = ['collection', 'history', 'journal', 'machine', 'outside', 'notConfigured'] as const;
export type HealthGroup = (typeof healthGroups)[number];

export const healthCheckNames = [
  'collector',
  'collectorPlant',
  'devices',
  'insecureDevices',
  'link',
  'outbox',
  'setAside',
  'spare',
  'historian',
  'spool',
  'noHistory',
  'noBackup',
  'journalChain',
  'backup',
  'disk',
  'diskFull',
  'clock',
  'certificate',
  'memory',
  'eventLoop',
  'northbound',
  'channel',
  'noEscalation',
  'nobodyOnDuty',
  'noChannel',
  'noPublicUrl',
  'noNorthbound',
  'noResponsePlans',
  'oneAdministrator',
] as const;
export type HealthCheckName = (typeof healthCheckNames)[number];

export const healthCheckSchema = z.object({
  name: z.enum(healthCheckNames),
  group: z.enum(healthGroups),
  /** Which one, where there are several: a collector, a folder, a certificate. Empty where there is one. */
  subject: z.string(),
  verdict: z.enum(healthVerdicts),
  /** Closed word that chooses among the sentences of a verdict (`silent`, `broken`); empty where the verdict alone does. */
  cause: z.string(),
  /** Figures and times that the sentence is filled with. */
  values: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
});
export type HealthCheck = z.output<typeof healthCheckSchema>;

export function worstVerdict(checks: readonly Pick<HealthCheck, 'verdict'>[]): HealthVerdict {
  if (checks.some(({ verdict }) => verdict === 'act')) return 'act';
  return checks.some(({ verdict }) => verdict === 'look') ? 'look' : 'ok';
}
