// Patrols over HTTP: what is planned, open and done; what a phone walks; visits and photos; labels. /api/patrols…
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  explainPatrolSchema,
  patrolAnswerSchema,
  patrolLabelSchema,
  patrolPhotoFieldsSchema,
  patrolRoundViewSchema,
  patrolSummarySchema,
  patrolViewSchema,
  patrolVisitBodySchema,
  replaceLabelSchema,
  walkablePatrolSchema,
} from '../../domain/api/patrol-api.ts';
import type { PatrolRecord } from '../../domain/patrols/patrol.ts';
import type { VisitRefusal } from '../../domain/patrols/patrol-machine.ts';
import { Beginnings } from '../../domain/patrols/patrol-schedule.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { personOf } from '../hazards/hazard-routes.ts';
import type { HazardStore } from '../hazards/hazard-store.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { PhotoStore } from '../photos/photo-store.ts';
import { acceptPhotos, keepPhoto, readPhotoForm, sendPhoto } from '../photos/photo-upload.ts';
import type { PatrolHazards } from './patrol-hazards.ts';
import type { PatrolLabels } from './patrol-labels.ts';
import type { PatrolResult, PatrolStore } from './patrol-store.ts';
import { patrolRoundView, patrolSummary, patrolView, walkablePatrol } from './patrol-views.ts';

const dayMs = 86_400_000;
/** What a phone takes along for when it has no network. */
const takenAlongMs = 2 * dayMs;
const mostListed = 5_000;

const refusalText: Readonly<Record<VisitRefusal, string>> = {
  unknownPlace: 'The round does not pass this place.',
  itemsMissing: 'Every item of the point needs its result.',
  unknownItem: 'The point has no such item.',
  valueMissing: 'A reading of the point was not typed in.',
  tooEarly: 'The round begins more than an hour later.',
  reasonMissing: 'Say why no label was read.',
};

export interface PatrolRoutesOptions {
  readonly plant: Plant;
  readonly patrols: PatrolStore;
  readonly labels: PatrolLabels;
  readonly findings: PatrolHazards;
  readonly hazards: HazardStore;
  readonly photos: PhotoStore;
  readonly clock: Clock;
}

export function patrolRoutes(options: PatrolRoutesOptions): FastifyPluginAsyncZod {
  const { plant, patrols, labels, findings, hazards, photos, clock } = options;
  const params = z.object({ id: z.string().max(200) });
  const read = { permission: 'patrols.read' } as const;

  async function visible(identity: Identity, id: string): Promise<PatrolRecord> {
    const nowMs = clock.nowMs();
    const record = (await patrols.find(id)) ?? patrols.planned(id, nowMs + takenAlongMs);
    if (record === null || !maySee(identity, record.stationId))
      throw new ProblemError(404, 'Not found', { detail: `There is no patrol ${id}`, extra: { reason: 'unknownPatrol' } });
    return record;
  }

  function stationSeen(identity: Identity, id: string): void {
    if (!plant.stationIndexById.has(id) || !maySee(identity, id))
      throw new ProblemError(404, 'Not found', { detail: `There is no station ${id}` });
  }

  async function answer(result: PatrolResult): Promise<z.output<typeof patrolAnswerSchema>> {
    switch (result.kind) {
      case 'done':
        return { isRepeated: result.isRepeated, patrol: await patrolView(patrols, hazards, result.record) };
      case 'refused':
        throw new ProblemError(422, 'Refused', { detail: refusalText[result.reason], extra: { reason: result.reason } });
      case 'reusedActionId':
        throw new ProblemError(422, 'Refused', {
          detail: 'This actionId was used for something else: make a new one for each press of the button.',
          extra: { reason: 'reusedActionId' },
        });
      case 'unknown':
        throw new ProblemError(404, 'Not found', {
          detail: 'There is no such patrol, or its time has not come.',
          extra: { reason: 'unknownPatrol' },
        });
    }
  }

  return async (app) => {
    await acceptPhotos(app);

    app.get(
      '/api/patrols',
      {
        schema: {
          querystring: z.object({
            /** `now`: open ones and what comes within a day. Else what was planned between `fromMs` and `toMs`. */
            when: z.enum(['now', 'past']).default('now'),
            station: z.string().optional(),
            fromMs: z.coerce.number().optional(),
            toMs: z.coerce.number().optional(),
            limit: z.coerce.number().int().min(1).max(mostListed).default(500),
          }),
          response: { 200: z.array(patrolSummarySchema) },
        },
        config: read,
      },
      async (request) => {
        const identity = identityOf(request);
        const { when, station, limit } = request.query;
        const nowMs = clock.nowMs();
        const isSeen = ({ stationId }: { readonly stationId: string }) =>
          maySee(identity, stationId) && (station === undefined || stationId === station);
        if (when === 'now') {
          const open = patrols
            .openOnes()
            .filter(isSeen)
            .toSorted((one, other) => one.dueAtMs - other.dueAtMs);
          const planned = patrols
            .upcoming(nowMs, nowMs + dayMs, (stationId) => isSeen({ stationId }))
            .toSorted((one, other) => one.plannedAtMs - other.plannedAtMs);
          return [...open.map((record) => patrolSummary(record)), ...planned.map((record) => patrolSummary(record, true))].slice(0, limit);
        }
        const seen = plant.stations.map(({ id }) => id).filter((id) => maySee(identity, id) && (station === undefined || id === station));
        const { fromMs = nowMs - 7 * dayMs, toMs = nowMs + 1 } = request.query;
        return (await patrols.between({ fromMs, toMs, stationIds: seen, limit })).map((record) => patrolSummary(record));
      },
    );

    app.get('/api/patrols/rounds', { schema: { response: { 200: z.array(patrolRoundViewSchema) } }, config: read }, async (request) => {
      const beginnings = new Beginnings(plant.company.timeZone);
      const nowMs = clock.nowMs();
      return patrols
        .rounds()
        .filter(({ stationId }) => maySee(identityOf(request), stationId))
        .map((round) => patrolRoundView(round, beginnings, nowMs));
    });

    app.get(
      '/api/patrols/walkable',
      { schema: { response: { 200: z.array(walkablePatrolSchema) } }, config: { permission: 'patrols.walk' } },
      async (request) => {
        const identity = identityOf(request);
        const nowMs = clock.nowMs();
        const isSeen = (stationId: string) => maySee(identity, stationId);
        const open = patrols.openOnes().filter(({ stationId }) => isSeen(stationId));
        // What was just finished stays on the phone until its time is over.
        const finished = patrols.justDone().filter(({ stationId }) => isSeen(stationId));
        const known = new Set(finished.map(({ id }) => id));
        const planned = patrols.upcoming(nowMs, nowMs + takenAlongMs, isSeen).filter(({ id }) => !known.has(id));
        return [
          ...[...open, ...finished].map((record) => walkablePatrol(record, labels, false)),
          ...planned.map((record) => walkablePatrol(record, labels, true)),
        ].toSorted((one, other) => one.dueAtMs - other.dueAtMs);
      },
    );

    app.get(
      '/api/patrols/labels',
      {
        schema: { querystring: z.object({ station: z.string() }), response: { 200: z.array(patrolLabelSchema) } },
        config: { permission: 'patrols.manage' },
      },
      async (request) => {
        stationSeen(identityOf(request), request.query.station);
        return [...labels.ofStation(request.query.station)];
      },
    );

    app.post(
      '/api/patrols/labels',
      { schema: { body: replaceLabelSchema, response: { 201: patrolLabelSchema } }, config: { permission: 'patrols.manage' } },
      async (request, reply) => {
        const identity = identityOf(request);
        const { stationId, placeId } = request.body;
        stationSeen(identity, stationId);
        const label = labels.find(stationId, placeId);
        if (label === null) throw new ProblemError(404, 'Not found', { detail: `${stationId} has no place ${placeId}` });
        return reply.code(201).send(await labels.replace(label, personOf(identity)));
      },
    );

    app.get('/api/patrols/:id', { schema: { params, response: { 200: patrolViewSchema } }, config: read }, async (request) =>
      patrolView(patrols, hazards, await visible(identityOf(request), request.params.id)),
    );

    app.post(
      '/api/patrols/:id/visits',
      { schema: { params, body: patrolVisitBodySchema, response: { 200: patrolAnswerSchema } }, config: { permission: 'patrols.walk' } },
      async (request) => {
        const identity = identityOf(request);
        const record = await visible(identity, request.params.id);
        const { atMs, code, ...visit } = request.body;
        const isRead = visit.proof !== 'hand';
        const codeFault = !isRead ? null : code === null ? 'forged' : labels.faultOf(code, record.stationId, visit.placeId);
        const result = await patrols.visit(record.id, { ...visit, statedAtMs: atMs ?? null, codeFault, by: personOf(identity) });
        // Answered with the number of the hazard where it can be had at once.
        if (result.kind === 'done' && !result.isRepeated) await findings.settle();
        return answer(result);
      },
    );

    app.post(
      '/api/patrols/:id/photos',
      {
        schema: { params, response: { 201: patrolAnswerSchema }, consumes: ['multipart/form-data'] },
        config: { permission: 'patrols.walk' },
      },
      async (request, reply) => {
        const identity = identityOf(request);
        const { id } = await visible(identity, request.params.id);
        const { file, fields } = await readPhotoForm(request, patrolPhotoFieldsSchema);
        const { actionId, placeId, caption } = fields;
        const kept = await keepPhoto(photos, { file, caption, readsPosition: false });
        const photo = { ...kept.photo, actionId, placeId, by: personOf(identity) };
        const result = await patrols.photo(id, photo, fields.atMs ?? null);
        if (result.kind === 'done' && !result.isRepeated) await findings.photoCame(result.record, { ...photo, atMs: 0, receivedAtMs: 0 });
        return reply.code(201).send(await answer(result));
      },
    );

    app.get(
      '/api/patrols/:id/photos/:hash',
      { schema: { params: z.object({ id: z.string().max(200), hash: z.string() }) }, config: read },
      async (request, reply) => {
        const record = await visible(identityOf(request), request.params.id);
        return sendPhoto(reply, photos, { record, name: 'patrol', hash: request.params.hash });
      },
    );

    app.post(
      '/api/patrols/:id/explanations',
      { schema: { params, body: explainPatrolSchema, response: { 200: patrolAnswerSchema } }, config: { permission: 'patrols.manage' } },
      async (request) => {
        const identity = identityOf(request);
        const { id } = await visible(identity, request.params.id);
        return answer(await patrols.explain(id, request.body.reason, personOf(identity)));
      },
    );
  };
}
