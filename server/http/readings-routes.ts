// History: GET /api/readings, in columns, or as CSV.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { BucketReadings, RawReadings } from '../../domain/api/readings-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { maySee } from '../access/identity.ts';
import { identityOf } from './create-app.ts';
import { momentSchema } from './moment.ts';
import { parquetOf } from './parquet-export.ts';
import { ProblemError } from './problem-error.ts';

const hourMs = 3_600_000;
const mostRawRows = 200_000;

const querySchema = z.object({
  point: z.string(),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
  buckets: z.coerce.number().int().min(1).max(10_000).optional(),
  format: z.enum(['json', 'csv', 'parquet']).default('json'),
});

export function readingsRoutes(options: {
  readonly plant: Plant;
  readonly historian: HistorianReader | null;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { plant, historian, clock } = options;
  return async (app) => {
    app.get('/api/readings', { schema: { querystring: querySchema }, config: { permission: 'readings.read' } }, async (request, reply) => {
      const { query } = request;
      const point = plant.points[plant.pointIndexById.get(query.point) ?? -1];
      if (point === undefined || !maySee(identityOf(request), plant.stations[point.stationIndex]?.id ?? ''))
        throw new ProblemError(404, 'Not found', { detail: `There is no point ${query.point}` });
      if (historian === null)
        throw new ProblemError(503, 'No history', { detail: 'This server has no historian: give it --historian influx://…' });
      const toMs = query.to ?? clock.nowMs();
      const fromMs = query.from ?? toMs - hourMs;
      if (toMs <= fromMs)
        throw new ProblemError(400, 'Bad input', {
          detail: 'to must lie after from',
          extra: { errors: [{ path: 'to', message: 'must lie after from' }] },
        });
      const answer =
        query.buckets === undefined
          ? await raw(point.id, point.unit, fromMs, toMs)
          : await buckets(point.id, point.unit, fromMs, toMs, query.buckets);
      if (query.format === 'json') return answer;
      reply.header('content-disposition', `attachment; filename="${point.id}.${query.format}"`);
      if (query.format === 'parquet')
        return reply.type('application/vnd.apache.parquet').send(await parquetOf(answer.columns, answer.rows));
      const lines = answer.rows.map((row) => [new Date(row[0]).toISOString(), ...row.slice(1).map((cell) => cell ?? '')].join(','));
      return reply.type('text/csv; charset=utf-8').send(`${answer.columns.join(',')}\n${lines.join('\n')}\n`);
    });
  };

  async function raw(pointId: string, unit: string, fromMs: number, toMs: number): Promise<RawReadings> {
    const found = await (historian as HistorianReader).readRaw({ pointId, fromMs, toMs, limit: mostRawRows });
    const rows: RawReadings['rows'] = [];
    for (let row = 0; row < found.timeMs.length; row += 1)
      rows.push([found.timeMs[row] ?? 0, finite(found.value[row]), found.quality[row] ?? 0]);
    return { point: pointId, unit, columns: ['t', 'v', 'q'], rows, isTruncated: found.isTruncated };
  }

  async function buckets(pointId: string, unit: string, fromMs: number, toMs: number, count: number): Promise<BucketReadings> {
    const found = await (historian as HistorianReader).readBuckets({ pointId, fromMs, toMs, buckets: count });
    const rows: BucketReadings['rows'] = [];
    for (let row = 0; row < found.timeMs.length; row += 1) {
      rows.push([
        found.timeMs[row] ?? 0,
        finite(found.min[row]),
        finite(found.max[row]),
        finite(found.mean[row]),
        finite(found.last[row]),
        found.goodShare[row] ?? 0,
      ]);
    }
    return { point: pointId, unit, columns: ['t', 'min', 'max', 'mean', 'last', 'goodShare'], bucketMs: found.bucketMs, rows };
  }
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
