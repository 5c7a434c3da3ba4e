// Every route of readings and trends: raw and in buckets, marks and limits, export, views that people keep.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { readingsRoutes } from '../http/readings-routes.ts';
import type { Ledger } from '../journal/ledger.ts';
import { trendExportRoutes } from './export/trend-export-routes.ts';
import { trendRoutes } from './trend-routes.ts';
import { trendViewRoutes } from './trend-view-routes.ts';
import { TrendViews } from './trend-views.ts';

export function allTrendRoutes(options: {
  readonly plant: Plant;
  readonly historian: HistorianReader | null;
  readonly ledger: Ledger;
  readonly dataDir: string;
  readonly clock: Clock;
  /** Views that people keep have changed. */
  readonly announce: () => void;
}): FastifyPluginAsyncZod {
  const { plant, historian, ledger, dataDir, clock, announce } = options;
  return async (app) => {
    await app.register(readingsRoutes({ plant, historian, clock }));
    await app.register(trendRoutes({ plant, database: ledger.database, historian }));
    await app.register(trendExportRoutes({ plant, historian, dataDir }));
    await app.register(trendViewRoutes({ plant, views: new TrendViews(ledger, clock), announce }));
  };
}
