// Composes the replay: keyframes, past moments, past incidents, routes.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import type { AlarmSettingsBook } from '../alarm-settings/alarm-settings-book.ts';
import type { IncidentStore } from '../incidents/incident-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import { Keyframes } from './keyframes.ts';
import { PastIncidents } from './past-incidents.ts';
import { PastMoments } from './past-moments.ts';
import { PastSettings } from './past-settings.ts';
import { replayRoutes } from './replay-routes.ts';

export interface ReplayPart {
  readonly routes: FastifyPluginAsyncZod;
  stop(): Promise<void>;
}

export function openReplay(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly historian: HistorianReader | null;
  readonly settings: AlarmSettingsBook;
  readonly incidents: IncidentStore;
  readonly clock: Clock;
  readonly log: Logger;
}): ReplayPart {
  const { plant, ledger, historian, incidents, clock, log } = options;
  const { database } = ledger;
  const keyframes = new Keyframes({ plant, ledger, log });
  const moments = new PastMoments({ plant, database, keyframes, settings: new PastSettings(plant, options.settings) });
  const pastIncidents = new PastIncidents(incidents);
  return {
    routes: replayRoutes({ plant, database, historian, moments, pastIncidents, incidents, clock }),
    async stop() {
      pastIncidents.stop();
      await keyframes.stop();
    },
  };
}
