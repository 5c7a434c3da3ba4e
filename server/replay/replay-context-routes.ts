// What stood around the alarms at a past moment, over HTTP: related alarms, earlier times, duty, coverage of the stations. Reads only.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { alarmOccurrencesSchema, relatedAlarmsSchema } from '../../domain/api/alarm-context-api.ts';
import { pastCoverageSchema, pastDutySchema } from '../../domain/api/replay-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { newAlarmRecord } from '../alarms/alarm-record.ts';
import { readOccurrences } from '../alarms/read-occurrences.ts';
import { relatedAlarms } from '../alarms/related-alarms.ts';
import { dutyPlaceOf } from '../duty/duty-place.ts';
import { identityOf } from '../http/create-app.ts';
import { momentSchema } from '../http/moment.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Database } from '../journal/database.ts';
import { coverageAt } from './past-coverage.ts';
import { dutyAt } from './past-duty.ts';
import type { PastMoments } from './past-moments.ts';

const params = z.object({ id: z.string() });
const querystring = z.object({ at: momentSchema });
const shownOccurrences = 20;

export function replayContextRoutes(options: {
  readonly plant: Plant;
  readonly database: Database;
  readonly historian: HistorianReader | null;
  readonly moments: PastMoments;
  readonly clock: Clock;
  /** Refuses a moment that lies in the future. */
  readonly past: (atMs: number) => number;
}): FastifyPluginAsyncZod {
  const { plant, database, historian, moments, clock, past } = options;
  const place = dutyPlaceOf(plant);

  function visible(identity: Identity, id: string) {
    const definition = plant.alarms[plant.alarmIndexById.get(id) ?? -1];
    if (definition === undefined || !maySee(identity, plant.stations[definition.stationIndex]?.id ?? ''))
      throw new ProblemError(404, 'Not found', { detail: `There was no alarm ${id}` });
    return definition;
  }

  return async (app) => {
    app.get(
      '/api/replay/alarms/:id/related',
      { schema: { params, querystring, response: { 200: relatedAlarmsSchema } }, config: { permission: 'alarms.read' } },
      async (request) => {
        const identity = identityOf(request);
        const definition = visible(identity, request.params.id);
        const atMs = past(request.query.at);
        const then = await moments.at(atMs);
        const answer = await relatedAlarms({
          plant,
          database,
          definition,
          record: then.find(definition.id)?.record ?? newAlarmRecord(definition.id),
          maySee: (stationId) => maySee(identity, stationId),
          find: (alarmId) => {
            const known = then.find(alarmId);
            return known === null ? null : then.viewOf(known.definition, known.record);
          },
          writtenThroughMs: atMs,
        });
        moments.keep(then);
        return answer;
      },
    );

    app.get(
      '/api/replay/alarms/:id/occurrences',
      { schema: { params, querystring, response: { 200: alarmOccurrencesSchema } }, config: { permission: 'alarms.read' } },
      async (request) => {
        const { id: alarmId } = visible(identityOf(request), request.params.id);
        const atMs = past(request.query.at);
        return readOccurrences(database, { alarmId, atMs, limit: shownOccurrences, writtenBeforeMs: atMs + 1 });
      },
    );

    app.get(
      '/api/replay/duty',
      { schema: { querystring, response: { 200: pastDutySchema } }, config: { permission: 'duty.read' } },
      async (request) => {
        const identity = identityOf(request);
        return dutyAt({
          database,
          place,
          consoleIds: plant.duty.consoles.map(({ id }) => id),
          atMs: past(request.query.at),
          maySee: (stationId) => maySee(identity, stationId),
        });
      },
    );

    app.get(
      '/api/replay/coverage',
      { schema: { querystring, response: { 200: pastCoverageSchema } }, config: { permission: 'readings.read' } },
      async (request) => {
        const identity = identityOf(request);
        const atMs = past(request.query.at);
        const stationIds = plant.stations.map(({ id }) => id).filter((id) => maySee(identity, id));
        if (historian === null) return { atMs, stations: stationIds.map((id) => ({ id, goodShare: null })) };
        return { atMs, stations: await coverageAt({ plant, historian, stationIds, atMs, nowMs: clock.nowMs() }) };
      },
    );
  };
}
