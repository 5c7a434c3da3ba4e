// The watch over HTTP: /api/duty/now, /api/duty/notices, /api/watches; handing over and what is written during a watch come from their own files.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type DutyNow, dutyNowSchema, endWatchSchema, takeWatchSchema, watchViewSchema } from '../../domain/api/watch-api.ts';
import { type DutyPlace, type ShiftInstance, shiftsAfter, shiftsAt } from '../../domain/duty/roster.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import type { AccessControl } from '../access/access-control.ts';
import { actorOf, type Identity, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { DutyNotice, DutyNotices } from './duty-notices.ts';
import { entryView } from './duty-routes.ts';
import type { HandoverDocuments } from './handover-document.ts';
import { handoverRoutes } from './handover-routes.ts';
import type { RosterStore } from './roster-store.ts';
import type { WatchChecks } from './watch-checks.ts';
import type { WatchLog } from './watch-log.ts';
import { endedProblem, notYoursProblem } from './watch-problems.ts';
import { watchRecordRoutes } from './watch-record-routes.ts';
import type { Watch, WatchStore } from './watch-store.ts';

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
export function watchRoutes(options: WatchRouteOptions): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(nowRoutes(options));
    await app.register(consoleRoutes(options));
    await app.register(handoverRoutes(options));
    await app.register(watchRecordRoutes(options));
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

function watchView(watch: Watch, signedIn: ReadonlySet<string>) {
  const { id, consoleId, username, displayName, startedAtMs, handoverId, withoutHandoverReason } = watch;
  return { id, consoleId, username, displayName, startedAtMs, handoverId, withoutHandoverReason, isSignedIn: signedIn.has(username) };
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

function heldProblem(watch: Watch | null): ProblemError {
  if (watch === null) return endedProblem();
  return new ProblemError(409, 'Somebody has this console', {
    detail: `${watch.displayName} has had the watch of ${watch.consoleId} since ${new Date(watch.startedAtMs).toISOString()}: he hands it over, or it is taken without him with a reason.`,
    extra: { by: watch.username, atMs: watch.startedAtMs },
  });
}
