// Alarm performance as the server composes it: the rows beside the journal, what is counted from them, suggestions, and the routes.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Ledger } from '../journal/ledger.ts';
import { PerformanceCounts } from './performance-query.ts';
import { performanceRoutes } from './performance-routes.ts';
import { PerformanceStore } from './performance-store.ts';
import { Suggestions } from './suggestions.ts';

export interface Performance {
  readonly routes: FastifyPluginAsyncZod;
  stop(): Promise<void>;
}

export async function openPerformance(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly access: AccessControl;
  readonly historian: HistorianReader | null;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<Performance> {
  const { plant, ledger, access, historian, clock, log } = options;
  const store = await PerformanceStore.start({ plant, ledger, clock, log });
  const counts = new PerformanceCounts({ plant, store, users: () => access.users(), clock });
  const suggestions = new Suggestions({ plant, historian, store });
  return { routes: performanceRoutes({ plant, store, counts, suggestions, clock }), stop: () => store.stop() };
}
