// Versions of the plant file over HTTP: the list, the text of one, and what one has that another has not.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { plantDifferenceQuerySchema, plantDifferenceSchema, plantVersionSchema } from '../../domain/api/plant-versions-api.ts';
import type { Identity } from '../access/identity.ts';
import { workOnPlant } from '../engineering/plant-work.ts';
import { workDone } from '../engineering/plant-work-problem.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { PlantVersion, PlantVersions } from './plant-versions.ts';

const read = { permission: 'engineering.read' } as const;
/** Two files are read and laid side by side in a thread of their own: seconds where they are large. */
const compare = { ...read, rateLimit: { max: 30, timeWindow: 60_000 } } as const;

export function plantVersionRoutes(versions: PlantVersions): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/engineering/plant-versions',
      { schema: { response: { 200: z.array(plantVersionSchema) } }, config: read },
      async (request) => {
        requireWholePlant(identityOf(request));
        return versions.versions.toReversed().map((version) => ({ ...version, warnings: [...version.warnings] }));
      },
    );
    app.get(
      '/api/engineering/plant-versions/:number/file',
      { schema: { params: z.object({ number: z.coerce.number().int() }) }, config: read },
      async (request, reply) => {
        requireWholePlant(identityOf(request));
        const version = versionOf(request.params.number);
        return reply
          .type('application/yaml; charset=utf-8')
          .header('content-disposition', `attachment; filename="plant-${version.number}-${version.version}.yaml"`)
          .send(await versions.textOf(version));
      },
    );
    app.get(
      '/api/engineering/plant-difference',
      { schema: { querystring: plantDifferenceQuerySchema, response: { 200: plantDifferenceSchema } }, config: compare },
      async (request) => {
        requireWholePlant(identityOf(request));
        const { from, to } = request.query;
        const [before, after] = await Promise.all([versions.textOf(versionOf(from)), versions.textOf(versionOf(to))]);
        const answer = workDone(await workOnPlant({ kind: 'compare', before, after }));
        if (answer.kind !== 'compared') throw new Error(`a comparison was answered with ${answer.kind}`);
        return { from, to, ...answer.difference };
      },
    );
  };

  function versionOf(number: number): PlantVersion {
    const version = versions.find(number);
    if (version === null) throw new ProblemError(404, 'Not found', { detail: `There is no version ${number} of the plant file` });
    return version;
  }
}

function requireWholePlant(identity: Identity): void {
  if (identity.stationIds !== null)
    throw new ProblemError(403, 'Not allowed', { detail: 'The plant file is about every station; you are limited to some.' });
}
