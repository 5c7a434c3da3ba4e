// Requests about wall links, and the one by which a wall screen gets in.
import { z } from 'zod';
import { type SessionView, sessionViewSchema } from '../../domain/api/session-api.ts';
import {
  type MadeWallLink,
  type MakeWallLink,
  madeWallLinkSchema,
  type WallLinkView,
  wallLinkViewSchema,
} from '../../domain/api/wall-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

export function openWall(key: string): Promise<Answer<SessionView>> {
  return request('/api/wall/session', { method: 'POST', body: { key }, schema: sessionViewSchema });
}

export async function fetchWallLinks(signal?: AbortSignal): Promise<WallLinkView[]> {
  return valueOrThrow(await request('/api/wall-links', { schema: z.array(wallLinkViewSchema), ...(signal && { signal }) }));
}

export function makeWallLink(body: MakeWallLink): Promise<Answer<MadeWallLink>> {
  return request('/api/wall-links', { method: 'POST', body, schema: madeWallLinkSchema });
}

export function revokeWallLink(id: string): Promise<Answer<WallLinkView>> {
  return request(`/api/wall-links/${encodeURIComponent(id)}/revoke`, { method: 'POST', schema: wallLinkViewSchema });
}
