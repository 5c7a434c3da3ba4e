// Emergency contacts of a station over HTTP: the list with the calls that were made to it, and a call that a person has made.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { callContactsSchema, type EmergencyContacts, emergencyContactsSchema } from '../../domain/api/obligations-api.ts';
import { planFor } from '../../domain/incidents/response-plan.ts';
import type { Plant, Station } from '../../domain/plant/plant.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { ContactCalls } from './contact-calls.ts';
import { contactsDigest } from './plant-facts.ts';

const callsShown = 20;

export function contactRoutes(options: {
  readonly plant: Plant;
  readonly contacts: ContactCalls;
  readonly announce: () => void;
}): FastifyPluginAsyncZod {
  const { plant, contacts: calls, announce } = options;
  const params = z.object({ id: z.string() });
  const path = '/api/stations/:id/emergency-contacts';

  function stationOf(identity: Identity, id: string): Station {
    const station = plant.stations[plant.stationIndexById.get(id) ?? -1];
    if (station === undefined || !maySee(identity, id)) throw new ProblemError(404, 'Not found', { detail: `There is no station ${id}` });
    return station;
  }

  async function view(station: Station): Promise<EmergencyContacts> {
    const { contacts } = planFor(plant.responsePlans, station, null);
    const digest = contactsDigest(contacts);
    return {
      stationId: station.id,
      digest,
      contacts,
      calls: (await calls.ofStation(station.id, callsShown)).map((row) => ({
        id: row.call_id,
        atMs: row.at_ms,
        displayName: row.display_name,
        isOfThese: row.digest === digest,
        unreachable: z.array(z.string()).parse(JSON.parse(row.unreachable)),
        note: row.note,
      })),
    };
  }

  return async (app) => {
    app.get(
      path,
      { schema: { params, response: { 200: emergencyContactsSchema } }, config: { permission: 'obligations.read' } },
      async (request) => view(stationOf(identityOf(request), request.params.id)),
    );

    app.post(
      path,
      { schema: { params, body: callContactsSchema, response: { 200: emergencyContactsSchema } }, config: { permission: 'contacts.call' } },
      async (request) => {
        const identity = identityOf(request);
        const station = stationOf(identity, request.params.id);
        const now = await view(station);
        const { digest, unreachable, note } = request.body;
        if (now.contacts.length === 0)
          throw new ProblemError(422, 'Refused', {
            detail: 'The plan of this station names nobody to call.',
            extra: { reason: 'noContacts' },
          });
        if (digest !== now.digest)
          throw new ProblemError(409, 'The list has changed', {
            detail: 'The list of contacts is another by now: read it again.',
            extra: { current: now },
          });
        const unknown = unreachable.filter((phone) => !now.contacts.some((contact) => contact.phone === phone));
        if (unknown.length > 0) throw new ProblemError(422, 'Refused', { detail: `Not in the list: ${unknown.join(', ')}` });
        const { username, displayName } = identity;
        await calls.add({ stationId: station.id, digest, contacts: now.contacts, unreachable, note }, { username, displayName });
        announce();
        return view(station);
      },
    );
  };
}
