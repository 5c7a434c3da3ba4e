// The cookie that carries a session: not for scripts, not for other sites.
import type { FastifyReply, FastifyRequest } from 'fastify';

export const sessionCookieName = 'gatewatch_session';

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  session: { readonly token: string; readonly expiresAtMs: number },
): void {
  void reply.setCookie(sessionCookieName, session.token, {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: request.protocol === 'https',
    expires: new Date(session.expiresAtMs),
  });
}
