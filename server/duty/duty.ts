// Composes what belongs to duty: people, roster. The server gives it the parts that it stands on.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { DutyPlace } from '../../domain/duty/roster.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Ledger } from '../journal/ledger.ts';
import { peopleRoutes, rosterRoutes } from './duty-routes.ts';
import { People } from './people.ts';
import { RosterStore } from './roster-store.ts';

export interface Duty {
  readonly people: People;
  readonly roster: RosterStore;
  readonly routes: FastifyPluginAsyncZod;
}

export function openDuty(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly access: AccessControl;
  readonly clock: Clock;
  readonly announce: () => void;
}): Duty {
  const { plant, ledger, access, clock, announce } = options;
  const place = dutyPlaceOf(plant);
  const people = new People(access, ledger, clock);
  const roster = new RosterStore(ledger, clock);
  const routes: FastifyPluginAsyncZod = async (app) => {
    await app.register(peopleRoutes({ people, announce }));
    await app.register(rosterRoutes({ plant, place, people, roster, clock, announce }));
  };
  return { people, roster, routes };
}

export function dutyPlaceOf(plant: Plant): DutyPlace {
  return {
    plan: plant.duty,
    timeZone: plant.company.timeZone,
    areaOfStation: new Map(plant.stations.map((station) => [station.id, station.areaId])),
  };
}
