// What helps to understand one alarm: what else rose about then, and how often it rose before.
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { alarmOccurrencesSchema, relatedAlarmsSchema } from '../../domain/api/alarm-context-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { maySee } from '../access/access-control.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Database } from '../journal/database.ts';
import { readJournal } from '../journal/journal.ts';
import type { AlarmStore } from './alarm-store.ts';
import type { AlarmViews } from './alarm-view.ts';
import { occurrencesOf } from './occurrences.ts';
import { mostRelated, raisesAround, relatedStations } from './related-alarms.ts';

/** Lines of the alarm that are looked through for its history; a chattering alarm may have more in a day. */
const mostLines = 2_000;
const thirtyDaysMs = 30 * 24 * 3_600_000;

export function alarmContextRoutes(options: {
  readonly plant: Plant;
  readonly store: AlarmStore;
  readonly views: AlarmViews;
  readonly database: Database;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { plant, store, views, database, clock } = options;
  const params = z.object({ id: z.string() });
  const config = { permission: 'alarms.read' } as const;

  function visible(request: FastifyRequest, id: string) {
    const found = store.find(id);
    if (found === null || !maySee(identityOf(request), plant.stations[found.definition.stationIndex]?.id ?? ''))
      throw new ProblemError(404, 'Not found', { detail: `There is no alarm ${id}` });
    return found;
  }

  return async (app) => {
    app.get('/api/alarms/:id/related', { schema: { params, response: { 200: relatedAlarmsSchema } }, config }, async (request) => {
      const { definition, record } = visible(request, request.params.id);
      const { raisedAtMs, occurrenceId } = record;
      if (raisedAtMs === null || occurrenceId === null) return { raisedAtMs: null, alarms: [], isCut: false };
      const identity = identityOf(request);
      const stations = relatedStations(plant, definition.stationIndex);
      const stationIds = [...stations.keys()].filter((id) => maySee(identity, id));
      const raises = await raisesAround(database, { alarmId: definition.id, stationIds, raisedAtMs, occurrenceId });
      const alarms = raises.slice(0, mostRelated).flatMap((raise) => {
        const found = store.find(raise.alarmId);
        const station = stations.get(raise.stationId);
        if (found === null || station === undefined) return [];
        return [
          {
            alarm: views.view(found.definition, found.record),
            occurrenceId: raise.occurrenceId,
            ...station,
            raisedAtMs: raise.raisedAtMs,
            afterMs: raise.raisedAtMs - raisedAtMs,
            isTest: raise.isTest,
          },
        ];
      });
      return { raisedAtMs, alarms, isCut: raises.length > mostRelated };
    });

    app.get(
      '/api/alarms/:id/occurrences',
      {
        schema: {
          params,
          querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(20) }),
          response: { 200: alarmOccurrencesSchema },
        },
        config,
      },
      async (request) => {
        const { definition } = visible(request, request.params.id);
        const entries = await readJournal(database, { alarmId: definition.id, limit: mostLines });
        const occurrences = occurrencesOf(entries.toReversed());
        const sinceMs = clock.nowMs() - thirtyDaysMs;
        const isAllSeen = entries.length < mostLines || (entries.at(-1)?.recordedAtMs ?? 0) < sinceMs;
        return {
          occurrences: occurrences.slice(0, request.query.limit),
          raisesInThirtyDays: isAllSeen ? occurrences.filter((each) => each.raisedAtMs >= sinceMs && !each.isTest).length : null,
        };
      },
    );
  };
}
