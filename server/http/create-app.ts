// The HTTP border: Fastify with zod schemas, security headers, limits, problem documents, OpenAPI, and the dashboard's files. Routes live in their own files.
import { existsSync } from 'node:fs';
import path from 'node:path';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import Fastify, { type FastifyPluginAsync, type FastifyRequest, LogController } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Permission } from '../../domain/access/roles.ts';
import { personHeader } from '../../domain/api/session-api.ts';
import { type AccessControl, type Identity, isAllowed } from '../access/access-control.ts';
import { isSameOrigin } from './origin.ts';
import { ProblemError } from './problem-error.ts';
import { sessionCookieName } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the route names a permission. */
    identity: Identity | null;
  }
  interface FastifyContextConfig {
    /** What the person must be allowed to do; absent for public routes. */
    permission?: Permission;
  }
}

/** Of one session, and of one address where nobody is signed in. */
const requestsPerMinute = { signedIn: 6_000, unknown: 1_200 } as const;
const signedInKey = 'session ';

export async function createApp(options: {
  readonly access: AccessControl;
  readonly log: Logger;
  readonly dashboardDir: string | null;
  readonly trustProxy: string | null;
}) {
  const app = Fastify({
    loggerInstance: options.log as never,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy ?? false,
    bodyLimit: 256 * 1024,
    // A photo may take a while from a cellar; headers may not.
    requestTimeout: 120_000,
    http: { headersTimeout: 15_000 },
    connectionTimeout: 30_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('identity', null);
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    strictTransportSecurity: false,
  });
  // By person where one is signed in: a control room has many consoles behind one address, and none may use up another's share.
  await app.register(rateLimit, {
    timeWindow: 60_000,
    keyGenerator: async (request) => {
      // Known already where the route asks for a permission.
      const identity = request.identity ?? (await options.access.identify(request.cookies[sessionCookieName]));
      return identity === null ? request.ip : `${signedInKey}${identity.tokenHash}`;
    },
    max: (_request, key) => (String(key).startsWith(signedInKey) ? requestsPerMinute.signedIn : requestsPerMinute.unknown),
  });
  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Gatewatch',
        description: 'Station telemetry and alarms for town gas. Errors are RFC 9457 problem documents.',
        version: '1',
      },
    },
    transform: jsonSchemaTransform,
  });

  // Without the slash the page would lie outside of its service worker.
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' && /^\/phone(\?|$)/.test(request.url))
      return reply.redirect(request.url.replace('/phone', '/phone/'), 308);
  });
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isSameOrigin(request.headers.origin, request.headers.host)) {
      await options.access.auditRefusal(null, `${request.method} ${shownUrl(request.url)} from origin ${request.headers.origin ?? ''}`);
      throw new ProblemError(403, 'Cross-origin request refused');
    }
    const { permission } = request.routeOptions.config;
    if (permission === undefined) return;
    request.identity = await options.access.identify(request.cookies[sessionCookieName]);
    if (request.identity === null) throw new ProblemError(401, 'Not signed in', { detail: 'Sign in first: POST /api/session' });
    if (!isAllowed(request.identity, permission, null)) {
      await options.access.auditRefusal(request.identity, `${request.method} ${shownUrl(request.url)}`);
      throw new ProblemError(403, 'Not allowed', { detail: `The role ${request.identity.role} lacks ${permission}` });
    }
    const sentFor = request.headers[personHeader];
    if (sentFor !== undefined && sentFor !== encodeURIComponent(request.identity.username)) {
      await options.access.auditRefusal(request.identity, `${request.method} ${request.url} in the name of somebody else`);
      throw new ProblemError(409, 'Somebody else is signed in', {
        detail: 'This was done by another person than the one who is signed in now. It was not applied.',
        extra: { reason: 'anotherPerson' },
      });
    }
  });

  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const send = (status: number, body: object, headers: Readonly<Record<string, string>> = {}) =>
      reply
        .code(status)
        .headers(headers)
        .type('application/problem+json')
        .serializer(JSON.stringify)
        .send({ ...body, instance: request.url });
    if (error instanceof ProblemError) return send(error.problem.status, error.problem, error.headers);
    if (hasZodFastifySchemaValidationErrors(error)) {
      const errors = error.validation.map((issue) => ({
        path: issue.instancePath.replace(/^\//, '').replaceAll('/', '.'),
        message: issue.message ?? 'invalid',
      }));
      return send(400, {
        type: 'about:blank',
        title: 'Bad input',
        status: 400,
        detail: errors.map((issue) => `${issue.path}: ${issue.message}`).join('; '),
        errors,
      });
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return send(status, { type: 'about:blank', title: error.message, status });
    options.log.error({ err: error, url: shownUrl(request.url) }, 'request failed');
    return send(500, {
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      detail: 'The server has written down what happened; what you sent was not applied.',
    });
  });
  const hasPage = (page: string) => options.dashboardDir !== null && existsSync(path.join(options.dashboardDir, page));
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html');
    // The phone is a page of its own: its service worker must see nothing of the control room.
    const page = request.url.startsWith('/phone/') ? 'phone/index.html' : 'index.html';
    if (wantsPage && hasPage(page)) return reply.header('cache-control', 'no-cache').sendFile(page);
    return reply
      .code(404)
      .type('application/problem+json')
      .send({
        type: 'about:blank',
        title: 'Not found',
        status: 404,
        detail: `${request.method} ${request.url} does not exist`,
        instance: request.url,
      });
  });
  if (options.dashboardDir !== null && existsSync(options.dashboardDir)) {
    await app.register(fastifyStatic, {
      root: options.dashboardDir,
      wildcard: false,
      // The build has written each text file compressed too.
      preCompressed: true,
      setHeaders: (reply, file) => {
        void reply.header(
          'cache-control',
          file.includes(`${path.sep}assets${path.sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      },
    });
  }
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => {
    void reply.send(app.swagger());
  });
  // The reference page brings its own styles and scripts inline; it alone gets a policy that allows its own.
  const reference: FastifyPluginAsync = async (scope) => {
    scope.addHook('onSend', (_request, reply, payload, done) => {
      void reply.header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:",
      );
      done(null, payload);
    });
    await scope.register(
      scalar as never,
      { routePrefix: '/docs', configuration: { url: '/openapi.json', withDefaultFonts: false } } as never,
    );
  };
  await app.register(reference);
  return app;
}

/** Of an address that is itself a secret (a link that acknowledges), journal and log hold the beginning. */
function shownUrl(url: string): string {
  return url.replace(/^\/a\/[^/?#]+/, '/a/…');
}

/** The identity of a route that names a permission. */
export function identityOf(request: FastifyRequest): Identity {
  if (request.identity === null) throw new ProblemError(401, 'Not signed in');
  return request.identity;
}
