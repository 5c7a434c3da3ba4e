// Everything of incidents that the server runs: the store, what opens by itself, who is told, the reporting clock, the routes.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Notifier } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { repeat } from '../../domain/time/repeat.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import { PhotoStore } from '../photos/photo-store.ts';
import { IncidentNotices } from './incident-notices.ts';
import { IncidentOpener } from './incident-opener.ts';
import { incidentRoutes } from './incident-routes.ts';
import { IncidentStore } from './incident-store.ts';

const overdueCheckMs = 2_000;

export interface Incidents {
  readonly store: IncidentStore;
  readonly routes: FastifyPluginAsyncZod;
  stop(): Promise<void>;
}

export async function startIncidents(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly alarms: AlarmStore;
  readonly access: Pick<AccessControl, 'users'>;
  readonly notifier: Notifier;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<Incidents> {
  const { plant, ledger, alarms, access, notifier, clock, log } = options;
  const store = await IncidentStore.open({ plant, ledger, clock });
  const notices = new IncidentNotices({ notifier, incidents: store, access, plant, clock, log });
  const opener = new IncidentOpener({ plant, ledger, alarms, incidents: store, clock, log });
  await opener.start();
  // The reporting clock: a report that was not made in its time is written down within two seconds.
  const stopClock = repeat(
    clock,
    { firstMs: overdueCheckMs, everyMs: overdueCheckMs },
    () => store.noteOverdue(),
    (error) => log.error({ err: error }, 'a missed report could not be written down; trying again'),
  );
  return {
    store,
    routes: incidentRoutes({ plant, incidents: store, alarms, access, photos: new PhotoStore(options.dataDir), clock }),
    async stop() {
      await stopClock();
      await opener.stop();
      await notices.stop();
    },
  };
}
