// Everything of patrols that the server runs: the store and its clock, labels, notices, findings for the ledger of hazards, the routes.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Notifier } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { repeat } from '../../domain/time/repeat.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { HazardStore } from '../hazards/hazard-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { ObligationSource } from '../obligations/obligation-book.ts';
import { PhotoStore } from '../photos/photo-store.ts';
import { openLabelKey } from './label-key.ts';
import { PatrolHazards } from './patrol-hazards.ts';
import { PatrolLabels } from './patrol-labels.ts';
import { PatrolNotices } from './patrol-notices.ts';
import { patrolRoutes } from './patrol-routes.ts';
import { patrolSource } from './patrol-source.ts';
import { PatrolStore } from './patrol-store.ts';

const everyMs = 15_000;
/** What was committed and perhaps not told before a crash: told again under the same keys, so once. */
const toldAgainMs = 86_400_000;

export interface Patrols {
  readonly store: PatrolStore;
  readonly labels: PatrolLabels;
  readonly sources: readonly ObligationSource[];
  readonly routes: FastifyPluginAsyncZod;
  /** What the timer does, for those who cannot wait for it. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPatrols(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly hazards: HazardStore;
  readonly access: Pick<AccessControl, 'users'>;
  readonly notifier: Notifier;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly announce: (stationId: string | null) => void;
}): Promise<Patrols> {
  const { plant, ledger, hazards, access, notifier, dataDir, clock, log } = options;
  const store = await PatrolStore.open({ plant, ledger, clock });
  const labels = await PatrolLabels.open({ plant, ledger, clock, key: await openLabelKey(dataDir) });
  const photos = new PhotoStore(dataDir, 'patrol-photos');
  const findings = new PatrolHazards({
    ledger,
    patrols: store,
    hazards,
    photos,
    hazardPhotos: new PhotoStore(dataDir, 'hazard-photos'),
    zone: plant.company.timeZone,
    log,
  });
  const missed = await store.missedSince(clock.nowMs() - toldAgainMs);
  const notices = new PatrolNotices({ notifier, patrols: store, missed, access, plant, clock, log });
  const stopAnnouncing = store.onChange((changes) => {
    for (const stationId of new Set(changes.map(({ record }) => record.stationId))) options.announce(stationId);
  });
  const tick = async () => {
    await store.tick();
    await findings.settle();
  };
  const stopTicking = repeat(clock, { firstMs: 1_000, everyMs }, tick, (error) =>
    log.error({ err: error }, 'patrols that are due could not be looked at; trying again in a moment'),
  );
  return {
    store,
    labels,
    sources: [
      patrolSource('patrol', { plant, database: ledger.database, clock }),
      patrolSource('checkList', { plant, database: ledger.database, clock }),
    ],
    routes: patrolRoutes({ plant, patrols: store, labels, findings, hazards, photos, clock }),
    tick,
    async stop() {
      await stopTicking();
      stopAnnouncing();
      await findings.settle();
      await notices.stop();
    },
  };
}
