// The cookies of a browser: the session, and the marks of those who have signed in with it. Not for scripts, not for other sites.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessKey } from '../access/access-key.ts';

export const sessionCookieName = 'gatewatch_session';
const deviceCookieName = 'gatewatch_devices';
/** People of one console. */
const marksMax = 8;
const yearSeconds = 365 * 86_400;

const cookieOptions = (request: FastifyRequest) =>
  ({ httpOnly: true, sameSite: 'strict', path: '/', secure: request.protocol === 'https' }) as const;

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  session: { readonly token: string; readonly expiresAtMs: number },
): void {
  void reply.setCookie(sessionCookieName, session.token, { ...cookieOptions(request), expires: new Date(session.expiresAtMs) });
}

/** The browser's name, where this person has signed in with it; of anybody, where no person is given. */
export function knownDevice(request: FastifyRequest, key: AccessKey, username?: string): string | null {
  for (const mark of marksOf(request)) {
    const known = key.readDeviceMark(mark);
    if (known !== null && (username === undefined || known.username === username)) return known.device;
  }
  return null;
}

export function rememberDevice(request: FastifyRequest, reply: FastifyReply, key: AccessKey, username: string): void {
  const marks = marksOf(request);
  const own = marks.find((mark) => key.readDeviceMark(mark)?.username === username) ?? key.deviceMark(username);
  const kept = [own, ...marks.filter((mark) => mark !== own && key.readDeviceMark(mark) !== null)].slice(0, marksMax);
  void reply.setCookie(deviceCookieName, kept.join('~'), { ...cookieOptions(request), path: '/api', maxAge: yearSeconds });
}

function marksOf(request: FastifyRequest): string[] {
  return (request.cookies[deviceCookieName] ?? '')
    .split('~')
    .filter((mark) => mark !== '')
    .slice(0, marksMax);
}
