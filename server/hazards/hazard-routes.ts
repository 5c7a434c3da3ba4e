// Hazards over HTTP: the ledger, one hazard, reporting, work, decisions, acceptance, photos, statistics. /api/hazards…
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  type HazardAcceptance,
  type HazardDecision,
  type HazardView,
  type HazardWork,
  hazardAcceptanceSchema,
  hazardDecisionSchema,
  hazardPhotoFieldsSchema,
  hazardStatisticsSchema,
  hazardSummarySchema,
  hazardViewSchema,
  hazardWorkSchema,
  reportHazardSchema,
} from '../../domain/api/hazard-api.ts';
import { type HazardLink, type HazardRecord, hazardGrades, hazardStates, isUnfinished } from '../../domain/hazards/hazard.ts';
import { deadlineStandings } from '../../domain/hazards/hazard-deadline.ts';
import type { HazardRefusal } from '../../domain/hazards/hazard-machine.ts';
import { hazardStatistics } from '../../domain/hazards/hazard-statistics.ts';
import type { Person } from '../../domain/incidents/incident.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { type Identity, maySee } from '../access/identity.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { PhotoStore } from '../photos/photo-store.ts';
import { acceptPhotos, keepPhoto, readPhotoForm, sendPhoto } from '../photos/photo-upload.ts';
import type { HazardResult, HazardStep, HazardStore } from './hazard-store.ts';
import { hazardSummary, hazardView, type ViewedAt } from './hazard-views.ts';

const refusalText: Readonly<Record<HazardRefusal, string>> = {
  wrongState: 'The hazard is not at the step where this can be done.',
  supervisorMissing: 'A major hazard is listed for supervision: say who supervises it.',
  reasonMissing: 'Work is under way: say why the plan is changed.',
  fiveNotSettled: 'Person, measure, funds, deadline and contingency must all be settled.',
  deadlinePassed: 'The deadline lies in the past.',
  ownWork: 'Neither the person responsible nor the one who submitted the work accepts it.',
  acceptedAlready: 'The second acceptance is another person’s.',
  notGraded: 'Grade the hazard first.',
  unchanged: 'It has this grade already.',
};

export const mostHazardsListed = 20_000;

export interface HazardRoutesOptions {
  readonly plant: Plant;
  readonly hazards: HazardStore;
  readonly alarms: Pick<AlarmStore, 'find'>;
  readonly photos: PhotoStore;
  readonly clock: Clock;
}

export function hazardRoutes(options: HazardRoutesOptions): FastifyPluginAsyncZod {
  const { plant, hazards, alarms, photos, clock } = options;
  const zone = plant.company.timeZone;
  const viewedAt = (): ViewedAt => ({ nowMs: clock.nowMs(), today: hazards.today(), zone });
  const view = (record: HazardRecord) => hazardView(hazards, record, viewedAt());

  async function visible(identity: Identity, id: string): Promise<HazardRecord> {
    const record = await hazards.find(id);
    if (record === null || !maySee(identity, record.finding.stationId))
      throw new ProblemError(404, 'Not found', { detail: `There is no hazard ${id}` });
    return record;
  }

  async function answer(result: HazardResult): Promise<HazardView> {
    switch (result.kind) {
      case 'done':
        return view(result.record);
      case 'unknown':
        throw new ProblemError(404, 'Not found');
      case 'reusedActionId':
        throw new ProblemError(422, 'Refused', {
          detail: 'This actionId was used for something else: make a new one for each press of the button.',
          extra: { reason: 'reusedActionId' },
        });
      case 'openedAlready':
        throw new ProblemError(409, 'In the ledger already', {
          detail: `This is hazard ${result.record.number} already.`,
          extra: { reason: 'openedAlready', hazardId: result.record.id, number: result.record.number },
        });
      case 'conflict':
        throw new ProblemError(409, 'Somebody was quicker', {
          detail: `${result.record.changedBy?.displayName ?? 'The system'} has changed this hazard since you saw it.`,
          extra: { current: await view(result.record), by: result.record.changedBy, atMs: result.record.changedAtMs },
        });
      case 'refused':
        throw new ProblemError(422, 'Refused', { detail: refusalText[result.reason], extra: { reason: result.reason } });
    }
  }

  async function act(request: FastifyRequest, id: string, body: HazardWork | HazardDecision | HazardAcceptance): Promise<HazardView> {
    const identity = identityOf(request);
    await visible(identity, id);
    const { version = null, actionId = null, ...step } = { version: null, actionId: null, ...body };
    return answer(await hazards.act(id, version, step as HazardStep, personOf(identity), actionId));
  }

  function stationSeen(identity: Identity, id: string): void {
    if (!plant.stationIndexById.has(id) || !maySee(identity, id))
      throw new ProblemError(404, 'Not found', { detail: `There is no station ${id}` });
  }

  /** The alarm must be one of the station; its occurrence now makes the link. */
  function alarmLink(stationId: string, alarmId: string): HazardLink {
    const found = alarms.find(alarmId);
    const station = found === null ? undefined : plant.stations[found.definition.stationIndex];
    if (found === null || station?.id !== stationId)
      throw new ProblemError(422, 'Refused', {
        detail: `There is no alarm ${alarmId} at ${stationId}`,
        extra: { reason: 'unknownAlarm' },
      });
    return { kind: 'alarm', alarmId, occurrenceId: found.record.occurrenceId };
  }

  const params = z.object({ id: z.string() });
  const response = { 200: hazardViewSchema };
  const read = { permission: 'hazards.read' } as const;

  return async (app) => {
    await acceptPhotos(app);

    app.get(
      '/api/hazards',
      {
        schema: {
          querystring: z.object({
            state: z.enum(['open', 'settled', 'all', ...hazardStates]).default('open'),
            station: z.string().optional(),
            /** Entered from the review of this incident. */
            incident: z.string().max(100).optional(),
            grade: z.enum(hazardGrades).optional(),
            standing: z.enum(deadlineStandings).optional(),
            limit: z.coerce.number().int().min(1).max(mostHazardsListed).default(2_000),
          }),
          response: { 200: z.array(hazardSummarySchema) },
        },
        config: read,
      },
      async (request) => {
        const identity = identityOf(request);
        const { state, station, incident, grade, standing, limit } = request.query;
        const at = viewedAt();
        const isSettledAsked = state === 'settled' || state === 'all' || state === 'closed' || state === 'rejected';
        const settled = isSettledAsked ? await hazards.settledOnes(limit) : [];
        const open = state === 'settled' || state === 'closed' || state === 'rejected' ? [] : hazards.openOnes();
        const isStateAsked = (record: HazardRecord) => ['open', 'settled', 'all'].includes(state) || record.state === state;
        return [...open, ...settled]
          .filter(
            (record) =>
              maySee(identity, record.finding.stationId) &&
              isStateAsked(record) &&
              (station === undefined || record.finding.stationId === station) &&
              (incident === undefined || isOfIncident(record, incident)) &&
              (grade === undefined || record.grade === grade),
          )
          .map((record) => hazardSummary(record, at))
          .filter((summary) => standing === undefined || summary.standing === standing)
          .toSorted(byUrgency)
          .slice(0, limit);
      },
    );

    app.get('/api/hazards/statistics', { schema: { response: { 200: hazardStatisticsSchema } }, config: read }, async (request) => {
      const identity = identityOf(request);
      const records = [...hazards.openOnes(), ...(await hazards.settledOnes(mostHazardsListed))].filter((record) =>
        maySee(identity, record.finding.stationId),
      );
      const areaOf = (stationId: string) => plant.stations[plant.stationIndexById.get(stationId) ?? -1]?.areaId ?? '';
      return hazardStatistics(records, { ...viewedAt(), areaOf });
    });

    app.get('/api/hazards/mine', { schema: { response: { 200: z.array(hazardViewSchema) } }, config: read }, async (request) => {
      const identity = identityOf(request);
      const mine = hazards
        .openOnes()
        .filter((record) => maySee(identity, record.finding.stationId) && isUnfinished(record.state) && isResponsible(record, identity))
        .toSorted((one, other) => (one.settled.deadline ?? '9999').localeCompare(other.settled.deadline ?? '9999'));
      return Promise.all(mine.map(view));
    });

    app.get('/api/hazards/:id', { schema: { params, response }, config: read }, async (request) =>
      view(await visible(identityOf(request), request.params.id)),
    );

    app.post(
      '/api/hazards',
      { schema: { body: reportHazardSchema, response: { 201: hazardViewSchema } }, config: { permission: 'hazards.report' } },
      async (request, reply) => {
        const identity = identityOf(request);
        const { body } = request;
        stationSeen(identity, body.stationId);
        const point = body.pointId === null ? null : plant.points[plant.pointIndexById.get(body.pointId) ?? -1];
        if (point === undefined || (point !== null && plant.stations[point.stationIndex]?.id !== body.stationId))
          throw new ProblemError(422, 'Refused', { detail: `There is no point ${body.pointId ?? ''} at ${body.stationId}` });
        if (body.foundOn !== undefined && body.foundOn > hazards.today())
          throw new ProblemError(422, 'Refused', { detail: 'It cannot have been found after today.', extra: { reason: 'foundInFuture' } });
        const link: HazardLink | null =
          body.alarmId !== undefined
            ? alarmLink(body.stationId, body.alarmId)
            : body.patrolFindingId !== undefined
              ? { kind: 'patrol', findingId: body.patrolFindingId }
              : body.incidentId !== undefined
                ? { kind: 'incident', incidentId: body.incidentId }
                : null;
        const result = await hazards.report(
          {
            stationId: body.stationId,
            pointId: body.pointId,
            place: body.place,
            description: body.description,
            source: body.source,
            foundBy: body.foundBy ?? identity.displayName,
            foundOn: body.foundOn ?? hazards.today(),
            proposedGrade: body.proposedGrade,
            link,
          },
          personOf(identity),
        );
        return reply.code(201).send(await answer(result));
      },
    );

    app.post(
      '/api/hazards/:id/work',
      { schema: { params, body: hazardWorkSchema, response }, config: { permission: 'hazards.report' } },
      (request) => act(request, request.params.id, request.body),
    );
    app.post(
      '/api/hazards/:id/decisions',
      { schema: { params, body: hazardDecisionSchema, response }, config: { permission: 'hazards.manage' } },
      (request) => act(request, request.params.id, request.body),
    );
    app.post(
      '/api/hazards/:id/acceptance',
      { schema: { params, body: hazardAcceptanceSchema, response }, config: { permission: 'hazards.accept' } },
      (request) => act(request, request.params.id, request.body),
    );

    app.post(
      '/api/hazards/:id/photos',
      {
        schema: { params, response: { 201: hazardViewSchema }, consumes: ['multipart/form-data'] },
        config: { permission: 'hazards.report' },
      },
      async (request, reply) => {
        const identity = identityOf(request);
        const { id } = await visible(identity, request.params.id);
        const { file, fields } = await readPhotoForm(request, hazardPhotoFieldsSchema);
        const { purpose, caption } = fields;
        const kept = await keepPhoto(photos, { file, caption, readsPosition: false });
        const photo = { ...kept.photo, purpose };
        return reply
          .code(201)
          .send(await answer(await hazards.act(id, null, { kind: 'photo', photo }, personOf(identity), fields.actionId ?? null)));
      },
    );

    app.get(
      '/api/hazards/:id/photos/:hash',
      { schema: { params: z.object({ id: z.string(), hash: z.string() }) }, config: read },
      async (request, reply) => {
        const record = await visible(identityOf(request), request.params.id);
        return sendPhoto(reply, photos, { record, name: 'hazard', hash: request.params.hash });
      },
    );
  };
}

const standingRank = { overdue: 0, atRisk: 1, onTime: 2, none: 3 } as const;

/** Overdue first, major before ordinary, the earliest deadline first, the oldest first. */
function byUrgency(one: z.output<typeof hazardSummarySchema>, other: z.output<typeof hazardSummarySchema>): number {
  const rank = ({ standing, grade }: typeof one) => standingRank[standing] * 2 + (grade === 'major' ? 0 : 1);
  return (
    rank(one) - rank(other) ||
    (one.deadline ?? '9999').localeCompare(other.deadline ?? '9999') ||
    one.foundOn.localeCompare(other.foundOn) ||
    one.number.localeCompare(other.number)
  );
}

function isOfIncident({ finding: { link } }: HazardRecord, incidentId: string): boolean {
  return link?.kind === 'incident' && link.incidentId === incidentId;
}

/** By account; where somebody was entered by name only, by that. */
function isResponsible({ settled: { responsible } }: HazardRecord, { username, displayName }: Identity): boolean {
  if (responsible === null) return false;
  return responsible.username === null ? responsible.name === displayName : responsible.username === username;
}

export function personOf(identity: Identity): Person {
  return { username: identity.username, displayName: identity.displayName };
}
