// Everything of incidents that the server runs: the store, its routes, its clock. Composed here, so that the server's own composition stays one line.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import { incidentRoutes } from './incident-routes.ts';
import { IncidentStore } from './incident-store.ts';
import { PhotoStore } from './photo-store.ts';

const overdueCheckMs = 2_000;

export interface Incidents {
  readonly store: IncidentStore;
  readonly routes: FastifyPluginAsyncZod;
  stop(): void;
}

export async function startIncidents(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly alarms: AlarmStore;
  readonly access: AccessControl;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<Incidents> {
  const { plant, ledger, alarms, access, clock, log } = options;
  const store = await IncidentStore.open({ plant, ledger, clock });
  let timer: TimerHandle | null = null;
  const checkLater = () => {
    timer = clock.after(overdueCheckMs, () => {
      store
        .noteOverdue()
        .catch((error: unknown) => log.error({ err: error }, 'a missed report could not be written down; trying again'))
        .finally(() => {
          if (timer !== null) checkLater();
        });
    });
  };
  checkLater();
  return {
    store,
    routes: incidentRoutes({ plant, incidents: store, alarms, access, photos: new PhotoStore(options.dataDir), clock }),
    stop() {
      timer?.cancel();
      timer = null;
    },
  };
}
