// The HTTP border: Fastify with zod schemas, security headers, limits, problem documents, OpenAPI, and the dashboard's files. Routes live in their own files.
import { existsSync } from 'node:fs';
import path from 'node:path';
import compress from '@fastify/compress';
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
import { HistorianAwayError } from '../../historian/historian.ts';
import type { AccessControl } from '../access/access-control.ts';
import { type Identity, isAllowed } from '../access/identity.ts';
import { CommitUnknownError, isDatabaseAway } from '../journal/database-away.ts';
import { isSameOrigin } from './origin.ts';
import { ProblemError } from './problem-error.ts';
import { type Credentials, identityOfCredentials, shownCredential } from './request-identity.ts';
import { logRequest, requestIdHeader, requestIdOf, shownUrl } from './request-log.ts';
import { knownDevice, sessionCookieName } from './session-cookie.ts';
import { readTlsFiles } from './tls-files.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the route names a permission. */
    identity: Identity | null;
    /** The refusal of this request is in the journal. */
    isRefusalTold: boolean;
  }
  interface FastifyContextConfig {
    /** What the person must be allowed to do; absent for public routes. */
    permission?: Permission;
  }
}

/** Of one session, and of one address where nobody is signed in. */
const requestsPerMinute = { signedIn: 6_000, unknown: 1_200 } as const;
const signedInKey = 'session ';
/** Less than this travels in a few packets anyway. */
const compressedFromBytes = 4_096;
const notAllowedTitle = 'Not allowed';
const credentialsOf = (request: FastifyRequest): Credentials => ({
  authorization: request.headers.authorization,
  session: request.cookies[sessionCookieName],
  from: request.ip,
});

export async function createApp(options: { readonly access: AccessControl; readonly log: Logger; readonly dashboardDir: string | null }) {
  const { tls, trustedProxies } = options.access.policy;
  const app = Fastify({
    // What is served is the same; only the listener differs.
    ...({ https: tls === undefined ? null : readTlsFiles(tls) } as { https: null }),
    loggerInstance: options.log as never,
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: false,
    genReqId: requestIdOf,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: 256 * 1024,
    // A photo may take a while from a cellar; headers may not.
    requestTimeout: 120_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    connectionTimeout: 30_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    // What the router itself refuses comes before every hook: an address that cannot be read, or is too long.
    frameworkErrors: (error, request, reply) => {
      const status = error.statusCode ?? 400;
      const title = error.message.replace(/'.*/, '').trim();
      void reply
        .code(status as never)
        .header(requestIdHeader, request.id)
        .type('application/problem+json');
      const instance = shownUrl(request.url).slice(0, 200);
      reply.serializer(JSON.stringify).send({ type: 'about:blank', title, status, instance, requestId: request.id } as never);
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('identity', null);
  app.decorateRequest('isRefusalTold', false);
  // First of all hooks: also what is refused at the door bears it.
  app.addHook('onRequest', async (request, reply) => void reply.header(requestIdHeader, request.id));
  app.addHook('onResponse', async (request, reply) => logRequest(options.log, request, reply));
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
    // Only where browsers come by https to this server itself: a proxy in front says it for its own.
    strictTransportSecurity: tls?.isStrict === true ? { maxAge: 365 * 86_400, includeSubDomains: false } : false,
  });
  // JSON and text, and not the small; what is packed by itself (zip, Parquet, pictures) is left alone. A secret (of a session, a token, a link) stands in no
  // large body, so that what somebody else makes one repeat tells him nothing by its length (BREACH). Requests are never unpacked. Level 3 takes 0.7 ms of another thread for 250 kB; level 6 takes 1.7 ms for a tenth less.
  await app.register(compress, {
    threshold: compressedFromBytes,
    encodings: ['gzip'],
    zlibOptions: { level: 3 },
    globalDecompression: false,
  });
  // By person where one is signed in: a control room has many consoles behind one address, and none may use up another's share.
  await app.register(rateLimit, {
    timeWindow: 60_000,
    keyGenerator: async (request) => {
      // Known already where the route asks for a permission.
      const identity = request.identity ?? (await identityOfCredentials(options.access, credentialsOf(request)));
      if (identity !== null) return `${signedInKey}${identity.tokenHash}`;
      // A browser in which somebody has signed in before keeps its own share: who floods from behind the same proxy must not keep it from signing in again.
      const device = knownDevice(request, options.access.key);
      return device === null ? request.ip : `device ${device}`;
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
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: sessionCookieName },
          token: { type: 'http', scheme: 'bearer', description: 'A token of an integration: reads, never acts.' },
        },
      },
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route);
      const permission = (route.route.config as { permission?: Permission } | undefined)?.permission;
      // What the caller must be allowed to do, for those who make a token.
      return {
        url,
        schema: permission === undefined ? schema : { ...schema, 'x-permission': permission, security: [{ session: [] }, { token: [] }] },
      };
    },
  });

  // Without the slash the page would lie outside of its service worker.
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' && /^\/phone(\?|$)/.test(request.url))
      return reply.redirect(request.url.replace('/phone', '/phone/'), 308);
  });
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isSameOrigin(request.headers.origin, request.headers.host)) {
      const origin = (request.headers.origin ?? '').slice(0, 200);
      await options.access.auditRefusal(null, `${request.method} ${shownUrl(request.url)} from origin ${origin}`, request.ip);
      throw new ProblemError(403, 'Cross-origin request refused');
    }
    const { permission } = request.routeOptions.config;
    if (permission === undefined) return;
    const credentials = credentialsOf(request);
    request.identity = await identityOfCredentials(options.access, credentials);
    if (request.identity === null) {
      const shown = shownCredential(credentials);
      await options.access.auditRefusal(null, `${request.method} ${shownUrl(request.url)} with ${shown}`, request.ip);
      throw new ProblemError(401, 'Not signed in', {
        detail: shown === 'token' ? 'The token is unknown, expired or revoked.' : 'Sign in first: POST /api/session',
      });
    }
    if (!isAllowed(request.identity, permission, null)) {
      request.isRefusalTold = true;
      await options.access.auditRefusal(request.identity, `${request.method} ${shownUrl(request.url)}`);
      throw notAllowed(request.identity, permission);
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
        .send({ ...body, instance: request.url, requestId: request.id });
    if (error instanceof ProblemError) {
      // What a route itself does not allow is told here; the door has told its own.
      if (error.problem.title === notAllowedTitle && !request.isRefusalTold && request.identity !== null)
        void options.access.auditRefusal(request.identity, `${request.method} ${shownUrl(request.url)}`).catch(() => undefined);
      return send(error.problem.status, error.problem, error.headers);
    }
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
    options.log.error({ err: error, requestId: request.id, url: shownUrl(request.url) }, 'request failed');
    if (isDatabaseAway(error))
      return send(
        503,
        {
          type: 'about:blank',
          title: 'The journal cannot be written or read at this moment',
          status: 503,
          detail:
            error instanceof CommitUnknownError
              ? 'Whether what you sent was stored is not known: look at the newest state before you send it again.'
              : 'Nothing of what you sent was stored. Send it again in a few seconds.',
          code: 'journalAway',
        },
        { 'retry-after': '3' },
      );
    if (error instanceof HistorianAwayError)
      return send(
        503,
        {
          type: 'about:blank',
          title: 'History cannot be read at this moment',
          status: 503,
          detail: 'The store of readings is away and is tried again by itself: the health page says why. Alarms and live values go on.',
          code: 'historyAway',
        },
        { 'retry-after': '3' },
      );
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
        requestId: request.id,
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

function notAllowed(identity: Identity, permission: Permission): ProblemError {
  if (identity.mustDo === 'changePassword')
    return new ProblemError(403, 'Password to be changed', { detail: 'Change your password first.', extra: { reason: identity.mustDo } });
  if (identity.mustDo === 'enrolSecondFactor')
    return new ProblemError(403, 'Second factor to be set up', {
      detail: 'Your role needs a second factor: set it up first.',
      extra: { reason: identity.mustDo },
    });
  const who = identity.kind === 'token' ? 'This token' : `The role ${identity.role}`;
  return new ProblemError(403, notAllowedTitle, { detail: `${who} lacks ${permission}` });
}

/** The identity of a route that names a permission. */
export function identityOf(request: FastifyRequest): Identity {
  if (request.identity === null) throw new ProblemError(401, 'Not signed in');
  return request.identity;
}
