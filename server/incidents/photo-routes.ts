// Photos of an incident: POST as multipart/form-data, GET for those who may see the incident.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type ActionAnswer, actionAnswerSchema, photoFieldsSchema } from '../../domain/api/incident-api.ts';
import type { IncidentEvent, IncidentRecord, Person } from '../../domain/incidents/incident.ts';
import { boundedTime } from '../../domain/incidents/incident-machine.ts';
import type { Identity } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import type { PhotoStore } from '../photos/photo-store.ts';
import { acceptPhotos, keepPhoto, readPhotoForm, sendPhoto } from '../photos/photo-upload.ts';
import type { IncidentActResult, IncidentStore } from './incident-store.ts';

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
        const { caption, usePhotoPosition } = fields;
        const { photo, position } = await keepPhoto(photos, { file, caption, readsPosition: usePhotoPosition });
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
            position: fields.position ?? position,
            ...photo,
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
        return sendPhoto(reply, photos, { record, name: 'incident', hash: request.params.hash });
      },
    );
  };
}
