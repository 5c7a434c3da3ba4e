// People, their contacts and the roster over HTTP: /api/people, /api/duty/plan, /api/duty/roster.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  changeRosterEntrySchema,
  contactViewSchema,
  copyWeekSchema,
  dutyPlanViewSchema,
  newRosterEntrySchema,
  personViewSchema,
  removeRosterEntrySchema,
  rosterEntryViewSchema,
  rosterFilledSchema,
  rosterViewSchema,
  rotateSchema,
  setContactSchema,
} from '../../domain/api/duty-api.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import { type DutyPlace, shiftInstance } from '../../domain/duty/roster.ts';
import { rosterConflicts } from '../../domain/duty/roster-conflicts.ts';
import { type NewRosterEntry, rotate, type TeamMember } from '../../domain/duty/rotation.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { addDays, calendarDateSchema, mondayOf } from '../../domain/time/calendar-date.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import { actorOf, type Identity, isAllowed } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { People, StoredContact } from './people.ts';
import type { RosterResult, RosterStore, StoredRosterEntry } from './roster-store.ts';

export interface DutyRouteOptions {
  readonly plant: Plant;
  readonly place: DutyPlace;
  readonly people: People;
  readonly roster: RosterStore;
  readonly clock: Clock;
  /** Every page reads duty again. */
  readonly announce: () => void;
}

export function peopleRoutes({ people, announce }: Pick<DutyRouteOptions, 'people' | 'announce'>): FastifyPluginAsyncZod {
  const params = z.object({ username: z.string() });
  const maySeeContacts = (identity: Identity) => isAllowed(identity, 'duty.manage', null) || isAllowed(identity, 'duty.watch', null);

  async function known(username: string): Promise<UserView> {
    const user = (await people.users()).find((candidate) => candidate.username === username);
    if (user === undefined) throw new ProblemError(404, 'Not found', { detail: `There is no person ${username}` });
    return user;
  }

  return async (app) => {
    app.get(
      '/api/people',
      { schema: { response: { 200: z.array(personViewSchema) } }, config: { permission: 'duty.read' } },
      async (request) => {
        const identity = identityOf(request);
        const contacts = await people.contacts();
        return (await people.users()).map((user) => ({
          ...user,
          contact: maySeeContacts(identity) || user.username === identity.username ? (contacts.get(user.username)?.settings ?? null) : null,
        }));
      },
    );

    app.get(
      '/api/people/:username/contact',
      { schema: { params, response: { 200: contactViewSchema } }, config: { permission: 'session.own' } },
      async (request) => {
        const identity = identityOf(request);
        const { username } = await known(request.params.username);
        if (username !== identity.username && !maySeeContacts(identity))
          throw new ProblemError(403, 'Not allowed', {
            detail: 'Contacts are for the person himself, for who has the watch, and for who plans duty.',
          });
        return contactView(await people.contact(username));
      },
    );

    app.put(
      '/api/people/:username/contact',
      { schema: { params, body: setContactSchema, response: { 200: contactViewSchema } }, config: { permission: 'session.own' } },
      async (request) => {
        const identity = identityOf(request);
        const { username } = await known(request.params.username);
        if (username !== identity.username && !isAllowed(identity, 'duty.manage', null))
          throw new ProblemError(403, 'Not allowed', { detail: 'A contact is changed by the person himself or by who plans duty.' });
        const { version, ...settings } = request.body;
        const result = await people.setContact(username, version, settings, actorOf(identity));
        if (result.kind === 'conflict')
          throw new ProblemError(409, 'Somebody was quicker', {
            detail: `${result.contact.updatedBy ?? 'Somebody'} has changed this contact since you saw it.`,
            extra: { current: contactView(result.contact), by: result.contact.updatedBy, atMs: result.contact.updatedAtMs },
          });
        announce();
        return contactView(result.contact);
      },
    );
  };
}

export function rosterRoutes(options: DutyRouteOptions): FastifyPluginAsyncZod {
  const { plant, place, people, roster, clock, announce } = options;
  const { duty } = plant;
  const params = z.object({ id: z.string() });
  const config = { permission: 'duty.manage' } as const;

  /** Refuses what the plant does not know, naming the place in the body. */
  async function check(
    members: readonly { readonly at: string; readonly member: TeamMember; readonly shiftId: string | null }[],
  ): Promise<void> {
    const users = new Map((await people.users()).map((user) => [user.username, user]));
    const errors = members.flatMap(({ at, member, shiftId }) => {
      const found: { path: string; message: string }[] = [];
      const user = users.get(member.username);
      if (user === undefined || user.isDisabled)
        found.push({ path: `${at}username`, message: `no person ${member.username}, or a disabled one` });
      if (duty.positions.every((position) => position.id !== member.positionId))
        found.push({ path: `${at}positionId`, message: `no position ${member.positionId}` });
      if (shiftId !== null && duty.shifts.every((shift) => shift.id !== shiftId))
        found.push({ path: `${at}shiftId`, message: `no shift ${shiftId}` });
      for (const id of member.stationIds ?? [])
        if (!plant.stationIndexById.has(id)) found.push({ path: `${at}stationIds`, message: `no station ${id}` });
      for (const id of member.areaIds ?? [])
        if (plant.areas.every((area) => area.id !== id)) found.push({ path: `${at}areaIds`, message: `no area ${id}` });
      return found;
    });
    if (errors.length > 0)
      throw new ProblemError(400, 'Bad input', {
        detail: errors.map((error) => `${error.path}: ${error.message}`).join('; '),
        extra: { errors },
      });
  }

  function settled(result: RosterResult): StoredRosterEntry {
    switch (result.kind) {
      case 'done':
        announce();
        return result.entry;
      case 'unknown':
        throw new ProblemError(404, 'Not found', { detail: 'This entry of the roster has been removed.' });
      case 'conflict':
        throw new ProblemError(409, 'Somebody was quicker', {
          detail: `${result.entry?.updatedBy ?? 'Somebody'} has changed this entry since you saw it.`,
          extra: {
            current: result.entry === null ? null : entryView(result.entry),
            by: result.entry?.updatedBy ?? null,
            atMs: result.entry?.updatedAtMs ?? null,
          },
        });
    }
  }

  return async (app) => {
    app.get('/api/duty/plan', { schema: { response: { 200: dutyPlanViewSchema } }, config: { permission: 'duty.read' } }, async () => ({
      timeZone: place.timeZone,
      shifts: [...duty.shifts],
      positions: [...duty.positions],
      consoles: [...duty.consoles],
      rotations: duty.rotations.map((rotation) => ({ ...rotation, cycle: [...rotation.cycle] })),
    }));

    app.get(
      '/api/duty/roster',
      {
        schema: {
          querystring: z.object({ from: calendarDateSchema.optional(), days: z.coerce.number().int().min(1).max(62).default(7) }),
          response: { 200: rosterViewSchema },
        },
        config: { permission: 'duty.read' },
      },
      async (request) => {
        const { days } = request.query;
        const from = request.query.from ?? mondayOf(dateAt(clock.nowMs(), place.timeZone));
        // Two days more on both sides: shifts that go over midnight, and rests between weeks.
        const entries = await roster.between(addDays(from, -2), addDays(from, days + 1));
        const active = new Set((await people.users()).filter((user) => !user.isDisabled).map((user) => user.username));
        const last = addDays(from, days - 1);
        return {
          from,
          days,
          shifts: Array.from({ length: days }, (_, day) => addDays(from, day)).flatMap((date) =>
            duty.shifts.map((shift) => {
              const { startMs, endMs } = shiftInstance(shift, date, place.timeZone);
              return { date, shiftId: shift.id, startMs, endMs };
            }),
          ),
          entries: entries.filter((entry) => entry.date >= from && entry.date <= last).map(entryView),
          conflicts: rosterConflicts(entries, place, { from, days }, (username) => active.has(username)).map((conflict) =>
            conflict.kind === 'stationsUncovered' ? { ...conflict, stationIds: [...conflict.stationIds] } : conflict,
          ),
        };
      },
    );

    app.post(
      '/api/duty/roster',
      { schema: { body: newRosterEntrySchema, response: { 201: rosterEntryViewSchema } }, config },
      async (request, reply) => {
        await check([{ at: '', member: request.body, shiftId: request.body.shiftId }]);
        const entry = await roster.add(request.body, actorOf(identityOf(request)));
        announce();
        return reply.code(201).send(entryView(entry));
      },
    );

    app.put(
      '/api/duty/roster/:id',
      { schema: { params, body: changeRosterEntrySchema, response: { 200: rosterEntryViewSchema } }, config },
      async (request) => {
        const { version, ...entry } = request.body;
        await check([{ at: '', member: entry, shiftId: entry.shiftId }]);
        return entryView(settled(await roster.change(request.params.id, version, entry, actorOf(identityOf(request)))));
      },
    );

    app.post(
      '/api/duty/roster/:id/remove',
      { schema: { params, body: removeRosterEntrySchema, response: { 204: z.null() } }, config },
      async (request, reply) => {
        settled(await roster.remove(request.params.id, request.body.version, actorOf(identityOf(request))));
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/duty/roster/copy-week',
      { schema: { body: copyWeekSchema, response: { 200: rosterFilledSchema } }, config },
      async (request) => {
        const from = mondayOf(request.body.from);
        const to = mondayOf(request.body.to);
        if (from === to)
          throw new ProblemError(422, 'Refused', { detail: 'Both days are in the same week: a week is copied to another one.' });
        const filled = await roster.copyWeek(from, to, request.body.onExisting, actorOf(identityOf(request)));
        announce();
        return filled;
      },
    );

    app.post(
      '/api/duty/roster/rotate',
      { schema: { body: rotateSchema, response: { 200: rosterFilledSchema } }, config },
      async (request) => {
        const { rotationId, from, days, firstDay, teams, onExisting } = request.body;
        const rotation = duty.rotations.find((candidate) => candidate.id === rotationId);
        if (rotation === undefined)
          throw new ProblemError(400, 'Bad input', {
            detail: `There is no rotation ${rotationId}`,
            extra: { errors: [{ path: 'rotationId', message: `known are ${duty.rotations.map((known) => known.id).join(', ')}` }] },
          });
        if (teams.length > rotation.teams)
          throw new ProblemError(400, 'Bad input', {
            detail: `${rotationId} has ${rotation.teams} teams, not ${teams.length}`,
            extra: { errors: [{ path: 'teams', message: `at most ${rotation.teams}` }] },
          });
        await check(
          teams.flatMap((team, index) => team.map((member, place) => ({ at: `teams.${index}.${place}.`, member, shiftId: null }))),
        );
        const entries: NewRosterEntry[] = rotate(rotation, teams, { from, days, firstDay });
        const to = addDays(from, days - 1);
        const filled = await roster.fillFromRotation(entries, { from, to }, onExisting, actorOf(identityOf(request)), rotationId);
        announce();
        return filled;
      },
    );
  };
}

function contactView(contact: StoredContact) {
  const { settings, ...rest } = contact;
  return { ...settings, ...rest };
}

export function entryView(entry: StoredRosterEntry) {
  const { updatedBy: _by, updatedAtMs: _at, stationIds, areaIds, ...rest } = entry;
  return { ...rest, stationIds: stationIds === null ? null : [...stationIds], areaIds: areaIds === null ? null : [...areaIds] };
}
