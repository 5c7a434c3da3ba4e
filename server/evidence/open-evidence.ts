// Composes evidence: signing keys, hourly heads of the journal, bundles and their routes.
import type { Logger } from 'pino';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { serverActor } from '../alarms/alarm-change.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { EvidenceJobs } from './evidence-jobs.ts';
import { evidenceRoutes } from './evidence-routes.ts';
import type { EvidenceSection } from './evidence-section.ts';
import { JournalHeads } from './journal-heads.ts';
import { SigningKeys } from './signing-keys.ts';

export async function openEvidence(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly historian: HistorianReader | null;
  readonly sections: readonly EvidenceSection[];
  readonly dataDir: string;
  readonly software: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly announce: () => void;
}) {
  const { plant, ledger, journal, historian, dataDir, clock, log } = options;
  const { database } = ledger;
  const keys = await SigningKeys.open(dataDir, clock.nowMs());
  const heads = await JournalHeads.start({
    database,
    journal,
    keys,
    companyId: plant.company.id,
    dataDir,
    clock,
    log,
    onContradiction: (found) => {
      ledger
        .note({
          occurredAtMs: clock.nowMs(),
          kind: 'journal.contradiction',
          stationId: null,
          alarmId: null,
          occurrenceId: null,
          actor: serverActor,
          detail: { ...found },
        })
        .catch((error: unknown) => log.error({ err: error }, 'that the journal contradicts a signed head could not be written into it'));
    },
  });
  const parts = { plant, database, heads, keys, historian, sections: options.sections, software: options.software };
  const jobs = await EvidenceJobs.open({ ledger, parts, dataDir, clock, log, announce: options.announce });
  return {
    heads,
    routes: evidenceRoutes({ plant, jobs, heads, keys, hasHistory: historian !== null, clock }),
    stop: async () => {
      await jobs.stop();
      await heads.stop();
    },
  };
}
