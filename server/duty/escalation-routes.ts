// How far an alarm's escalation has come: GET /api/alarms/{id}/escalation.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { escalationViewSchema } from '../../domain/api/watch-api.ts';
import type { DutyFacts } from '../../domain/duty/escalation.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { maySee } from '../access/identity.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Database } from '../journal/database.ts';
import type { EscalationEngine } from './escalation-engine.ts';
import { escalationView } from './escalation-view.ts';

export function escalationRoutes(options: {
  readonly plant: Plant;
  readonly database: Database;
  readonly store: AlarmStore;
  readonly engine: EscalationEngine;
  readonly clock: Clock;
  readonly facts: () => Promise<DutyFacts>;
  readonly testerOf: (alarmId: string) => Promise<string | null>;
}): FastifyPluginAsyncZod {
  const { plant, store, testerOf, ...parts } = options;
  return async (app) => {
    app.get(
      '/api/alarms/:id/escalation',
      { schema: { params: z.object({ id: z.string() }), response: { 200: escalationViewSchema } }, config: { permission: 'duty.read' } },
      async (request) => {
        const found = store.find(request.params.id);
        if (found === null || !maySee(identityOf(request), plant.stations[found.definition.stationIndex]?.id ?? ''))
          throw new ProblemError(404, 'Not found', { detail: `There is no alarm ${request.params.id}` });
        return escalationView({ ...parts, ...found, plant, tester: await testerOf(found.definition.id) });
      },
    );
  };
}
