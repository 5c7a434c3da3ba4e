// Photos of an incident: POST as multipart/form-data, GET for those who may see the incident.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type ActionAnswer, actionAnswerSchema, photoFieldsSchema } from '../../domain/api/incident-api.ts';
import type { IncidentEvent, IncidentRecord, Person } from '../../domain/incidents/incident.ts';
import { boundedTime } from '../../domain/incidents/incident-machine.ts';
import type { Identity } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { IncidentActResult, IncidentStore } from './incident-store.ts';
import type { PhotoStore } from './photo-store.ts';
import { acceptPhotos, inspectedPhoto, photoHeaders, readPhotoForm } from './photo-upload.ts';

export function photoRoutes(options: {
  readonly incidents: IncidentStore;
  readonly photos: PhotoStore;
  readonly visible: (identity: Identity, id: string) => Promise<IncidentRecord>;
  readonly answer: (identity: Identity, result: IncidentActResult) => Promise<ActionAnswer>;
}): FastifyPluginAsyncZod {
  const { incidents, photos, visible, answer } = options;

  return async (app) => {
    await acceptPhotos(app);

    app.post(
      '/api/incidents/:id/photos',
      {
        schema: { params: z.object({ id: z.string() }), response: { 201: actionAnswerSchema }, consumes: ['multipart/form-data'] },
        config: { permission: 'incidents.act' },
      },
      async (request, reply) => {
        const identity = identityOf(request);
        await visible(identity, request.params.id);
        const { file, fields } = await readPhotoForm(request, photoFieldsSchema);
        const photo = inspectedPhoto(file, { readsPosition: fields.usePhotoPosition });
        const hash = await photos.put(photo.bytes, photo.mediaType);
        const by: Person = { username: identity.username, displayName: identity.displayName };
        const result = await incidents.add(
          request.params.id,
          (receivedAtMs, record): IncidentEvent => ({
            kind: 'photo',
            atMs: boundedTime(fields.atMs ?? null, receivedAtMs, record.detectedAtMs),
            receivedAtMs,
            statedAtMs: fields.atMs ?? null,
            by,
            actionId: fields.actionId,
            position: fields.position ?? photo.position,
            hash,
            mediaType: photo.mediaType,
            bytes: photo.bytes.length,
            width: photo.width,
            height: photo.height,
            caption: fields.caption === undefined || fields.caption === '' ? null : fields.caption,
          }),
          by,
        );
        void reply.code(201);
        return answer(identity, result);
      },
    );

    app.get(
      '/api/incidents/:id/photos/:hash',
      {
        schema: { params: z.object({ id: z.string(), hash: z.string() }) },
        config: { permission: 'incidents.read' },
      },
      async (request, reply) => {
        const record = await visible(identityOf(request), request.params.id);
        const photo = record.photos.find((candidate) => candidate.hash === request.params.hash);
        const stored = photo === undefined ? null : await photos.read(photo.hash, photo.mediaType);
        if (photo === undefined || stored === null)
          throw new ProblemError(404, 'Not found', {
            detail: 'The incident has no such photo, or its file is missing in the data folder.',
          });
        return reply.headers(photoHeaders(photo, stored.bytes)).send(stored.stream);
      },
    );
  };
}
