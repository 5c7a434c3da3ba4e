// What is written during a watch, over HTTP: /api/watch-log, /api/watch-checks.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { logEntryViewSchema, newLogEntrySchema, watchCheckViewSchema } from '../../domain/api/watch-api.ts';
import { maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { momentSchema } from '../http/moment.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { WatchRouteOptions } from './watch-routes.ts';

const params = z.object({ id: z.string() });
const dayMs = 86_400_000;
const periodSchema = z.object({
  from: momentSchema.optional(),
  to: momentSchema.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

export function watchRecordRoutes({ plant, checks, log, clock, announce }: WatchRouteOptions): FastifyPluginAsyncZod {
  const period = (query: z.output<typeof periodSchema>) => {
    const toMs = query.to ?? clock.nowMs() + 1;
    return { fromMs: query.from ?? toMs - 7 * dayMs, toMs };
  };

  return async (app) => {
    app.get(
      '/api/watch-log',
      { schema: { querystring: periodSchema, response: { 200: z.array(logEntryViewSchema) } }, config: { permission: 'duty.read' } },
      async (request) => {
        const identity = identityOf(request);
        const { fromMs, toMs } = period(request.query);
        const entries = [...(await log.open()), ...(await log.between(fromMs, toMs, request.query.limit))];
        return [...new Map(entries.map((entry) => [entry.id, entry])).values()]
          .filter((entry) => entry.stationId === null || maySee(identity, entry.stationId))
          .toSorted((a, b) => b.atMs - a.atMs);
      },
    );

    app.post(
      '/api/watch-log',
      { schema: { body: newLogEntrySchema, response: { 201: logEntryViewSchema } }, config: { permission: 'duty.watch' } },
      async (request, reply) => {
        const identity = identityOf(request);
        const { stationId } = request.body;
        if (stationId !== null && (!plant.stationIndexById.has(stationId) || !maySee(identity, stationId)))
          throw new ProblemError(400, 'Bad input', {
            detail: `There is no station ${stationId}`,
            extra: { errors: [{ path: 'stationId', message: `no station ${stationId}` }] },
          });
        const entry = await log.write(request.body, identity);
        announce();
        return reply.code(201).send(entry);
      },
    );

    app.post(
      '/api/watch-log/:id/close',
      { schema: { params, response: { 200: logEntryViewSchema } }, config: { permission: 'duty.watch' } },
      async (request) => {
        const entry = await log.close(request.params.id, identityOf(request));
        if (entry === null) throw new ProblemError(404, 'Not found', { detail: 'There is no such entry of the watch log.' });
        announce();
        return entry;
      },
    );

    app.get(
      '/api/watch-checks',
      { schema: { querystring: periodSchema, response: { 200: z.array(watchCheckViewSchema) } }, config: { permission: 'duty.read' } },
      (request) => {
        const { fromMs, toMs } = period(request.query);
        return checks.between(fromMs, toMs, request.query.limit);
      },
    );

    app.get(
      '/api/watch-checks/open',
      { schema: { response: { 200: z.array(watchCheckViewSchema) } }, config: { permission: 'duty.watch' } },
      (request) => checks.openFor(identityOf(request).username),
    );

    app.post(
      '/api/watch-checks/:id/answer',
      { schema: { params, response: { 200: watchCheckViewSchema } }, config: { permission: 'duty.watch' } },
      async (request) => {
        const result = await checks.answer(request.params.id, identityOf(request));
        switch (result.kind) {
          case 'done':
            return result.check;
          case 'unknown':
            throw new ProblemError(404, 'Not found', { detail: 'There is no such watch check.' });
          case 'notYours':
            throw new ProblemError(422, 'Refused', { detail: 'A watch check is answered by the person who has the watch.' });
          case 'tooLate':
            throw new ProblemError(409, 'Too late', {
              detail: 'The time to answer is over: the check stands as it was written down.',
              extra: { current: result.check },
            });
        }
      },
    );
  };
}
