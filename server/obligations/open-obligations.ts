// Obligations as the server composes them: rule pack, count of readings, book, watch, notices, certificates, routes.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Notifier } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Ledger } from '../journal/ledger.ts';
import { certificateRoutes } from './certificate-routes.ts';
import { Certificates } from './certificates.ts';
import { ContactCalls } from './contact-calls.ts';
import { contactRoutes } from './contact-routes.ts';
import { MonitoringCount } from './monitoring-count.ts';
import { ObligationBook, type ObligationSource } from './obligation-book.ts';
import { ObligationNotices } from './obligation-notices.ts';
import type { HazardSource } from './obligation-records.ts';
import { obligationRoutes } from './obligation-routes.ts';
import { ObligationWatch } from './obligation-watch.ts';
import { readRulePack } from './read-rule-pack.ts';

export interface Obligations {
  /** Verdicts and findings over any period, for the screens and for evidence. */
  readonly book: ObligationBook;
  readonly watch: ObligationWatch;
  readonly routes: FastifyPluginAsyncZod;
  stop(): Promise<void>;
}

export async function openObligations(options: {
  readonly plant: Plant;
  /** As the plant file says, without approved alarm settings. */
  readonly plantOfFile: Plant;
  readonly dataDir: string;
  readonly ledger: Ledger;
  readonly access: Pick<AccessControl, 'users'>;
  readonly historian: HistorianReader | null;
  readonly notifier: Notifier;
  /** The ledger of hazards; null while there is none. */
  readonly hazards: HazardSource | null;
  /** Cameras, patrols, check lists; what is not there is not measured. */
  readonly sources: readonly ObligationSource[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly announce: () => void;
}): Promise<Obligations> {
  const { plant, ledger, access, historian, clock, log, announce } = options;
  const pack = readRulePack(options.dataDir);
  const count = await MonitoringCount.open({ plant, historian, ledger, clock, log });
  const book = new ObligationBook({
    plant,
    pack,
    database: ledger.database,
    countedToMs: () => count.countedToMs,
    clock,
    hazards: options.hazards,
    sources: options.sources,
  });
  const notices = new ObligationNotices({ notifier: options.notifier, access, clock, log });
  const watch = await ObligationWatch.start({
    plant,
    plantOfFile: options.plantOfFile,
    book,
    count,
    ledger,
    clock,
    log,
    onChanged: (changes) => {
      announce();
      notices.tell(changes);
    },
  });
  const certificates = new Certificates(ledger, clock, plant.company.timeZone);
  const contacts = new ContactCalls(ledger, clock);
  return {
    book,
    watch,
    routes: async (app) => {
      await app.register(obligationRoutes({ plant, book, clock }));
      await app.register(certificateRoutes({ access, certificates, announce }));
      await app.register(contactRoutes({ plant, contacts, announce }));
    },
    async stop() {
      await watch.stop();
      await notices.stop();
    },
  };
}
