// Composes what belongs to duty: people, roster, escalation, watches and their checks. The server gives it the parts that it stands on.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { whoIsOnDuty } from '../../domain/duty/roster.ts';
import type { HazardRecord } from '../../domain/hazards/hazard.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import type { NotificationChannel, Notifier } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import { peopleWithPush } from '../push/push-subscriptions.ts';
import { gatherDutyFacts, leadsToTell } from './duty-facts.ts';
import { DutyNotices } from './duty-notices.ts';
import { dutyPlaceOf } from './duty-place.ts';
import { peopleRoutes, rosterRoutes } from './duty-routes.ts';
import { EscalationEngine } from './escalation-engine.ts';
import { escalationRoutes } from './escalation-routes.ts';
import { HandoverDocuments } from './handover-document.ts';
import type { People } from './people.ts';
import { RosterStore } from './roster-store.ts';
import { testerOfAlarms } from './tester.ts';
import { WatchChecks } from './watch-checks.ts';
import { WatchLog } from './watch-log.ts';
import { watchRoutes } from './watch-routes.ts';
import { WatchStore } from './watch-store.ts';

export interface Duty {
  readonly roster: RosterStore;
  readonly routes: FastifyPluginAsyncZod;
  /** People of the roster on duty at this moment. */
  onDuty(): Promise<number>;
  stop(): Promise<void>;
}

export async function openDuty(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly access: AccessControl;
  readonly people: People;
  readonly store: AlarmStore;
  readonly notifier: Notifier;
  /** Channels that the plant has set up. */
  readonly channels: () => readonly NotificationChannel[];
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 to 1; decides when watch checks come. */
  readonly random: () => number;
  readonly work: () => readonly WorkWindow[];
  readonly incidents: () => readonly IncidentRecord[];
  readonly hazards: () => readonly HazardRecord[];
  readonly announce: () => void;
}): Promise<Duty> {
  const { plant, ledger, access, people, store, notifier, clock, log, announce } = options;
  const { database } = ledger;
  const place = dutyPlaceOf(plant);
  const roster = new RosterStore(ledger, clock);
  const notices = new DutyNotices(ledger, clock, announce);
  const watchLog = new WatchLog(ledger, clock);
  const watches = new WatchStore(ledger, clock, plant.duty.watchChecks, options.random);
  const facts = () =>
    gatherDutyFacts({
      place,
      people,
      roster,
      openWatches: () => watches.open(),
      channels: options.channels,
      withPush: () => peopleWithPush(database),
      clock,
    });
  const checks = await WatchChecks.start({
    ledger,
    clock,
    log,
    plan: plant.duty.watchChecks,
    watches,
    notifier,
    notices,
    leadsFor: async (username) => leadsToTell(username, await facts()),
    announce,
  });
  const testerOf = testerOfAlarms({ plant, store, database });
  const engine = await EscalationEngine.start({ plant, ledger, store, clock, log, notifier, notices, facts, testerOf });
  const documents = new HandoverDocuments({
    plant,
    store,
    log: watchLog,
    checks,
    work: options.work,
    incidents: options.incidents,
    hazards: options.hazards,
  });
  const routes: FastifyPluginAsyncZod = async (app) => {
    await app.register(peopleRoutes({ people, announce }));
    await app.register(rosterRoutes({ plant, place, people, roster, clock, announce }));
    await app.register(watchRoutes({ plant, place, access, roster, watches, checks, log: watchLog, notices, documents, clock, announce }));
    await app.register(escalationRoutes({ plant, database, store, engine, clock, facts, testerOf }));
  };
  return {
    roster,
    routes,
    async onDuty() {
      const { entries, atMs } = await facts();
      return whoIsOnDuty(entries, place, { atMs, stationId: null, position: null }).length;
    },
    async stop() {
      await engine.stop();
      await checks.stop();
    },
  };
}
