// The questions that the video pages ask of the server, and the addresses of pictures.
import { z } from 'zod';
import {
  alarmPictureSchema,
  cameraDetailSchema,
  cameraViewSchema,
  lookViewSchema,
  type OpenLook,
  openedLookSchema,
} from '../../domain/api/video-api.ts';
import { request, valueOrThrow } from '../http/request.ts';

export async function fetchCameras(signal: AbortSignal) {
  return valueOrThrow(await request('/api/video/cameras', { schema: z.array(cameraViewSchema), signal }));
}

export async function fetchCamera(id: string, signal: AbortSignal) {
  return valueOrThrow(await request(`/api/video/cameras/${encodeURIComponent(id)}`, { schema: cameraDetailSchema, signal }));
}

export async function fetchRetrievalLog(signal: AbortSignal) {
  return valueOrThrow(await request('/api/video/log', { schema: z.array(lookViewSchema), signal }));
}

export async function fetchAlarmPictures(alarmId: string, signal: AbortSignal) {
  return valueOrThrow(
    await request(`/api/alarms/${encodeURIComponent(alarmId)}/pictures`, { schema: z.array(alarmPictureSchema), signal }),
  );
}

export function postLook(body: OpenLook) {
  return request('/api/video/looks', { method: 'POST', body, schema: openedLookSchema });
}

export function endLook(id: string) {
  return request(`/api/video/looks/${encodeURIComponent(id)}/end`, { method: 'POST', schema: lookViewSchema });
}

/** `turn`: another address for the next picture, so that the browser asks again. */
export function pictureUrl(lookId: string, cameraId: string, turn: number, recordedAtMs: number | null): string {
  const search = new URLSearchParams({
    camera: cameraId,
    ...(recordedAtMs === null ? { turn: String(turn) } : { at: String(recordedAtMs) }),
  });
  return `/api/video/looks/${encodeURIComponent(lookId)}/picture?${search}`;
}

export function alarmPictureUrl(alarmId: string, hash: string, lookId: string): string {
  return `/api/alarms/${encodeURIComponent(alarmId)}/pictures/${hash}?look=${encodeURIComponent(lookId)}`;
}
