// Sign-in, who am I, sign-out: POST, GET and DELETE /api/session; what the sign-in page may know: GET /api/sign-in.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { proofSchema, type SignInOptions, sessionViewSchema, signInOptionsSchema } from '../../domain/api/session-api.ts';
import type { AccessControl } from '../access/access-control.ts';
import { sessionView } from '../access/identity.ts';
import { codeNeeded } from '../access/second-person.ts';
import { ProblemError } from './problem-error.ts';
import { knownDevice, rememberDevice, sessionCookieName, setSessionCookie } from './session-cookie.ts';

export function sessionRoutes(
  access: AccessControl,
  isDemo: boolean,
  directory: () => Promise<SignInOptions['directory']>,
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/demo', { schema: { response: { 200: z.object({ isDemo: z.boolean() }) } } }, async () => ({ isDemo }));

    app.get('/api/sign-in', { schema: { response: { 200: signInOptionsSchema } } }, async () => ({
      isDemo,
      directory: await directory(),
      useNotice: access.policy.useNotice ?? null,
    }));

    app.post(
      '/api/session',
      { schema: { body: proofSchema, response: { 200: sessionViewSchema } }, config: { rateLimit: { max: 60, timeWindow: 60_000 } } },
      async (request, reply) => {
        const { username } = request.body;
        const result = await access.signIn(request.body, request.ip, { device: knownDevice(request, access.key, username) });
        switch (result.kind) {
          case 'refused':
            throw new ProblemError(401, 'Sign-in refused', { detail: 'The name or the password is wrong.' });
          case 'codeNeeded':
            throw result.wasWrong
              ? new ProblemError(401, 'Sign-in refused', {
                  detail: 'The code is wrong, or was used before.',
                  extra: { reason: 'wrongCode' },
                })
              : codeNeeded('Give the code of your second factor too.', 401);
          case 'wait': {
            const seconds = Math.ceil(result.retryInMs / 1_000);
            throw new ProblemError(429, 'Too many failed sign-ins', {
              detail: `Try again in ${seconds} s.`,
              headers: { 'retry-after': String(seconds) },
            });
          }
          case 'ok':
            setSessionCookie(request, reply, { token: result.token, expiresAtMs: result.identity.expiresAtMs });
            rememberDevice(request, reply, access.key, username);
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
      if (identity !== null) await access.sessions.signOut(identity);
      return reply.clearCookie(sessionCookieName, { path: '/' }).code(204).send(null);
    });
  };
}
