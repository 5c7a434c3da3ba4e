// Obligations over HTTP: the matrix of a period, one obligation of a station or the company, the inspection page. Reads only.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { inspectionSchema, obligationDetailSchema, obligationMatrixSchema } from '../../domain/api/obligations-api.ts';
import type { ObligationWindow } from '../../domain/obligations/obligation.ts';
import type { Plant, Station } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { momentOf } from '../../domain/time/zoned-time.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { momentSchema } from '../http/moment.ts';
import { ProblemError } from '../http/problem-error.ts';
import { inspectionOf } from './inspection.ts';
import type { ObligationBook } from './obligation-book.ts';
import { monthOf } from './obligation-watch.ts';

const dayMs = 86_400_000;
const longestMs = 400 * dayMs;

const periodSchema = z.object({
  /** A month of the plant's calendar, `2026-07`; this month where nothing is given. */
  month: z
    .string()
    .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'expected a month such as 2026-07')
    .optional(),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
});

export function obligationRoutes(options: {
  readonly plant: Plant;
  readonly book: ObligationBook;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { plant, book, clock } = options;
  const config = { permission: 'obligations.read' } as const;
  const zone = plant.company.timeZone;

  function windowOf(query: z.output<typeof periodSchema>): ObligationWindow {
    const bad = (path: string, message: string) =>
      new ProblemError(400, 'Bad input', { detail: message, extra: { errors: [{ path, message }] } });
    const nowMs = clock.nowMs();
    const month = query.month === undefined ? monthOf(nowMs, zone) : monthOf(momentOf(`${query.month}-15`, '12:00', zone), zone);
    const fromMs = query.from ?? month.fromMs;
    const toMs = query.to ?? (query.from === undefined ? month.toMs : nowMs);
    if (toMs <= fromMs) throw bad('to', 'to must lie after from');
    if (fromMs > nowMs) throw bad('from', 'the period has not begun yet');
    if (toMs - fromMs > longestMs) throw bad('from', 'a period is at most 400 days long');
    return book.window(fromMs, toMs);
  }

  function stationOf(identity: Identity, id: string): Station {
    const station = plant.stations[plant.stationIndexById.get(id) ?? -1];
    if (station === undefined || !maySee(identity, id)) throw new ProblemError(404, 'Not found', { detail: `There is no station ${id}` });
    return station;
  }

  return async (app) => {
    app.get(
      '/api/obligations',
      { schema: { querystring: periodSchema, response: { 200: obligationMatrixSchema } }, config },
      async (request) => {
        const identity = identityOf(request);
        const stations = plant.stations.filter((station) => maySee(identity, station.id));
        return book.matrix(windowOf(request.query), stations, true);
      },
    );

    app.get(
      '/api/obligations/:id',
      {
        schema: {
          params: z.object({ id: z.string() }),
          querystring: periodSchema.extend({
            /** The company where it is left out. */
            station: z.string().optional(),
          }),
          response: { 200: obligationDetailSchema },
        },
        config,
      },
      async (request) => {
        const station = request.query.station === undefined ? null : stationOf(identityOf(request), request.query.station);
        const detail = await book.detail(request.params.id, station, windowOf(request.query));
        if (detail === null)
          throw new ProblemError(404, 'Not found', {
            detail: `There is no obligation ${request.params.id} of ${station?.id ?? 'the company'}: see GET /api/obligations`,
          });
        return detail;
      },
    );

    app.get(
      '/api/stations/:id/inspection',
      { schema: { params: z.object({ id: z.string() }), response: { 200: inspectionSchema } }, config },
      async (request) => inspectionOf(plant, book, stationOf(identityOf(request), request.params.id), clock.nowMs()),
    );
  };
}
