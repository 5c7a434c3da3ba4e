// Tokens of integrations, for who manages people.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { apiTokenViewSchema, madeApiTokenSchema, makeApiTokenSchema } from '../../domain/api/api-tokens-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AccessControl } from '../access/access-control.ts';
import { actorOf } from '../access/identity.ts';
import { identityOf } from './create-app.ts';
import { ProblemError } from './problem-error.ts';

export function apiTokenRoutes(access: AccessControl, plant: Plant): FastifyPluginAsyncZod {
  const config = { permission: 'users.manage' } as const;
  return async (app) => {
    app.get('/api/api-tokens', { schema: { response: { 200: z.array(apiTokenViewSchema) } }, config }, () => access.tokens.list());

    app.post(
      '/api/api-tokens',
      { schema: { body: makeApiTokenSchema, response: { 201: madeApiTokenSchema } }, config },
      async (request, reply) => {
        const identity = identityOf(request);
        const unknown = request.body.stationIds?.find((id) => !plant.stationIndexById.has(id));
        if (unknown !== undefined) throw refused('stationIds', `unknown station ${unknown}`);
        const made = await access.tokens.make(request.body, identity, actorOf(identity));
        if (made.kind === 'refused') throw refused(made.path, made.message);
        return reply
          .code(201)
          .header('cache-control', 'no-store')
          .send({ ...made.view, token: made.token });
      },
    );

    app.post(
      '/api/api-tokens/:id/revoke',
      { schema: { params: z.object({ id: z.string() }), response: { 200: apiTokenViewSchema } }, config },
      async (request) => {
        const identity = identityOf(request);
        const revoked = await access.tokens.revoke(request.params.id, identity, actorOf(identity));
        switch (revoked.kind) {
          case 'unknown':
            throw new ProblemError(404, 'Not found', { detail: `There is no token ${request.params.id}` });
          case 'alreadyRevoked':
            throw new ProblemError(409, 'Revoked already', {
              detail: `${revoked.view.revokedBy ?? 'Somebody'} has revoked this token already.`,
              extra: { current: revoked.view },
            });
          case 'revoked':
            return revoked.view;
        }
      },
    );
  };
}

function refused(path: string, message: string): ProblemError {
  return new ProblemError(400, 'Bad request', { detail: `${path}: ${message}`, extra: { errors: [{ path, message }] } });
}
