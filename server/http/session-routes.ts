// Sign-in, who am I, sign-out: POST, GET and DELETE /api/session.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { sessionViewSchema, signInSchema } from '../../domain/api/session-api.ts';
import { type AccessControl, sessionView } from '../access/access-control.ts';
import { ProblemError } from './problem-error.ts';
import { sessionCookieName, setSessionCookie } from './session-cookie.ts';

export function sessionRoutes(access: AccessControl, isDemo: boolean): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/demo', { schema: { response: { 200: z.object({ isDemo: z.boolean() }) } } }, async () => ({ isDemo }));

    app.post(
      '/api/session',
      { schema: { body: signInSchema, response: { 200: sessionViewSchema } }, config: { rateLimit: { max: 60, timeWindow: 60_000 } } },
      async (request, reply) => {
        const result = await access.signIn(request.body.username, request.body.password, request.ip);
        switch (result.kind) {
          case 'refused':
            throw new ProblemError(401, 'Sign-in refused', { detail: 'The name or the password is wrong.' });
          case 'wait': {
            const seconds = Math.ceil(result.retryInMs / 1_000);
            throw new ProblemError(429, 'Too many failed sign-ins', {
              detail: `Try again in ${seconds} s.`,
              headers: { 'retry-after': String(seconds) },
            });
          }
          case 'ok':
            setSessionCookie(request, reply, { token: result.token, expiresAtMs: result.identity.expiresAtMs });
            return sessionView(result.identity);
        }
      },
    );

    app.get('/api/session', { schema: { response: { 200: sessionViewSchema } } }, async (request) => {
      const identity = await access.identify(request.cookies[sessionCookieName]);
      if (identity === null) throw new ProblemError(401, 'Not signed in');
      return sessionView(identity);
    });

    app.delete('/api/session', { schema: { response: { 204: z.null() } } }, async (request, reply) => {
      const identity = await access.identify(request.cookies[sessionCookieName]);
      if (identity !== null) await access.signOut(identity);
      return reply.clearCookie(sessionCookieName, { path: '/' }).code(204).send(null);
    });
  };
}
