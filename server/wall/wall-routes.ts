// Wall links over HTTP: administrators make and revoke them; the screen itself comes with its key and nothing else.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { sessionViewSchema } from '../../domain/api/session-api.ts';
import { madeWallLinkSchema, makeWallLinkSchema, openWallSchema, wallLinkViewSchema } from '../../domain/api/wall-api.ts';
import { sessionView } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import { setSessionCookie } from '../http/session-cookie.ts';
import type { WallLinks } from './wall-links.ts';

export function wallRoutes(links: WallLinks): FastifyPluginAsyncZod {
  const config = { permission: 'users.manage' } as const;
  return async (app) => {
    app.get('/api/wall-links', { schema: { response: { 200: z.array(wallLinkViewSchema) } }, config }, () => links.list());

    app.post(
      '/api/wall-links',
      { schema: { body: makeWallLinkSchema, response: { 201: madeWallLinkSchema } }, config },
      async (request, reply) => {
        const made = await links.make(request.body, identityOf(request));
        if (made.kind === 'unknownArea')
          throw new ProblemError(400, 'Bad request', {
            detail: `There is no area ${made.areaId}`,
            extra: { errors: [{ path: 'areaIds', message: `unknown area ${made.areaId}` }] },
          });
        return reply
          .code(201)
          .header('cache-control', 'no-store')
          .send({ ...made.link, key: made.key });
      },
    );

    app.post(
      '/api/wall-links/:id/revoke',
      { schema: { params: z.object({ id: z.string() }), response: { 200: wallLinkViewSchema } }, config },
      async (request) => {
        const revoked = await links.revoke(request.params.id, identityOf(request));
        switch (revoked.kind) {
          case 'unknown':
            throw new ProblemError(404, 'Not found', { detail: `There is no wall link ${request.params.id}` });
          case 'alreadyRevoked':
            throw new ProblemError(409, 'Revoked already', {
              detail: `${revoked.link.revokedBy ?? 'Somebody'} has revoked this wall link already.`,
              extra: { current: revoked.link },
            });
          case 'revoked':
            return revoked.link;
        }
      },
    );

    app.post(
      '/api/wall/session',
      { schema: { body: openWallSchema, response: { 200: sessionViewSchema } }, config: { rateLimit: { max: 60, timeWindow: 60_000 } } },
      async (request, reply) => {
        const session = await links.enter(request.body.key, request.ip);
        if (session === null)
          throw new ProblemError(401, 'Wall link refused', {
            detail: 'This wall link is not valid, or was revoked. An administrator makes a new one.',
          });
        setSessionCookie(request, reply, { token: session.token, expiresAtMs: session.identity.expiresAtMs });
        return sessionView(session.identity);
      },
    );
  };
}
