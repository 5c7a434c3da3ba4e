// Photos of an incident: POST as multipart/form-data, GET for those who may see the incident.
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type ActionAnswer, actionAnswerSchema, photoFieldsSchema, photoMaxBytes } from '../../domain/api/incident-api.ts';
import type { IncidentEvent, IncidentRecord, Person } from '../../domain/incidents/incident.ts';
import { boundedTime } from '../../domain/incidents/incident-machine.ts';
import type { Identity } from '../access/access-control.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { IncidentActResult, IncidentStore } from './incident-store.ts';
import { inspectPhoto } from './photo-file.ts';
import type { PhotoStore } from './photo-store.ts';

const refusalText = {
  notAPhoto: 'The file is no JPEG, PNG or WebP picture.',
  damaged: 'The picture is damaged or cut off: take it again.',
  tooLarge: 'The picture has too many pixels.',
} as const;

export function photoRoutes(options: {
  readonly incidents: IncidentStore;
  readonly photos: PhotoStore;
  readonly visible: (identity: Identity, id: string) => Promise<IncidentRecord>;
  readonly answer: (identity: Identity, result: IncidentActResult) => Promise<ActionAnswer>;
}): FastifyPluginAsyncZod {
  const { incidents, photos, visible, answer } = options;

  return async (app) => {
    await app.register(multipart, {
      limits: { fileSize: photoMaxBytes, files: 1, fields: 8, fieldSize: 4_096, parts: 10, headerPairs: 50 },
    });

    app.post(
      '/api/incidents/:id/photos',
      {
        schema: { params: z.object({ id: z.string() }), response: { 201: actionAnswerSchema }, consumes: ['multipart/form-data'] },
        config: { permission: 'incidents.act' },
      },
      async (request, reply) => {
        const identity = identityOf(request);
        await visible(identity, request.params.id);
        const { file, fields } = await readParts(request);
        const photo = inspectPhoto(file, { readsPosition: fields.usePhotoPosition });
        if (photo.kind === 'refused')
          throw new ProblemError(422, 'Refused', { detail: refusalText[photo.reason], extra: { reason: photo.reason } });
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
        return reply
          .header('content-type', photo.mediaType)
          .header('content-length', stored.bytes)
          .header('content-disposition', `inline; filename="${photo.hash.slice(0, 16)}"`)
          .header('content-security-policy', "default-src 'none'; sandbox")
          .header('cache-control', 'private, max-age=31536000, immutable')
          .send(stored.stream);
      },
    );
  };
}

async function readParts(request: FastifyRequest): Promise<{ file: Buffer; fields: z.output<typeof photoFieldsSchema> }> {
  if (!request.isMultipart())
    throw new ProblemError(415, 'Unsupported', { detail: 'Send multipart/form-data with the picture in the part `photo`.' });
  let file: Buffer | null = null;
  const texts: Record<string, string> = {};
  for await (const part of request.parts()) {
    if (part.type === 'file') file = await contentOf(part);
    else if (typeof part.value === 'string') texts[part.fieldname] = part.value;
  }
  if (file === null) throw new ProblemError(400, 'Bad input', { detail: 'photo: the picture is missing' });
  const fields = photoFieldsSchema.safeParse(texts);
  if (!fields.success) {
    const errors = fields.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    throw new ProblemError(400, 'Bad input', {
      detail: errors.map((issue) => `${issue.path}: ${issue.message}`).join('; '),
      extra: { errors },
    });
  }
  return { file, fields: fields.data };
}

async function contentOf(part: MultipartFile): Promise<Buffer> {
  try {
    return await part.toBuffer();
  } catch (error) {
    if ((error as { code?: string }).code === 'FST_REQ_FILE_TOO_LARGE')
      throw new ProblemError(413, 'Too large', { detail: `A photo may have ${photoMaxBytes / 1_048_576} MB at most.` });
    throw error;
  }
}
