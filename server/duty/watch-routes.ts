// The watch over HTTP: /api/duty/now, /api/watches, /api/handovers, /api/watch-log, /api/watch-checks, /api/duty/notices.
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  type DutyNow,
  dutyNowSchema,
  endWatchSchema,
  handOverSchema,
  handoverDraftSchema,
  handoverLineSchema,
  handoverViewSchema,
  logEntryViewSchema,
  newLogEntrySchema,
  takeWatchSchema,
  watchCheckViewSchema,
  watchViewSchema,
} from '../../domain/api/watch-api.ts';
import type { HandoverDocument } from '../../domain/duty/handover.ts';
import { type DutyPlace, type ShiftInstance, shiftsAfter, shiftsAt } from '../../domain/duty/roster.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import type { AccessControl, Proof } from '../access/access-control.ts';
import { actorOf, type Identity, isAllowed, maySee } from '../access/identity.ts';
import { codeNeeded } from '../access/second-person.ts';
import { identityOf } from '../http/create-app.ts';
import { momentSchema } from '../http/moment.ts';
import { ProblemError } from '../http/problem-error.ts';
import { knownDevice, rememberDevice, setSessionCookie } from '../http/session-cookie.ts';
import type { DutyNotice, DutyNotices } from './duty-notices.ts';
import { entryView } from './duty-routes.ts';
import type { HandoverDocuments } from './handover-document.ts';
import type { RosterStore } from './roster-store.ts';
import type { WatchChecks } from './watch-checks.ts';
import type { WatchLog } from './watch-log.ts';
import type { StoredHandover, Watch, WatchStore } from './watch-store.ts';

export interface WatchRouteOptions {
  readonly plant: Plant;
  readonly place: DutyPlace;
  readonly access: AccessControl;
  readonly roster: RosterStore;
  readonly watches: WatchStore;
  readonly checks: WatchChecks;
  readonly log: WatchLog;
  readonly notices: DutyNotices;
  readonly documents: HandoverDocuments;
  readonly clock: Clock;
  readonly announce: () => void;
}

const params = z.object({ id: z.string() });
const dayMs = 86_400_000;
const periodSchema = z.object({
  from: momentSchema.optional(),
  to: momentSchema.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

export function watchRoutes(options: WatchRouteOptions): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(nowRoutes(options));
    await app.register(consoleRoutes(options));
    await app.register(handoverRoutes(options));
    await app.register(recordRoutes(options));
  };
}

function nowRoutes({ plant, place, access, roster, watches, checks, notices, clock, announce }: WatchRouteOptions): FastifyPluginAsyncZod {
  const shiftView = ({ shift, date, startMs, endMs }: ShiftInstance) => ({ shiftId: shift.id, date, startMs, endMs });

  async function now(identity: Identity): Promise<DutyNow> {
    const nowMs = clock.nowMs();
    const today = dateAt(nowMs, place.timeZone);
    const shifts = shiftsAt(place, nowMs);
    const [next] = shiftsAfter(place, nowMs);
    const entries = await roster.between(addDays(today, -1), addDays(today, 3));
    const inShift = (instance: ShiftInstance) =>
      entries.filter((entry) => entry.date === instance.date && entry.shiftId === instance.shift.id);
    const open = await watches.open();
    const signedIn = await access.sessions.signedIn();
    const consoles = [];
    // A console that the plan no longer has is shown while somebody has its watch.
    const consoleIds = new Set([...plant.duty.consoles.map((console) => console.id), ...open.map((watch) => watch.consoleId)]);
    for (const consoleId of consoleIds) {
      const watch = open.find((candidate) => candidate.consoleId === consoleId);
      consoles.push({
        consoleId,
        watch: watch === undefined ? null : { ...watchView(watch, signedIn), lastCheck: await checks.lastOf(watch.username) },
        emptySinceMs: watch === undefined ? await watches.lastEndMs(consoleId) : null,
      });
    }
    return {
      serverTimeMs: nowMs,
      shifts: shifts.map(shiftView),
      onDuty: shifts.flatMap(inShift).map(entryView),
      next: next === undefined ? null : { ...shiftView(next), entries: inShift(next).map(entryView) },
      consoles,
      notices: (await notices.open()).map(noticeView).filter((notice) => notice.stationId === null || maySee(identity, notice.stationId)),
    };
  }

  return async (app) => {
    app.get('/api/duty/now', { schema: { response: { 200: dutyNowSchema } }, config: { permission: 'duty.read' } }, (request) =>
      now(identityOf(request)),
    );

    app.post(
      '/api/duty/notices/:id/close',
      { schema: { params, response: { 204: z.null() } }, config: { permission: 'duty.watch' } },
      async (request, reply) => {
        if (!(await notices.close(request.params.id, actorOf(identityOf(request)))))
          throw new ProblemError(404, 'Not found', { detail: 'This notice has been closed already.' });
        announce();
        return reply.code(204).send(null);
      },
    );
  };
}

function consoleRoutes({ plant, access, watches, notices, announce }: WatchRouteOptions): FastifyPluginAsyncZod {
  const config = { permission: 'duty.watch' } as const;
  const response = { 200: watchViewSchema };

  return async (app) => {
    app.post('/api/watches', { schema: { body: takeWatchSchema, response }, config }, async (request) => {
      const identity = identityOf(request);
      const { consoleId, withoutHandover } = request.body;
      if (plant.duty.consoles.every((console) => console.id !== consoleId))
        throw new ProblemError(400, 'Bad input', {
          detail: `There is no console ${consoleId}`,
          extra: { errors: [{ path: 'consoleId', message: `known are ${plant.duty.consoles.map((console) => console.id).join(', ')}` }] },
        });
      const result = await watches.take(consoleId, identity, withoutHandover?.reason ?? null);
      if (result.kind !== 'done') throw heldProblem(result.kind === 'ended' ? null : result.watch);
      if (result.relieved !== undefined) {
        await notices.raise({
          key: `withoutHandover/${result.watch.id}`,
          kind: 'withoutHandover',
          stationId: null,
          alarmId: null,
          occurrenceId: null,
          detail: {
            consoleId,
            username: result.relieved.username,
            displayName: result.relieved.displayName,
            reason: withoutHandover?.reason ?? '',
          },
          fromSequence: 1,
        });
      }
      announce();
      return { ...watchView(result.watch, await access.sessions.signedIn()), lastCheck: null };
    });

    app.post(
      '/api/watches/:id/end',
      { schema: { params, body: endWatchSchema, response: { 204: z.null() } }, config },
      async (request, reply) => {
        const result = await watches.end(request.params.id, identityOf(request), request.body.reason);
        if (result.kind === 'ended') throw endedProblem();
        if (result.kind !== 'done') throw notYoursProblem(result.watch);
        announce();
        return reply.code(204).send(null);
      },
    );
  };
}

function handoverRoutes({ access, watches, documents, clock, announce }: WatchRouteOptions): FastifyPluginAsyncZod {
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

function recordRoutes({ plant, checks, log, clock, announce }: WatchRouteOptions): FastifyPluginAsyncZod {
  const period = (query: z.output<typeof periodSchema>) => {
    const toMs = query.to ?? clock.nowMs() + 1;
    return { fromMs: query.from ?? toMs - 7 * dayMs, toMs };
  };

  return async (app) => {
    app.get(
      '/api/watch-log',
      { schema: { querystring: periodSchema, response: { 200: z.array(logEntryViewSchema) } }, config: { permission: 'duty.read' } },
      async (request) => {
        const identity = identityOf(request);
        const { fromMs, toMs } = period(request.query);
        const entries = [...(await log.open()), ...(await log.between(fromMs, toMs, request.query.limit))];
        return [...new Map(entries.map((entry) => [entry.id, entry])).values()]
          .filter((entry) => entry.stationId === null || maySee(identity, entry.stationId))
          .toSorted((a, b) => b.atMs - a.atMs);
      },
    );

    app.post(
      '/api/watch-log',
      { schema: { body: newLogEntrySchema, response: { 201: logEntryViewSchema } }, config: { permission: 'duty.watch' } },
      async (request, reply) => {
        const identity = identityOf(request);
        const { stationId } = request.body;
        if (stationId !== null && (!plant.stationIndexById.has(stationId) || !maySee(identity, stationId)))
          throw new ProblemError(400, 'Bad input', {
            detail: `There is no station ${stationId}`,
            extra: { errors: [{ path: 'stationId', message: `no station ${stationId}` }] },
          });
        const entry = await log.write(request.body, identity);
        announce();
        return reply.code(201).send(entry);
      },
    );

    app.post(
      '/api/watch-log/:id/close',
      { schema: { params, response: { 200: logEntryViewSchema } }, config: { permission: 'duty.watch' } },
      async (request) => {
        const entry = await log.close(request.params.id, identityOf(request));
        if (entry === null) throw new ProblemError(404, 'Not found', { detail: 'There is no such entry of the watch log.' });
        announce();
        return entry;
      },
    );

    app.get(
      '/api/watch-checks',
      { schema: { querystring: periodSchema, response: { 200: z.array(watchCheckViewSchema) } }, config: { permission: 'duty.read' } },
      (request) => {
        const { fromMs, toMs } = period(request.query);
        return checks.between(fromMs, toMs, request.query.limit);
      },
    );

    app.get(
      '/api/watch-checks/open',
      { schema: { response: { 200: z.array(watchCheckViewSchema) } }, config: { permission: 'duty.watch' } },
      (request) => checks.openFor(identityOf(request).username),
    );

    app.post(
      '/api/watch-checks/:id/answer',
      { schema: { params, response: { 200: watchCheckViewSchema } }, config: { permission: 'duty.watch' } },
      async (request) => {
        const result = await checks.answer(request.params.id, identityOf(request));
        switch (result.kind) {
          case 'done':
            return result.check;
          case 'unknown':
            throw new ProblemError(404, 'Not found', { detail: 'There is no such watch check.' });
          case 'notYours':
            throw new ProblemError(422, 'Refused', { detail: 'A watch check is answered by the person who has the watch.' });
          case 'tooLate':
            throw new ProblemError(409, 'Too late', {
              detail: 'The time to answer is over: the check stands as it was written down.',
              extra: { current: result.check },
            });
        }
      },
    );
  };
}

function watchView(watch: Watch, signedIn: ReadonlySet<string>) {
  const { id, consoleId, username, displayName, startedAtMs, handoverId, withoutHandoverReason } = watch;
  return { id, consoleId, username, displayName, startedAtMs, handoverId, withoutHandoverReason, isSignedIn: signedIn.has(username) };
}

function handoverView({ id, sha256, document }: StoredHandover) {
  return { id, sha256, document };
}

function noticeView(notice: DutyNotice): DutyNow['notices'][number] {
  const text = (name: string) => (typeof notice.detail[name] === 'string' ? (notice.detail[name] as string) : null);
  const { id, kind, openedAtMs, lastAtMs, times } = notice;
  return {
    id,
    kind,
    openedAtMs,
    lastAtMs,
    times,
    stationId: text('stationId'),
    alarmId: text('alarmId'),
    consoleId: text('consoleId'),
    displayName: text('displayName') ?? text('username'),
    reason: text('reason'),
  };
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

function heldProblem(watch: Watch | null): ProblemError {
  if (watch === null) return endedProblem();
  return new ProblemError(409, 'Somebody has this console', {
    detail: `${watch.displayName} has had the watch of ${watch.consoleId} since ${new Date(watch.startedAtMs).toISOString()}: he hands it over, or it is taken without him with a reason.`,
    extra: { by: watch.username, atMs: watch.startedAtMs },
  });
}

function endedProblem(): ProblemError {
  return new ProblemError(409, 'The watch has ended', { detail: 'This watch has been handed over, taken over or ended already.' });
}

function notYoursProblem(watch: Watch): ProblemError {
  return new ProblemError(422, 'Refused', { detail: `${watch.displayName} has this watch, and he ends it or hands it over.` });
}
