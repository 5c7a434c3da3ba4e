// The past over HTTP, for the replay: /api/replay/*. Reads only; each person sees the stations that he may see now.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type IncidentView, incidentViewSchema } from '../../domain/api/incident-api.ts';
import {
  type ReplayReadings,
  replayAlarmSchema,
  replayDensitySchema,
  replayEventsSchema,
  replayNextSchema,
  replayReadingsSchema,
  replayStateSchema,
} from '../../domain/api/replay-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { type Identity, isAllowed, maySee } from '../access/identity.ts';
import { newAlarmRecord } from '../alarms/alarm-record.ts';
import { definitionView } from '../alarms/alarm-view.ts';
import { identityOf } from '../http/create-app.ts';
import { momentSchema } from '../http/moment.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { IncidentStore } from '../incidents/incident-store.ts';
import { incidentSummary, incidentView } from '../incidents/incident-views.ts';
import type { Database } from '../journal/database.ts';
import { densityRows, nextAnnouncement } from './alarm-density.ts';
import type { PastAlarms } from './past-alarms.ts';
import { pastEvents } from './past-events.ts';
import type { PastIncidents } from './past-incidents.ts';
import type { PastMoments } from './past-moments.ts';
import { pastReadings } from './past-readings.ts';
import { floodAt, watchesAt, workAt } from './past-surroundings.ts';
import { replayContextRoutes } from './replay-context-routes.ts';

const longestStretchMs = 1_800_000;
const mostPoints = 2_000;
const mostBuckets = 2_000;
const permission = 'alarms.read' as const;

const idList = z
  .string()
  .max(60_000)
  .default('')
  .transform((text) => text.split(',').filter((id) => id !== ''));
const placesShape = { stations: idList, points: idList } as const;
type Places = { readonly stations: readonly string[]; readonly points: readonly string[] };

export function replayRoutes(options: {
  readonly plant: Plant;
  readonly database: Database;
  readonly historian: HistorianReader | null;
  readonly moments: PastMoments;
  readonly pastIncidents: PastIncidents;
  readonly incidents: IncidentStore;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { plant, database, historian, moments, pastIncidents, incidents, clock } = options;

  function stretch(query: { readonly from: number; readonly to: number }, longestMs: number) {
    const errors: { path: string; message: string }[] = [];
    if (query.to <= query.from) errors.push({ path: 'to', message: 'must lie after from' });
    else if (query.to - query.from > longestMs)
      errors.push({ path: 'to', message: `must lie at most ${longestMs / 60_000} min after from` });
    if (errors.length > 0) throw new ProblemError(400, 'Bad input', { detail: `to ${errors[0]?.message}`, extra: { errors } });
  }

  function past(atMs: number): number {
    if (atMs <= clock.nowMs()) return atMs;
    throw new ProblemError(400, 'Bad input', {
      detail: 'The moment lies in the future: replay shows what has been.',
      extra: { errors: [{ path: 'at', message: 'must not lie in the future' }] },
    });
  }

  function pointsOf(identity: Identity, places: Places): number[] {
    const indexes = new Set<number>();
    for (const id of places.stations) {
      const station = plant.stations[plant.stationIndexById.get(id) ?? -1];
      if (station === undefined || !maySee(identity, id)) throw new ProblemError(404, 'Not found', { detail: `There is no station ${id}` });
      for (const index of station.pointIndexes) indexes.add(index);
    }
    for (const id of places.points) {
      const point = plant.points[plant.pointIndexById.get(id) ?? -1];
      if (point === undefined || !maySee(identity, plant.stations[point.stationIndex]?.id ?? ''))
        throw new ProblemError(404, 'Not found', { detail: `There is no point ${id}` });
      indexes.add(point.index);
    }
    if (indexes.size > mostPoints)
      throw new ProblemError(400, 'Bad input', { detail: `At most ${mostPoints} points in one request; ask again for the rest.` });
    return [...indexes];
  }

  async function readings(identity: Identity, places: Places, fromMs: number, toMs: number): Promise<ReplayReadings> {
    const pointIndexes = pointsOf(identity, places);
    if (historian === null || pointIndexes.length === 0) return { fromMs, toMs, ids: [], point: [], t: [], v: [], q: [] };
    return pastReadings({ plant, historian, pointIndexes, fromMs, toMs, nowMs: clock.nowMs() });
  }

  const surroundings = async (identity: Identity, atMs: number) => ({
    work: (await workAt(database, atMs)).filter(({ stationId }) => maySee(identity, stationId)),
    watches: isAllowed(identity, 'duty.read', null) ? await watchesAt(database, atMs) : [],
    flood: await floodAt(database, identity.stationIds, atMs),
  });

  const earliestMs = async (): Promise<number | null> => {
    const first = await database.selectFrom('journal').select('recorded_at_ms').orderBy('sequence').limit(1).executeTakeFirst();
    return first?.recorded_at_ms ?? null;
  };

  const settingsThen = (then: PastAlarms, identity: Identity) =>
    then.plant.alarms.flatMap((alarm, index) => {
      const now = plant.alarms[index];
      if (now === undefined || now === alarm || !maySee(identity, plant.stations[alarm.stationIndex]?.id ?? '')) return [];
      const setpoint = 'setpoint' in alarm ? alarm.setpoint : null;
      const isSame = alarm.priority === now.priority && setpoint === ('setpoint' in now ? now.setpoint : null);
      return isSame ? [] : [{ alarmId: alarm.id, priority: alarm.priority, setpoint }];
    });

  return async (app) => {
    await app.register(replayContextRoutes({ plant, database, historian, moments, clock, past }));
    app.get(
      '/api/replay/state',
      {
        schema: { querystring: z.object({ at: momentSchema, ...placesShape }), response: { 200: replayStateSchema } },
        config: { permission },
      },
      async (request) => {
        const identity = identityOf(request);
        const isSeen = (stationId: string) => maySee(identity, stationId);
        const atMs = past(request.query.at);
        const shown = await readings(identity, request.query, atMs, atMs + 1);
        const then = await moments.at(atMs);
        const open = isAllowed(identity, 'incidents.read', null) ? await pastIncidents.openAt(atMs) : [];
        const state = {
          atMs,
          sequence: then.sequence,
          earliestMs: await earliestMs(),
          hasHistory: historian !== null,
          alarms: then.open(isSeen),
          unknownAlarmIds: then.unknown(isSeen),
          incidents: open.filter(({ stationIds }) => stationIds.some(isSeen)).map((record) => incidentSummary(record, atMs)),
          ...(await surroundings(identity, atMs)),
          settingsVersion: then.settingsVersion,
          settings: settingsThen(then, identity),
          readings: shown,
        };
        moments.keep(then);
        return state;
      },
    );

    app.get(
      '/api/replay/events',
      {
        schema: {
          querystring: z.object({ from: momentSchema, to: momentSchema, after: z.coerce.number().int().min(0).optional() }),
          response: { 200: replayEventsSchema },
        },
        config: { permission },
      },
      async (request) => {
        const identity = identityOf(request);
        const { from: fromMs, to: toMs } = request.query;
        stretch(request.query, longestStretchMs);
        const readsJournal = isAllowed(identity, 'journal.read', null);
        const events = await pastEvents(moments, pastIncidents, {
          fromMs: past(fromMs),
          toMs: Math.min(toMs, clock.nowMs()),
          afterSequence: request.query.after ?? null,
          maySee: (stationId) => maySee(identity, stationId),
          surroundingsAt: (atMs) => surroundings(identity, atMs),
          takesLine: ({ stationId }) =>
            readsJournal && (identity.stationIds === null || (stationId !== null && maySee(identity, stationId))),
        });
        return isAllowed(identity, 'incidents.read', null) ? events : { ...events, incidents: [] };
      },
    );

    app.get(
      '/api/replay/readings',
      {
        schema: {
          querystring: z.object({ from: momentSchema, to: momentSchema, ...placesShape }),
          response: { 200: replayReadingsSchema },
        },
        config: { permission: 'readings.read' },
      },
      async (request) => {
        const { from: fromMs, to: toMs } = request.query;
        stretch(request.query, longestStretchMs);
        return readings(identityOf(request), request.query, past(fromMs), Math.min(toMs, clock.nowMs()));
      },
    );

    app.get(
      '/api/replay/density',
      {
        schema: {
          querystring: z.object({
            from: momentSchema,
            to: momentSchema,
            buckets: z.coerce.number().int().min(1).max(mostBuckets).default(400),
          }),
          response: { 200: replayDensitySchema },
        },
        config: { permission },
      },
      async (request) => {
        const identity = identityOf(request);
        const { from: fromMs, to: toMs, buckets } = request.query;
        stretch(request.query, Number.POSITIVE_INFINITY);
        const bucketMs = (toMs - fromMs) / buckets;
        const ids = isAllowed(identity, 'incidents.read', null) ? await pastIncidents.openedIn(fromMs, toMs) : [];
        const records = (await Promise.all(ids.map((id) => incidents.find(id)))).filter((record) => record !== null);
        return {
          fromMs,
          toMs,
          bucketMs,
          earliestMs: await earliestMs(),
          rows: await densityRows(database, { fromMs, toMs, bucketMs, stationIds: identity.stationIds }),
          incidents: records
            .filter(({ stationIds }) => stationIds.some((id) => maySee(identity, id)))
            .map(({ id, number, openedAtMs, isDrill }) => ({ id, number, openedAtMs, isDrill })),
        };
      },
    );

    app.get(
      '/api/replay/next',
      {
        schema: {
          querystring: z.object({ at: momentSchema, direction: z.enum(['next', 'previous']).default('next') }),
          response: { 200: replayNextSchema },
        },
        config: { permission },
      },
      async (request) => {
        const { at: atMs, direction } = request.query;
        const { stationIds } = identityOf(request);
        const found = await nextAnnouncement(database, { atMs, isForward: direction === 'next', stationIds });
        if (found === null) return { found: null };
        return { found: { ...found, message: plant.alarms[plant.alarmIndexById.get(found.alarmId) ?? -1]?.message ?? null } };
      },
    );

    app.get(
      '/api/replay/alarms/:id',
      {
        schema: { params: z.object({ id: z.string() }), querystring: z.object({ at: momentSchema }), response: { 200: replayAlarmSchema } },
        config: { permission },
      },
      async (request) => {
        const identity = identityOf(request);
        const { id } = request.params;
        const then = await moments.at(past(request.query.at));
        const known = then.find(id) ?? then.all().find(({ record }) => record.occurrenceId === id) ?? null;
        const definition = known?.definition ?? then.plant.alarms[then.plant.alarmIndexById.get(id) ?? -1];
        if (definition === undefined || !maySee(identity, plant.stations[definition.stationIndex]?.id ?? ''))
          throw new ProblemError(404, 'Not found', { detail: `There was no alarm ${id}` });
        const alarm = then.viewOf(definition, known?.record ?? newAlarmRecord(definition.id));
        const answer = { ...alarm, definition: definitionView(then.plant, definition) };
        moments.keep(then);
        return answer;
      },
    );

    app.get(
      '/api/replay/incidents/:id',
      {
        schema: {
          params: z.object({ id: z.string() }),
          querystring: z.object({ at: momentSchema }),
          response: { 200: incidentViewSchema },
        },
        config: { permission: 'incidents.read' },
      },
      async (request): Promise<IncidentView> => {
        const identity = identityOf(request);
        const atMs = past(request.query.at);
        const record = await pastIncidents.recordAt(request.params.id, atMs);
        if (record === null || !record.stationIds.some((id) => maySee(identity, id)))
          throw new ProblemError(404, 'Not found', { detail: `There was no incident ${request.params.id} at that moment` });
        const events = async (id: string) => (await incidents.events(id)).filter(({ event }) => event.receivedAtMs <= atMs);
        return incidentView({ record, store: { events, database }, plant, nowMs: atMs, maySee: (id) => maySee(identity, id) });
      },
    );
  };
}
