// How a photo comes over HTTP, for all that keep photos: a form with one picture and a few fields, refused in plain words; and how it goes out again.
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { photoMaxBytes } from '../../domain/api/incident-api.ts';
import type { Position } from '../../domain/incidents/incident.ts';
import { ProblemError } from '../http/problem-error.ts';
import { inspectPhoto, type PhotoType } from './photo-file.ts';
import type { PhotoStore } from './photo-store.ts';

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

export interface KeptPhoto {
  /** SHA-256 of what is stored. */
  readonly hash: string;
  readonly mediaType: PhotoType;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly caption: string | null;
}

/** On disk when this resolves, without its metadata; `position`: where it was taken, read only when asked. */
export async function keepPhoto(
  photos: PhotoStore,
  upload: { readonly file: Buffer; readonly caption: string | undefined; readonly readsPosition: boolean },
): Promise<{ readonly photo: KeptPhoto; readonly position: Position | null }> {
  const inspected = inspectPhoto(upload.file, upload);
  if (inspected.kind === 'refused')
    throw new ProblemError(422, 'Refused', { detail: refusalText[inspected.reason], extra: { reason: inspected.reason } });
  const { mediaType, width, height, bytes, position } = inspected;
  const hash = await photos.put(bytes, mediaType);
  const caption = upload.caption === undefined || upload.caption === '' ? null : upload.caption;
  return { photo: { hash, mediaType, bytes: bytes.length, width, height, caption }, position };
}

/** The one of `record` that has this hash. */
export async function sendPhoto(
  reply: FastifyReply,
  photos: PhotoStore,
  of: {
    readonly record: { readonly photos: readonly Pick<KeptPhoto, 'hash' | 'mediaType'>[] };
    readonly name: string;
    readonly hash: string;
  },
): Promise<FastifyReply> {
  const photo = of.record.photos.find(({ hash }) => hash === of.hash);
  const stored = photo === undefined ? null : await photos.read(photo.hash, photo.mediaType);
  if (photo === undefined || stored === null)
    throw new ProblemError(404, 'Not found', { detail: `The ${of.name} has no such photo, or its file is missing in the data folder.` });
  return reply.headers(photoHeaders(photo, stored.bytes)).send(stored.stream);
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
