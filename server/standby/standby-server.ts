// What a server does that is not in charge: passes every request and every live connection on to the one that is, and says so where nobody is.
import type { Server as HttpsServer } from 'node:https';
import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { AccessPolicy } from '../../domain/access/access-policy.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { followTlsFiles, readTlsFiles } from '../http/tls-files.ts';

/** Its own answers, which do not depend on the server in charge: an operator asks this very machine. */
const aliveRoute = '/healthz';
/** Whether it could take over, and has somebody to pass on to: not whether the one in charge is ready, which that one says itself. */
const readyRoute = '/readyz';
const answerMs = 2_000;

export interface StandbyServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** `leader` is where the server in charge is, or '' while nobody is known: then everything is answered by 503 with Retry-After. */
export async function startStandbyServer(options: {
  readonly leader: string;
  readonly isDatabaseThere: () => boolean;
  readonly http: { readonly host: string; readonly port: number };
  readonly policy: Pick<AccessPolicy, 'tls' | 'trustedProxies'>;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<StandbyServer> {
  const { leader, http, clock, log } = options;
  const { tls, trustedProxies } = options.policy;
  const app = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    ...({ https: tls === undefined ? null : readTlsFiles(tls) } as { https: null }),
    bodyLimit: 64 * 1024 * 1024,
    requestTimeout: 120_000,
    http: { headersTimeout: 15_000 },
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
  });
  app.get(aliveRoute, async () => ({ status: 'alive', role: 'standby', inCharge: leader === '' ? null : leader }));
  app.get(readyRoute, async (_, reply) => {
    const isInChargeThere = leader !== '' && (await answers(leader));
    const parts = [
      { name: 'journal', isReady: options.isDatabaseThere(), reason: options.isDatabaseThere() ? null : 'noAnswer' },
      { name: 'serverInCharge', isReady: isInChargeThere, reason: isInChargeThere ? null : leader === '' ? 'nobody' : 'noAnswer' },
    ];
    const isReady = parts.every((part) => part.isReady);
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'notReady', role: 'standby', parts });
  });
  if (leader === '') refuseAll(app);
  else await passOn(app, leader);
  const address = await app.listen({ host: http.host, port: http.port });
  const stopFollowing = tls === undefined ? null : followTlsFiles(tls, app.server as unknown as HttpsServer, clock, log);
  return {
    address,
    async stop() {
      await stopFollowing?.();
      await app.close();
    },
  };
}

async function answers(leader: string): Promise<boolean> {
  try {
    const response = await fetch(new URL(aliveRoute, leader), { signal: AbortSignal.timeout(answerMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function passOn(app: FastifyInstance, leader: string): Promise<void> {
  await app.register(httpProxy, {
    upstream: leader,
    websocket: true,
    // The server in charge compares Origin with Host, and counts requests by the address they come from: both are the browser's.
    wsClientOptions: {
      // Documented by the package, absent from its types.
      rewriteRequestHeaders: (_: unknown, request: FastifyRequest) => forwarded(request.headers, request.headers.host, request.ip),
    } as NonNullable<FastifyHttpProxyOptions['wsClientOptions']>,
    replyOptions: {
      rewriteRequestHeaders: (request, headers) => forwarded(headers, request.headers.host, request.ip),
      onError: (reply) => void reply.code(503).header('retry-after', '2').type('application/problem+json').send(nobody),
    },
  });
}

function forwarded(headers: NodeJS.Dict<string | string[]>, host: string | undefined, ip: string): NodeJS.Dict<string | string[]> {
  const before = headers['x-forwarded-for'];
  const { connection, upgrade, ...rest } = headers;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('sec-websocket-'))),
    host,
    'x-forwarded-for': before === undefined ? ip : `${before}, ${ip}`,
  };
}

const nobody = {
  type: 'about:blank',
  title: 'No server is in charge at this moment',
  status: 503,
  detail: 'A server takes over within seconds. Ask again.',
  code: 'noServerInCharge',
};

function refuseAll(app: FastifyInstance): void {
  app.setNotFoundHandler((_, reply) => reply.code(503).header('retry-after', '2').type('application/problem+json').send(nobody));
}
