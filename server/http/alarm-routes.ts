// Alarms and what people do about them: /api/alarms, /api/alarms/{id}, its actions, and /api/journal.
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type AlarmState, alarmStates, needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { alarmPriorities, priorityNumber } from '../../domain/alarms/priority.ts';
import {
  type AlarmView,
  acknowledgeManyResultSchema,
  acknowledgeManySchema,
  acknowledgeSchema,
  alarmViewSchema,
  commentSchema,
  removeFromServiceSchema,
  resetSchema,
  returnToServiceSchema,
  shelveSchema,
  unshelveSchema,
} from '../../domain/api/alarm-api.ts';
import { alarmDefinitionViewSchema } from '../../domain/api/plant-api.ts';
import { journalEntrySchema } from '../../domain/journal/journal-entry.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { actorOf, type Identity, maySee } from '../access/identity.ts';
import { approveBySecondPerson } from '../access/second-person.ts';
import { acknowledgeMany } from '../alarms/acknowledge-many.ts';
import type { LifecycleEvent } from '../alarms/alarm-machine.ts';
import { stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import { type AlarmViews, definitionView } from '../alarms/alarm-view.ts';
import { refusalText } from '../alarms/refusal-text.ts';
import type { Database } from '../journal/database.ts';
import { readJournal } from '../journal/journal.ts';
import { identityOf } from './create-app.ts';
import { momentSchema } from './moment.ts';
import { ProblemError } from './problem-error.ts';

export function alarmRoutes(options: {
  readonly plant: Plant;
  readonly store: AlarmStore;
  readonly views: AlarmViews;
  readonly access: AccessControl;
  readonly database: Database;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { plant, store, views, access, database, clock } = options;
  const stationOf = (stationIndex: number) => plant.stations[stationIndex]?.id ?? '';

  function visible(identity: Identity, id: string) {
    const found = store.find(id);
    if (found === null || !maySee(identity, stationOf(found.definition.stationIndex)))
      throw new ProblemError(404, 'Not found', { detail: `There is no alarm ${id}` });
    return found;
  }

  async function act(
    request: FastifyRequest,
    id: string,
    version: number,
    event: LifecycleEvent,
    detail: Readonly<Record<string, unknown>> = {},
    actionId?: string,
  ): Promise<AlarmView> {
    const identity = identityOf(request);
    const { definition } = visible(identity, id);
    const result = await store.act(id, version, actorOf(identity), event, detail, actionId);
    switch (result.kind) {
      case 'unknown':
        throw new ProblemError(404, 'Not found');
      case 'conflict':
        throw new ProblemError(409, 'Somebody was quicker', {
          detail:
            result.record.changedBy === null
              ? 'The alarm has changed since you saw it.'
              : `${result.record.changedBy} has acted on this alarm since you saw it.`,
          extra: {
            current: views.view(definition, result.record),
            by: result.record.changedBy,
            what: result.record.changedWhat,
            atMs: result.record.changedAtMs,
          },
        });
      case 'refused':
        throw new ProblemError(422, 'Refused', { detail: refusalText[result.reason], extra: { reason: result.reason } });
      case 'done':
        return views.view(definition, result.record);
    }
  }

  const params = z.object({ id: z.string() });
  const response = { 200: alarmViewSchema };

  return async (app) => {
    app.get(
      '/api/alarms',
      {
        schema: {
          querystring: z.object({
            state: z.enum([...alarmStates, 'active', 'unacknowledged', 'all']).optional(),
            station: z.string().optional(),
            priority: z.enum(alarmPriorities).optional(),
            limit: z.coerce.number().int().min(1).max(50_000).default(10_000),
          }),
          response: { 200: z.array(alarmViewSchema) },
        },
        config: { permission: 'alarms.read' },
      },
      async (request) => {
        const identity = identityOf(request);
        const { state, station, priority, limit } = request.query;
        const wanted = (actual: AlarmState, isConditionTrue: boolean): boolean => {
          if (state === undefined) return actual !== 'normal';
          if (state === 'all') return true;
          if (state === 'active') return isConditionTrue;
          if (state === 'unacknowledged') return needsAcknowledgement(actual);
          return actual === state;
        };
        return store
          .all()
          .filter(({ definition, record }) => {
            const stationId = stationOf(definition.stationIndex);
            if (
              !maySee(identity, stationId) ||
              (station !== undefined && stationId !== station) ||
              (priority !== undefined && definition.priority !== priority)
            )
              return false;
            return wanted(stateOf(record), record.isConditionTrue);
          })
          .map(({ definition, record }) => views.view(definition, record))
          .toSorted(
            (a, b) =>
              Number(needsAcknowledgement(b.state)) - Number(needsAcknowledgement(a.state)) ||
              priorityNumber[a.priority] - priorityNumber[b.priority] ||
              (b.raisedAtMs ?? 0) - (a.raisedAtMs ?? 0),
          )
          .slice(0, limit);
      },
    );

    app.get(
      '/api/alarms/:id',
      {
        schema: { params, response: { 200: alarmViewSchema.extend({ definition: alarmDefinitionViewSchema }) } },
        config: { permission: 'alarms.read' },
      },
      async (request) => {
        const { definition, record } = visible(identityOf(request), request.params.id);
        return { ...views.view(definition, record), definition: definitionView(plant, definition) };
      },
    );

    app.post(
      '/api/alarms/acknowledge',
      {
        schema: { body: acknowledgeManySchema, response: { 200: acknowledgeManyResultSchema } },
        config: { permission: 'alarms.acknowledge' },
      },
      async (request) => {
        const identity = identityOf(request);
        const { items, comment = null } = request.body;
        const results = await acknowledgeMany(store, items, {
          actor: actorOf(identity),
          by: identity.username,
          atMs: clock.nowMs(),
          comment,
          maySee: (definition) => maySee(identity, stationOf(definition.stationIndex)),
        });
        return {
          results: results.map((result) => {
            if (result.kind === 'refused') return { ...result, detail: refusalText[result.reason] };
            const { id, definition, record } = result;
            const alarm = views.view(definition, record);
            if (result.kind === 'done') return { kind: 'done' as const, id, alarm };
            return {
              kind: 'conflict' as const,
              id,
              current: alarm,
              by: record.changedBy,
              what: record.changedWhat,
              atMs: record.changedAtMs,
            };
          }),
        };
      },
    );

    app.post(
      '/api/alarms/:id/acknowledge',
      { schema: { params, body: acknowledgeSchema, response }, config: { permission: 'alarms.acknowledge' } },
      (request) => {
        const { version, comment = null, actionId, madeAtMs } = request.body;
        return act(
          request,
          request.params.id,
          version,
          { kind: 'acknowledge', atMs: clock.nowMs(), by: identityOf(request).username, comment },
          { ...(actionId === undefined ? {} : { actionId }), ...(madeAtMs === undefined ? {} : { madeAtMs }) },
          actionId,
        );
      },
    );

    app.post(
      '/api/alarms/:id/reset',
      { schema: { params, body: resetSchema, response }, config: { permission: 'alarms.reset' } },
      (request) =>
        act(request, request.params.id, request.body.version, {
          kind: 'reset',
          atMs: clock.nowMs(),
          by: identityOf(request).username,
          comment: request.body.comment ?? null,
        }),
    );

    app.post(
      '/api/alarms/:id/comment',
      { schema: { params, body: commentSchema, response }, config: { permission: 'alarms.comment' } },
      (request) =>
        act(request, request.params.id, request.body.version, {
          kind: 'comment',
          atMs: clock.nowMs(),
          by: identityOf(request).username,
          comment: request.body.comment,
        }),
    );

    app.post(
      '/api/alarms/:id/shelve',
      { schema: { params, body: shelveSchema, response }, config: { permission: 'alarms.shelve' } },
      async (request) => {
        const identity = identityOf(request);
        const stationId = stationOf(visible(identity, request.params.id).definition.stationIndex);
        const { approver } = request.body;
        const approvedBy =
          approver === undefined ? null : await approveBySecondPerson(access, identity, approver, 'alarms.shelve', stationId);
        const { reason, untilMs, version } = request.body;
        return act(request, request.params.id, version, {
          kind: 'shelve',
          atMs: clock.nowMs(),
          by: identity.username,
          reason,
          untilMs,
          approvedBy,
        });
      },
    );

    app.post(
      '/api/alarms/:id/unshelve',
      { schema: { params, body: unshelveSchema, response }, config: { permission: 'alarms.shelve' } },
      (request) =>
        act(request, request.params.id, request.body.version, {
          kind: 'unshelve',
          atMs: clock.nowMs(),
          by: identityOf(request).username,
          comment: request.body.comment ?? null,
        }),
    );

    app.post(
      '/api/alarms/:id/remove-from-service',
      { schema: { params, body: removeFromServiceSchema, response }, config: { permission: 'alarms.removeFromService' } },
      async (request) => {
        const identity = identityOf(request);
        const stationId = stationOf(visible(identity, request.params.id).definition.stationIndex);
        const approvedBy = await approveBySecondPerson(access, identity, request.body.approver, 'alarms.removeFromService', stationId);
        const { permit, compensatingMeasure, untilMs, version } = request.body;
        return act(request, request.params.id, version, {
          kind: 'removeFromService',
          atMs: clock.nowMs(),
          by: identity.username,
          approvedBy,
          permit,
          compensatingMeasure,
          untilMs,
        });
      },
    );

    app.post(
      '/api/alarms/:id/return-to-service',
      { schema: { params, body: returnToServiceSchema, response }, config: { permission: 'alarms.removeFromService' } },
      (request) =>
        act(request, request.params.id, request.body.version, {
          kind: 'returnToService',
          atMs: clock.nowMs(),
          by: identityOf(request).username,
          comment: request.body.comment ?? null,
        }),
    );

    app.get(
      '/api/journal',
      {
        schema: {
          querystring: z.object({
            from: momentSchema.optional(),
            to: momentSchema.optional(),
            station: z.string().optional(),
            alarm: z.string().optional(),
            before: z.coerce.number().int().optional(),
            limit: z.coerce.number().int().min(1).max(5_000).default(500),
          }),
          response: { 200: z.array(journalEntrySchema) },
        },
        config: { permission: 'journal.read' },
      },
      async (request) => {
        const identity = identityOf(request);
        const { station, alarm } = request.query;
        if (station !== undefined && !maySee(identity, station))
          throw new ProblemError(404, 'Not found', { detail: `There is no station ${station}` });
        const stationIds = station === undefined ? (identity.stationIds === null ? undefined : [...identity.stationIds]) : [station];
        const alarmId = alarm === undefined ? undefined : visible(identity, alarm).definition.id;
        return [
          ...(await readJournal(database, {
            fromMs: request.query.from,
            toMs: request.query.to,
            stationIds,
            alarmId,
            beforeSequence: request.query.before,
            limit: request.query.limit,
          })),
        ];
      },
    );
  };
}
