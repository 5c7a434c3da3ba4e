// Everything of hazards that the server runs: the ledger, its calendar, the routes.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import { PhotoStore } from '../incidents/photo-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import { hazardRoutes } from './hazard-routes.ts';
import { HazardStore } from './hazard-store.ts';

const calendarCheckMs = 60_000;

export interface Hazards {
  readonly store: HazardStore;
  readonly routes: FastifyPluginAsyncZod;
  stop(): Promise<void>;
}

export async function startHazards(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly alarms: AlarmStore;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly announce: (stationId: string) => void;
}): Promise<Hazards> {
  const { plant, ledger, alarms, clock, log } = options;
  const store = await HazardStore.open({ plant, ledger, clock });
  store.onChange((changes) => {
    for (const stationId of new Set(changes.map(({ record }) => record.finding.stationId))) options.announce(stationId);
  });
  const stopCalendar = repeat(
    clock,
    calendarCheckMs,
    () => store.tick(),
    (error) => log.error({ err: error }, 'deadlines of hazards could not be looked at; trying again'),
  );
  return {
    store,
    routes: hazardRoutes({ plant, hazards: store, alarms, photos: new PhotoStore(options.dataDir, 'hazard-photos'), clock }),
    stop: stopCalendar,
  };
}

/** Now and again: the next time comes after the last has ended. */
function repeat(clock: Clock, everyMs: number, work: () => Promise<void>, onError: (error: unknown) => void): () => Promise<void> {
  let isStopped = false;
  let timer: TimerHandle | null = null;
  let working: Promise<void> = Promise.resolve();
  const later = () => {
    if (isStopped) return;
    timer = clock.after(everyMs, () => {
      working = work().catch(onError).finally(later);
    });
  };
  later();
  return async () => {
    isStopped = true;
    timer?.cancel();
    await working;
  };
}
