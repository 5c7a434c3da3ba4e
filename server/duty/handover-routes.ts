// Handing the watch over, over HTTP: the draft, both signatures, and what was handed over before. /api/watches/:id/handover, /api/handovers.
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { handOverSchema, handoverDraftSchema, handoverLineSchema, handoverViewSchema } from '../../domain/api/watch-api.ts';
import type { HandoverDocument } from '../../domain/duty/handover.ts';
import type { Proof } from '../access/access-control.ts';
import { type Identity, isAllowed, maySee } from '../access/identity.ts';
import { codeNeeded } from '../access/second-person.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import { knownDevice, rememberDevice, setSessionCookie } from '../http/session-cookie.ts';
import { endedProblem, notYoursProblem } from './watch-problems.ts';
import type { WatchRouteOptions } from './watch-routes.ts';
import type { StoredHandover } from './watch-store.ts';

const params = z.object({ id: z.string() });

export function handoverRoutes({ access, watches, documents, clock, announce }: WatchRouteOptions): FastifyPluginAsyncZod {
  const config = { permission: 'duty.watch' } as const;

  return async (app) => {
    app.get('/api/watches/:id/handover', { schema: { params, response: { 200: handoverDraftSchema } }, config }, async (request) => {
      const identity = identityOf(request);
      const watch = await watches.find(request.params.id);
      if (watch === null || watch.endedAtMs !== null) throw endedProblem();
      if (watch.username !== identity.username) throw notYoursProblem(watch);
      const { draft, document } = await documents.draft(watch, clock.nowMs(), (stationId) => maySee(identity, stationId));
      return { draftId: draft.id, document };
    });

    app.post(
      '/api/watches/:id/handover',
      {
        schema: { params, body: handOverSchema, response: { 200: handoverViewSchema } },
        config: { ...config, rateLimit: { max: 60, timeWindow: 60_000 } },
      },
      async (request, reply) => {
        const identity = identityOf(request);
        const { to, draftId, notes } = request.body;
        const draft = documents.findDraft(draftId, request.params.id);
        if (draft === null)
          throw new ProblemError(409, 'Read it again', { detail: 'The draft is no longer known: read the list again, then sign.' });
        if (to.username === identity.username)
          throw new ProblemError(422, 'Refused', { detail: 'Nobody hands over to himself: the next person signs.' });
        const next = await signInNext(to, request, identity);
        const result = await watches.handOver(request.params.id, identity, next.identity, (watch, signedAtMs) =>
          documents.sign(watch, draft, { to: next.identity, signedAtMs, notes }, (stationId) => maySee(identity, stationId)),
        );
        if (result.kind !== 'signed') {
          await access.sessions.signOut(next.identity);
          throw result.kind === 'ended' ? endedProblem() : notYoursProblem(result.watch);
        }
        // The console is his from now on: this browser goes on in his name, so that nobody acts in the name of who has gone.
        setSessionCookie(request, reply, { token: next.token, expiresAtMs: next.identity.expiresAtMs });
        rememberDevice(request, reply, access.key, next.identity.username);
        await access.sessions.signOut(identity);
        announce();
        return handoverView(result.handover);
      },
    );

    app.get(
      '/api/handovers',
      {
        schema: {
          querystring: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
          response: { 200: z.array(handoverLineSchema) },
        },
        config: { permission: 'duty.read' },
      },
      async (request) =>
        (await watches.handovers(request.query.limit)).map((row) => ({
          id: row.handover_id,
          consoleId: row.console_id,
          fromUsername: row.from_username,
          toUsername: row.to_username,
          signedAtMs: row.signed_at_ms,
        })),
    );

    app.get(
      '/api/handovers/:id',
      { schema: { params, response: { 200: handoverViewSchema } }, config: { permission: 'duty.read' } },
      async (request) => {
        const identity = identityOf(request);
        const handover = await watches.handover(request.params.id);
        if (handover === null) throw new ProblemError(404, 'Not found', { detail: `There is no handover ${request.params.id}` });
        return handoverView({ ...handover, document: visiblePart(handover.document, identity) });
      },
    );
  };

  async function signInNext(to: Proof, request: FastifyRequest, identity: Identity) {
    const result = await access.signIn(to, request.ip, { device: knownDevice(request, access.key, to.username) });
    if (result.kind === 'codeNeeded') throw codeNeeded('The next person has a second factor: give a right code of it too.');
    if (result.kind === 'wait')
      throw new ProblemError(429, 'Too many failed tries', { detail: `Try again in ${Math.ceil(result.retryInMs / 1_000)} s.` });
    if (result.kind === 'refused')
      throw new ProblemError(403, 'Signature refused', { detail: 'The name or the password of the next person is wrong.' });
    if (!isAllowed(result.identity, 'duty.watch', null)) {
      await access.sessions.signOut(result.identity);
      await access.auditRefusal(identity, `handover to ${to.username}`);
      const why =
        result.identity.mustDo === null
          ? `The role ${result.identity.role} may not have a watch.`
          : 'The next person must sign in alone first: a new password or a second factor is asked for.';
      throw new ProblemError(403, 'Signature refused', { detail: why });
    }
    return result;
  }
}

function handoverView({ id, sha256, document }: StoredHandover) {
  return { id, sha256, document };
}

/** Of stations that the reader may not see, nothing. */
function visiblePart(document: HandoverDocument, identity: Identity): HandoverDocument {
  const seen = <T extends { readonly stationId: string }>(items: readonly T[]): T[] =>
    items.filter((item) => maySee(identity, item.stationId));
  return {
    ...document,
    alarms: seen(document.alarms),
    shelved: seen(document.shelved),
    outOfService: seen(document.outOfService),
    suppressed: seen(document.suppressed),
    work: seen(document.work),
    incidents: seen(document.incidents),
    openNotes: document.openNotes.filter((note) => note.stationId === null || maySee(identity, note.stationId)),
  };
}
