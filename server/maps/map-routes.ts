// Map tiles from the data folder, `maps/*.pmtiles`: what there is, and parts of a file by HTTP ranges. Reads only; nothing is fetched from anywhere else.
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type MapView, mapNameSchema, mapViewSchema } from '../../domain/api/maps-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { ProblemError } from '../http/problem-error.ts';

const ending = '.pmtiles';
/** A browser asks for directories and tiles, a few hundred kB at most: nobody needs the whole country in one answer. */
const mostBytes = 16 * 1024 * 1024;

export interface ByteRange {
  readonly start: number;
  /** Inclusive, as in the header. */
  readonly end: number;
}

/** One range of `bytes=`, cut to the file; null where it makes no sense or asks for several. */
export function rangeOf(header: string | undefined, size: number): ByteRange | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (match === null) return null;
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end ? null : { start, end };
}

export function mapRoutes({
  dataDir,
  wanted,
  log,
}: {
  readonly dataDir: string;
  readonly wanted: Plant['map'];
  readonly log: Logger;
}): FastifyPluginAsyncZod {
  const folder = path.join(dataDir, 'maps');
  const config = { permission: 'plant.read' } as const;

  async function maps(): Promise<MapView[]> {
    const files = await readdir(folder).catch(() => [] as string[]);
    const names = files
      .filter((file) => file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length))
      .filter((name) => wanted.tiles === null || name === wanted.tiles);
    const found = await Promise.all(
      names.sort().map(async (name) => {
        const entry = mapNameSchema.safeParse(name).success ? await stat(path.join(folder, name + ending)).catch(() => null) : null;
        return entry?.isFile() === true ? [{ name, bytes: entry.size, attribution: wanted.attribution }] : [];
      }),
    );
    return found.flat();
  }

  return async (app) => {
    if (wanted.tiles !== null && (await maps()).length === 0)
      log.warn(
        { file: path.join(folder, wanted.tiles + ending) },
        'the map tiles that the plant file names are not there: the network drawing takes their place',
      );
    app.get('/api/maps', { schema: { response: { 200: z.array(mapViewSchema) } }, config }, () => maps());

    app.get('/api/maps/:name', { schema: { params: z.object({ name: z.string() }) }, config }, async (request, reply) => {
      const map = (await maps()).find(({ name }) => name === request.params.name);
      if (map === undefined) throw new ProblemError(404, 'Not found', { detail: `There is no map ${request.params.name}` });
      const range = rangeOf(request.headers.range, map.bytes);
      if (range === null || range.end - range.start >= mostBytes)
        throw new ProblemError(416, 'Range needed', {
          detail: `Ask for a part of at most ${mostBytes} bytes: Range: bytes=0-16383`,
          headers: { 'content-range': `bytes */${map.bytes}` },
        });
      return reply
        .code(206)
        .headers({
          'content-type': 'application/octet-stream',
          'content-range': `bytes ${range.start}-${range.end}/${map.bytes}`,
          'content-length': String(range.end - range.start + 1),
          'accept-ranges': 'bytes',
          'cache-control': 'private, max-age=3600',
        })
        .send(createReadStream(path.join(folder, map.name + ending), range));
    });
  };
}
