// Everything of hazards that the server runs: the ledger, its calendar, the routes.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { HazardEventKind } from '../../domain/hazards/hazard.ts';
import type { Notifier } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { repeat } from '../../domain/time/repeat.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import { PhotoStore } from '../photos/photo-store.ts';
import { auditRoutes } from './audit-routes.ts';
import { calibrationRoutes } from './calibration-routes.ts';
import { Calibrations } from './calibrations.ts';
import { CoverageAudits } from './coverage-audits.ts';
import { readCoveragePack } from './coverage-pack-file.ts';
import { HazardNotices } from './hazard-notices.ts';
import { hazardRoutes } from './hazard-routes.ts';
import { hazardSheetRoutes } from './hazard-sheet-routes.ts';
import { HazardStore } from './hazard-store.ts';

const movesDeadline: ReadonlySet<HazardEventKind> = new Set(['plan', 'regrade', 'import']);
const calendarCheckMs = 60_000;
/** The plant changes with a restart or approved alarm settings, so an hour is soon enough; a person can have it run at once. */
const auditEveryMs = 3_600_000;
const firstAuditMs = 60_000;

export interface Hazards {
  readonly store: HazardStore;
  readonly calibrations: Calibrations;
  readonly routes: FastifyPluginAsyncZod;
  stop(): Promise<void>;
}

export async function startHazards(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly alarms: AlarmStore;
  readonly access: Pick<AccessControl, 'users'>;
  readonly notifier: Notifier;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly announce: (stationId: string | null) => void;
}): Promise<Hazards> {
  const { plant, ledger, alarms, clock, log } = options;
  const store = await HazardStore.open({ plant, ledger, clock });
  let checking: Promise<void> = Promise.resolve();
  const checkCalendar = () => {
    checking = store
      .tick()
      .catch((error: unknown) => log.error({ err: error }, 'deadlines of hazards could not be looked at; trying again in a minute'));
    return checking;
  };
  store.onChange((changes) => {
    for (const stationId of new Set(changes.map(({ record }) => record.finding.stationId))) options.announce(stationId);
    // A deadline or a grade that came in may be near or missed already: nobody should have to wait for the next look.
    if (changes.some(({ event }) => movesDeadline.has(event.kind))) void checkCalendar();
  });
  const { access, notifier } = options;
  const notices = new HazardNotices({ notifier, hazards: store, access, plant, clock, log });
  const calibrations = await Calibrations.open({ plant, ledger, clock });
  const audits = new CoverageAudits({ plant, pack: readCoveragePack(), hazards: store, clock });
  const stopCalendar = repeat(clock, { firstMs: calendarCheckMs, everyMs: calendarCheckMs }, checkCalendar, () => undefined);
  const stopAudits = repeat(
    clock,
    { firstMs: firstAuditMs, everyMs: auditEveryMs },
    () => audits.run(),
    (error) => log.error({ err: error }, 'the coverage audit could not be written down; trying again in an hour'),
  );
  const photos = new PhotoStore(options.dataDir, 'hazard-photos');
  return {
    store,
    calibrations,
    async routes(app) {
      await app.register(hazardRoutes({ plant, hazards: store, alarms, photos, clock }));
      await app.register(auditRoutes(audits));
      await app.register(hazardSheetRoutes({ plant, hazards: store, access }));
      await app.register(calibrationRoutes({ plant, calibrations, today: () => store.today(), announce: () => options.announce(null) }));
    },
    async stop() {
      await stopAudits();
      await stopCalendar();
      await checking;
      await notices.stop();
    },
  };
}
