// The way through the company's directory: there, back with a session, and out again. A browser walks it, so every answer is a redirection.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DirectoryRefusal } from '../../domain/api/session-api.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Directory } from '../access/directory.ts';
import { ProblemError } from './problem-error.ts';
import { rememberDevice, setSessionCookie } from './session-cookie.ts';

const underWayCookieName = 'gatewatch_directory';
const underWayPath = '/api/directory';
const config = { rateLimit: { max: 60, timeWindow: 60_000 } };

export function directoryRoutes(access: AccessControl, directory: Directory | null): FastifyPluginAsyncZod {
  const back = (reply: FastifyReply, reason: DirectoryRefusal) => reply.redirect(`/?directory=${reason}`);
  return async (app) => {
    app.addHook('onSend', (_request, reply, _payload, done) => {
      void reply.header('cache-control', 'no-store');
      done();
    });

    app.get('/api/directory/start', { schema: {}, config }, async (request, reply) => {
      const begun = directory === null ? null : await directory.begin();
      if (begun === null) return back(reply, 'unavailable');
      keepUnderWay(request, reply, begun.underWay);
      return reply.redirect(begun.address);
    });

    app.get('/api/directory/callback', { schema: {}, config }, async (request, reply) => {
      if (directory === null) return back(reply, 'unavailable');
      const at = request.url.indexOf('?');
      const answer = await directory.finish(at < 0 ? '' : request.url.slice(at), request.cookies[underWayCookieName]);
      void reply.clearCookie(underWayCookieName, { path: underWayPath });
      if (answer.kind === 'refused') {
        await access.auditDirectoryRefusal(answer.who, request.ip, answer.reason);
        return back(reply, answer.reason);
      }
      const entered = await access.enterByDirectory(answer.person, request.ip);
      if (entered.kind === 'refused') return back(reply, entered.reason);
      setSessionCookie(request, reply, { token: entered.token, expiresAtMs: entered.identity.expiresAtMs });
      rememberDevice(request, reply, access.key, entered.identity.username);
      return reply.redirect('/');
    });

    // The directory's server calls, no browser: OpenID Connect Back-Channel Logout 1.0. Its token is all that it has to show.
    await app.register(async (scope) => {
      scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 32 * 1024 }, (_request, body, done) =>
        done(null, Object.fromEntries(new URLSearchParams(String(body)))),
      );
      scope.withTypeProvider<ZodTypeProvider>().post(
        '/api/directory/logout',
        {
          schema: {
            consumes: ['application/x-www-form-urlencoded'],
            body: z.object({ logout_token: z.string().min(1).max(16_384) }),
            response: { 200: z.object({ sessionsEnded: z.int() }) },
          },
          config: { rateLimit: { max: 600, timeWindow: 60_000 } },
        },
        async (request) => {
          if (directory === null) throw new ProblemError(404, 'Not found', { detail: 'The access file names no directory.' });
          const answer = await directory.whoLeft(request.body.logout_token);
          switch (answer.kind) {
            case 'left':
              return { sessionsEnded: await access.endDirectorySessions(answer) };
            case 'repeated':
              return { sessionsEnded: 0 };
            case 'unavailable':
              throw new ProblemError(503, 'The directory cannot be reached', {
                detail: 'Its keys cannot be read to check the token: send it again.',
                headers: { 'retry-after': '5' },
              });
            case 'invalid':
              await access.auditLogoutRefusal(request.ip, answer.reason);
              throw new ProblemError(400, 'Logout token refused', { detail: answer.reason });
          }
        },
      );
    });

    app.get('/api/directory/sign-out', { schema: {}, config }, async (_request, reply) =>
      reply.redirect((directory === null ? null : await directory.signOutAddress()) ?? '/'),
    );
  };
}

/** Lax: the browser comes back from another site, and must bring it. It is sealed, and good for one sign-in of a few minutes. */
function keepUnderWay(request: FastifyRequest, reply: FastifyReply, sealed: string): void {
  void reply.setCookie(underWayCookieName, sealed, {
    httpOnly: true,
    sameSite: 'lax',
    path: underWayPath,
    secure: request.protocol === 'https',
    maxAge: 600,
  });
}
