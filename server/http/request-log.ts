// The id of each request, in the answer, in problem documents and in the log, and the line of the log. Nothing that is a secret is in it: no query, no body,
// no address that is itself one.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logAlarmStep, type StepLog } from '../../domain/tracing/alarm-step.ts';

export const requestIdHeader = 'x-request-id';

/** Of a proxy in front or of the client, where it is a plain word: it is written down, and believed in nothing. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers[requestIdHeader];
  return typeof given === 'string' && /^[\w.:-]{8,64}$/.test(given) ? given : randomUUID();
}

/** Of an address that is itself a secret (a link that acknowledges), journal and log hold the beginning. */
export function shownUrl(url: string): string {
  return url.replace(/^\/a\/[^/?#]+/, '/a/…');
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What changes something and what fails is always written down, what only reads at level debug. */
export function logRequest(
  log: StepLog & { debug(fields: object, message: string): void },
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const path =
    request.routeOptions.url ??
    shownUrl(request.url)
      .replace(/[?#].*$/s, '')
      .slice(0, 200);
  const line = {
    requestId: request.id,
    method: request.method,
    path,
    status: reply.statusCode,
    tookMs: Math.round(reply.elapsedTime),
    from: request.ip,
    ...(request.identity === null ? {} : { username: request.identity.username }),
  };
  const isQuiet = (request.method === 'GET' || request.method === 'HEAD') && reply.statusCode < 500;
  if (isQuiet) return void log.debug(line, 'request');
  const { id } = (request.params ?? {}) as { id?: unknown };
  if (path.startsWith('/api/alarms/:id') && typeof id === 'string' && uuid.test(id))
    logAlarmStep(log, 'action', 'request', line, [{ correlationId: id }]);
  else log.info(line, 'request');
}
