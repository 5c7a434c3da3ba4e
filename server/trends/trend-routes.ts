// What a trend shows beside readings: GET /api/trends/marks, /api/trends/limits, /api/trends/quality.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { qualitySpansSchema, trendLimitSchema, trendMarksSchema } from '../../domain/api/trends-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { identityOf } from '../http/create-app.ts';
import { momentSchema } from '../http/moment.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Database } from '../journal/database.ts';
import { readQualitySpans } from './quality-spans.ts';
import { readLimits, readMarks } from './trend-marks.ts';
import { spanOf, visiblePoints } from './trend-query.ts';

const pointsSchema = z.string().transform((text) => [...new Set(text.split(',').filter(Boolean))]);

export function trendRoutes(options: {
  readonly plant: Plant;
  readonly database: Database;
  readonly historian: HistorianReader | null;
}): FastifyPluginAsyncZod {
  const { plant, database, historian } = options;
  return async (app) => {
    app.get(
      '/api/trends/marks',
      {
        schema: {
          querystring: z.object({
            points: pointsSchema,
            from: momentSchema,
            to: momentSchema,
            limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
          }),
          response: { 200: trendMarksSchema },
        },
        config: { permission: 'alarms.read' },
      },
      async (request) => {
        const points = visiblePoints(plant, identityOf(request), request.query.points);
        return readMarks(database, plant, { points, ...spanOf(request.query), limit: request.query.limit });
      },
    );

    app.get(
      '/api/trends/limits',
      {
        schema: { querystring: z.object({ points: pointsSchema }), response: { 200: z.array(trendLimitSchema) } },
        config: { permission: 'readings.read' },
      },
      async (request) => readLimits(database, plant, visiblePoints(plant, identityOf(request), request.query.points)),
    );

    app.get(
      '/api/trends/quality',
      {
        schema: {
          querystring: z.object({
            point: z.string(),
            from: momentSchema,
            to: momentSchema,
            buckets: z.coerce.number().int().min(1).max(5_000).default(600),
          }),
          response: { 200: qualitySpansSchema },
        },
        config: { permission: 'readings.read' },
      },
      async (request) => {
        const [point] = visiblePoints(plant, identityOf(request), [request.query.point]);
        if (historian === null || point === undefined)
          throw new ProblemError(503, 'No history', { detail: 'This server has no historian: give it --historian influx://…' });
        return readQualitySpans(historian, {
          pointId: point.id,
          scanMs: point.scanMs,
          ...spanOf(request.query),
          buckets: request.query.buckets,
        });
      },
    );
  };
}
