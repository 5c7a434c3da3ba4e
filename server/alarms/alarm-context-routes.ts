// What helps to understand one alarm: what else rose about then, and how often it rose before.
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { alarmOccurrencesSchema, relatedAlarmsSchema } from '../../domain/api/alarm-context-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Database } from '../journal/database.ts';
import type { AlarmStore } from './alarm-store.ts';
import type { AlarmViews } from './alarm-view.ts';
import { readOccurrences } from './read-occurrences.ts';
import { relatedAlarms } from './related-alarms.ts';

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
      const identity = identityOf(request);
      return relatedAlarms({
        plant,
        database,
        definition,
        record,
        maySee: (stationId) => maySee(identity, stationId),
        find: (alarmId) => {
          const found = store.find(alarmId);
          return found === null ? null : views.view(found.definition, found.record);
        },
        writtenThroughMs: Number.POSITIVE_INFINITY,
      });
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
        return readOccurrences(database, { alarmId: definition.id, atMs: clock.nowMs(), limit: request.query.limit });
      },
    );
  };
}
