// The way through the company's directory: there, back with a session, and out again. A browser walks it, so every answer is a redirection.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { DirectoryRefusal } from '../../domain/api/session-api.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Directory } from '../access/directory.ts';
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
