// Every request of the trend page beside readings, with the shape of its answer.
import { z } from 'zod';
import {
  type QualitySpans,
  qualitySpansSchema,
  type SaveTrendView,
  type TrendLimit,
  type TrendMarks,
  type TrendView,
  trendLimitSchema,
  trendMarksSchema,
  trendViewSchema,
} from '../../domain/api/trends-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const spanText = ({ fromMs, toMs }: Span): string => `from=${Math.round(fromMs)}&to=${Math.round(toMs)}`;
const listText = (pointIds: readonly string[]): string => `points=${pointIds.map(encodeURIComponent).join(',')}`;

export async function fetchMarks(pointIds: readonly string[], span: Span, signal?: AbortSignal): Promise<TrendMarks> {
  const path = `/api/trends/marks?${listText(pointIds)}&${spanText(span)}`;
  return valueOrThrow(await request(path, { schema: trendMarksSchema, ...(signal && { signal }) }));
}

export async function fetchLimits(pointIds: readonly string[], signal?: AbortSignal): Promise<TrendLimit[]> {
  return valueOrThrow(
    await request(`/api/trends/limits?${listText(pointIds)}`, { schema: z.array(trendLimitSchema), ...(signal && { signal }) }),
  );
}

export async function fetchQuality(pointId: string, span: Span, buckets: number, signal?: AbortSignal): Promise<QualitySpans> {
  const path = `/api/trends/quality?point=${encodeURIComponent(pointId)}&${spanText(span)}&buckets=${buckets}`;
  return valueOrThrow(await request(path, { schema: qualitySpansSchema, ...(signal && { signal }) }));
}

export async function fetchViews(signal?: AbortSignal): Promise<TrendView[]> {
  return valueOrThrow(await request('/api/trend-views', { schema: z.array(trendViewSchema), ...(signal && { signal }) }));
}

export function postView(body: SaveTrendView): Promise<Answer<TrendView>> {
  return request('/api/trend-views', { method: 'POST', body, schema: trendViewSchema });
}

export function putView(id: string, body: SaveTrendView & { readonly version: number }): Promise<Answer<TrendView>> {
  return request(`/api/trend-views/${encodeURIComponent(id)}`, { method: 'PUT', body, schema: trendViewSchema });
}

export function deleteView(id: string, version: number): Promise<Answer<TrendView>> {
  return request(`/api/trend-views/${encodeURIComponent(id)}`, { method: 'DELETE', body: { version }, schema: trendViewSchema });
}
