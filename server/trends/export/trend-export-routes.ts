// GET /api/trends/export: the shown points and time as CSV or Parquet, every reading or the buckets of the drawing.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Plant } from '../../../domain/plant/plant.ts';
import { languages } from '../../../domain/text/localized-text.ts';
import type { HistorianReader } from '../../../historian/historian.ts';
import { identityOf } from '../../http/create-app.ts';
import { momentSchema } from '../../http/moment.ts';
import { ProblemError } from '../../http/problem-error.ts';
import { spanOf, visiblePoints } from '../trend-query.ts';
import { csvExport, type TrendExport } from './csv-export.ts';
import { parquetExport, TooManyRows } from './parquet-export.ts';

const atOnce = 2;
const parquetRowsMaximum = 50_000_000;

export function trendExportRoutes(options: {
  readonly plant: Plant;
  readonly historian: HistorianReader | null;
  readonly dataDir: string;
}): FastifyPluginAsyncZod {
  const { plant, historian } = options;
  let running = 0;
  // Of exports that a crash broke off.
  rmSync(path.join(options.dataDir, 'exports'), { recursive: true, force: true });
  return async (app) => {
    app.get(
      '/api/trends/export',
      {
        schema: {
          querystring: z.object({
            points: z.string().transform((text) => [...new Set(text.split(',').filter(Boolean))]),
            from: momentSchema,
            to: momentSchema,
            format: z.enum(['csv', 'parquet']),
            buckets: z.coerce.number().int().min(1).max(10_000).optional(),
            language: z.enum(languages).default('zh'),
          }),
        },
        config: { permission: 'readings.read' },
      },
      async (request, reply) => {
        const { query } = request;
        const points = visiblePoints(plant, identityOf(request), query.points);
        const span = spanOf(query);
        if (historian === null)
          throw new ProblemError(503, 'No history', { detail: 'This server has no historian: give it --historian influx://…' });
        if (running >= atOnce)
          throw new ProblemError(429, 'Busy', { detail: `${atOnce} exports are running already; try again when one has ended` });
        const abort = new AbortController();
        const ask: TrendExport = {
          points,
          ...span,
          zone: plant.company.timeZone,
          language: query.language,
          ...(query.buckets === undefined ? {} : { buckets: query.buckets }),
          signal: abort.signal,
        };
        running += 1;
        let isOver = false;
        // Told once, however it ends: sent, refused, or the person has gone.
        const end = () => {
          if (!isOver) running -= 1;
          isOver = true;
          abort.abort();
        };
        reply.raw.once('close', end);
        try {
          const body = query.format === 'csv' ? Readable.from(csvExport(historian, ask)) : await parquet(historian, ask);
          reply.header('content-disposition', `attachment; filename="${fileName(ask, query.format)}"`);
          return reply.type(query.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/vnd.apache.parquet').send(body);
        } catch (error) {
          end();
          if (error instanceof TooManyRows)
            throw new ProblemError(422, 'Too much', {
              detail: `A Parquet file holds at most ${parquetRowsMaximum.toLocaleString('en')} readings; choose a shorter time, or CSV`,
            });
          throw error;
        }
      },
    );
  };

  function parquet(from: HistorianReader, ask: TrendExport): Promise<Readable> {
    const temporaryDir = path.join(options.dataDir, 'exports');
    mkdirSync(temporaryDir, { recursive: true });
    return parquetExport(from, { ...ask, temporaryDir, rowsMaximum: parquetRowsMaximum });
  }
}

function fileName({ fromMs, toMs }: TrendExport, format: string): string {
  const compact = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 16).replaceAll(/[-:]/g, '');
  return `gatewatch-trend-${compact(fromMs)}Z-${compact(toMs)}Z.${format}`;
}
