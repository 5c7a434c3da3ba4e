// How a photo comes over HTTP, for all that keep photos: a form with one picture and a few fields, refused in plain words; and how it goes out again.
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { photoMaxBytes } from '../../domain/api/incident-api.ts';
import { ProblemError } from '../http/problem-error.ts';
import { type InspectedPhoto, inspectPhoto, type PhotoType } from './photo-file.ts';

const refusalText = {
  notAPhoto: 'The file is no JPEG, PNG or WebP picture.',
  damaged: 'The picture is damaged or cut off: take it again.',
  tooLarge: 'The picture has too many pixels.',
} as const;

/** Call once in the plugin whose routes take photos. */
export async function acceptPhotos(app: Pick<FastifyInstance, 'register'>): Promise<void> {
  await app.register(multipart, {
    limits: { fileSize: photoMaxBytes, files: 1, fields: 8, fieldSize: 4_096, parts: 10, headerPairs: 50 },
  });
}

export function inspectedPhoto(file: Buffer, options: { readonly readsPosition: boolean }): Extract<InspectedPhoto, { kind: 'photo' }> {
  const photo = inspectPhoto(file, options);
  if (photo.kind === 'refused')
    throw new ProblemError(422, 'Refused', { detail: refusalText[photo.reason], extra: { reason: photo.reason } });
  return photo;
}

export function photoHeaders(photo: { readonly hash: string; readonly mediaType: PhotoType }, bytes: number) {
  return {
    'content-type': photo.mediaType,
    'content-length': String(bytes),
    'content-disposition': `inline; filename="${photo.hash.slice(0, 16)}"`,
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, max-age=31536000, immutable',
  };
}

/** The picture in the part `photo`, and the other parts as `schema` has them. */
export async function readPhotoForm<Schema extends z.ZodType>(
  request: FastifyRequest,
  schema: Schema,
): Promise<{ file: Buffer; fields: z.output<Schema> }> {
  if (!request.isMultipart())
    throw new ProblemError(415, 'Unsupported', { detail: 'Send multipart/form-data with the picture in the part `photo`.' });
  let file: Buffer | null = null;
  const texts: Record<string, string> = {};
  for await (const part of request.parts()) {
    if (part.type === 'file') file = await contentOf(part);
    else if (typeof part.value === 'string') texts[part.fieldname] = part.value;
  }
  if (file === null) throw new ProblemError(400, 'Bad input', { detail: 'photo: the picture is missing' });
  const fields = schema.safeParse(texts);
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
