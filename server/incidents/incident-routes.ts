// Incidents over HTTP: the board, one incident, opening, acting, closing, and the plan of a station.
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  type ActionAnswer,
  actionAnswerSchema,
  incidentSummarySchema,
  incidentViewSchema,
  openIncidentSchema,
} from '../../domain/api/incident-api.ts';
import { type IncidentRecord, incidentKinds, type Person, reportFieldsSchema } from '../../domain/incidents/incident.ts';
import {
  type ClosingAction,
  closingActionSchema,
  type IncidentAction,
  incidentActionSchema,
} from '../../domain/incidents/incident-action.ts';
import type { IncidentRefusal } from '../../domain/incidents/incident-machine.ts';
import { draftReport } from '../../domain/incidents/report-draft.ts';
import { planFor, planViewSchema } from '../../domain/incidents/response-plan.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { languages } from '../../domain/text/localized-text.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { type Identity, maySee } from '../access/identity.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import { identityOf } from '../http/create-app.ts';
import { momentSchema } from '../http/moment.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { PhotoStore } from '../photos/photo-store.ts';
import type { IncidentActResult, IncidentStore } from './incident-store.ts';
import { incidentSummary, incidentView } from './incident-views.ts';
import { linkedAlarm } from './linked-alarm.ts';
import { photoRoutes } from './photo-routes.ts';

const refusalText: Readonly<Record<IncidentRefusal, string>> = {
  isClosed: 'The incident is closed.',
  unknownItem: 'The plan of this incident has no such item.',
  unknownDuty: 'This incident has no such report to make.',
  notRestored: 'Report the restoration first; or cancel the incident with a reason.',
  reviewMissing: 'Write the review first.',
  itemsMissing: 'Required items of the check-list are open: tick them, or give the reason.',
  reportsOpen: 'Reports are owed: make them, or waive them with a reason.',
  casualtiesRecorded: 'Somebody was hurt: this was no false alarm.',
  scoresMissing: 'A drill is closed with a scored review.',
  scoresOfReal: 'Only drills are scored.',
  windowOver: 'The time for changes of the casualties is over.',
  reportMoved: 'Somebody has saved the report since you read it: read it again and put your changes in.',
  unknownReportVersion: 'There is no such version of the report.',
};

export function incidentRoutes(options: {
  readonly plant: Plant;
  readonly incidents: IncidentStore;
  readonly alarms: AlarmStore;
  readonly access: Pick<AccessControl, 'users'>;
  readonly photos: PhotoStore;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { plant, incidents, alarms, access, photos, clock } = options;

  const stationSeen = (identity: Identity, id: string) => {
    const station = plant.stations[plant.stationIndexById.get(id) ?? -1];
    if (station === undefined || !maySee(identity, id)) throw new ProblemError(404, 'Not found', { detail: `There is no station ${id}` });
    return station;
  };
  const isSeen = (identity: Identity, record: IncidentRecord) => record.stationIds.some((id) => maySee(identity, id));
  const view = (identity: Identity, record: IncidentRecord) =>
    incidentView({ record, store: incidents, plant, nowMs: clock.nowMs(), maySee: (id) => maySee(identity, id) });

  async function visible(identity: Identity, id: string): Promise<IncidentRecord> {
    const record = await incidents.find(id);
    if (record === null || !isSeen(identity, record)) throw new ProblemError(404, 'Not found', { detail: `There is no incident ${id}` });
    return record;
  }

  async function answer(identity: Identity, result: IncidentActResult): Promise<ActionAnswer> {
    switch (result.kind) {
      case 'unknown':
        throw new ProblemError(404, 'Not found');
      case 'reusedActionId':
        throw new ProblemError(422, 'Refused', {
          detail: 'This actionId was used for something else: make a new one for each action.',
          extra: { reason: 'reusedActionId' },
        });
      case 'alarmHasIncident':
        throw new ProblemError(409, 'Already in an incident', {
          detail: `This alarm is in incident ${result.record.number} already.`,
          extra: { reason: 'alarmHasIncident', incidentId: result.record.id },
        });
      case 'conflict':
        throw new ProblemError(409, 'Somebody was quicker', {
          detail: `${result.record.changedBy?.displayName ?? 'The system'} has changed this incident since you saw it.`,
          extra: { current: await view(identity, result.record), by: result.record.changedBy, atMs: result.record.changedAtMs },
        });
      case 'refused':
        if (result.reason === 'reportMoved') {
          throw new ProblemError(409, 'Somebody was quicker', {
            detail: refusalText.reportMoved,
            extra: {
              reason: result.reason,
              current: await view(identity, result.record),
              by: result.record.report?.by ?? null,
              atMs: result.record.report?.atMs ?? result.record.openedAtMs,
            },
          });
        }
        throw new ProblemError(422, 'Refused', {
          detail: refusalText[result.reason],
          extra: { reason: result.reason, ...(result.items.length > 0 ? { items: result.items } : {}) },
        });
      case 'done': {
        const { event } = result;
        const isLate = event.kind === 'late';
        return {
          outcome: result.isRepeated ? 'repeated' : isLate ? 'recorded' : 'applied',
          because: isLate ? event.because : null,
          earlier: isLate ? event.earlier : null,
          incident: await view(identity, result.record),
        };
      }
    }
  }

  async function act(request: FastifyRequest, id: string, action: IncidentAction | ClosingAction): Promise<ActionAnswer> {
    const identity = identityOf(request);
    await visible(identity, id);
    const namesSomebody = action.kind === 'dispatch' || ('person' in action && action.person !== undefined);
    const users = namesSomebody ? await access.users() : [];
    const whoIs = (name: string) => {
      const user = users.find((candidate) => candidate.username === name || candidate.displayName === name);
      return user === undefined ? { username: null, displayName: name } : { username: user.username, displayName: user.displayName };
    };
    return answer(identity, await incidents.act(id, action, personOf(identity), whoIs));
  }

  const params = z.object({ id: z.string() });

  return async (app) => {
    await app.register(photoRoutes({ incidents, photos, visible, answer }));

    app.get(
      '/api/incidents',
      {
        schema: {
          querystring: z.object({
            state: z.enum(['open', 'closed', 'all']).default('open'),
            drills: z.enum(['with', 'without', 'only']).default('with'),
            station: z.string().optional(),
            /** Occurrence id of an alarm: the incident that it is in, open or closed, whatever else is asked. */
            alarm: z.string().optional(),
            /** Closed ones opened before this moment. */
            before: momentSchema.optional(),
            limit: z.coerce.number().int().min(1).max(500).default(100),
          }),
          response: { 200: z.array(incidentSummarySchema) },
        },
        config: { permission: 'incidents.read' },
      },
      async (request) => {
        const identity = identityOf(request);
        const { state, drills, station, alarm, before, limit } = request.query;
        if (alarm !== undefined) {
          const record = await incidents.ofOccurrence(alarm);
          return record !== null && isSeen(identity, record) ? [incidentSummary(record, clock.nowMs())] : [];
        }
        const held = incidents.unsettled();
        const settled = state === 'open' ? [] : await incidents.settled({ limit, beforeMs: before ?? null });
        return [...held, ...settled]
          .filter(
            (record) =>
              isSeen(identity, record) &&
              (station === undefined || record.stationIds.includes(station)) &&
              (drills === 'with' || record.isDrill === (drills === 'only')) &&
              (state === 'all' || (record.closed === null) === (state === 'open')),
          )
          .sort((one, other) => other.openedAtMs - one.openedAtMs)
          .slice(0, limit)
          .map((record) => incidentSummary(record, clock.nowMs()));
      },
    );

    app.get(
      '/api/incidents/:id',
      { schema: { params, response: { 200: incidentViewSchema } }, config: { permission: 'incidents.read' } },
      async (request) => {
        const identity = identityOf(request);
        return view(identity, await visible(identity, request.params.id));
      },
    );

    app.post(
      '/api/incidents',
      { schema: { body: openIncidentSchema, response: { 201: actionAnswerSchema } }, config: { permission: 'incidents.open' } },
      async (request, reply) => {
        const identity = identityOf(request);
        const { body } = request;
        const station = stationSeen(identity, body.stationId);
        if (body.isDrill && body.alarmId !== undefined)
          throw new ProblemError(422, 'Refused', {
            detail: 'A drill has no alarms of the plant as its cause.',
            extra: { reason: 'drillHasNoAlarms' },
          });
        const found = body.alarmId === undefined ? null : alarms.find(body.alarmId);
        const alarm = found === null ? null : linkedAlarm(plant, found.definition, found.record);
        if (body.alarmId !== undefined && (alarm === null || alarm.stationId !== station.id))
          throw new ProblemError(422, 'Refused', {
            detail: `${body.alarmId} is no alarm of ${station.id} that has occurred.`,
            extra: { reason: 'unknownAlarm' },
          });
        void reply.code(201);
        return answer(identity, await incidents.openByHand({ ...body, station, alarm }, personOf(identity)));
      },
    );

    app.post(
      '/api/incidents/:id/actions',
      { schema: { params, body: incidentActionSchema, response: { 200: actionAnswerSchema } }, config: { permission: 'incidents.act' } },
      (request) => act(request, request.params.id, request.body),
    );

    app.post(
      '/api/incidents/:id/closing',
      { schema: { params, body: closingActionSchema, response: { 200: actionAnswerSchema } }, config: { permission: 'incidents.close' } },
      (request) => act(request, request.params.id, request.body),
    );

    app.get(
      '/api/incidents/:id/report-draft',
      {
        schema: { params, querystring: z.object({ language: z.enum(languages).default('zh') }), response: { 200: reportFieldsSchema } },
        config: { permission: 'incidents.read' },
      },
      async (request) => {
        const identity = identityOf(request);
        const record = await visible(identity, request.params.id);
        const { timeline } = await view(identity, record);
        const stations = record.stationIds.flatMap((id) => plant.stations[plant.stationIndexById.get(id) ?? -1] ?? []);
        return draftReport({ record, timeline, company: plant.company, stations, language: request.query.language });
      },
    );

    app.get(
      '/api/stations/:id/response-plan',
      {
        schema: {
          params,
          querystring: z.object({ kind: z.enum(incidentKinds).optional() }),
          response: { 200: planViewSchema },
        },
        config: { permission: 'incidents.read' },
      },
      (request) => planFor(plant.responsePlans, stationSeen(identityOf(request), request.params.id), request.query.kind ?? null),
    );
  };
}

function personOf(identity: Identity): Person {
  return { username: identity.username, displayName: identity.displayName };
}
