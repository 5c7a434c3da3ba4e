// What the notification screens ask of the server.
import { z } from 'zod';
import {
  type NotificationChannelView,
  type NotificationLog,
  notificationChannelViewSchema,
  notificationLogSchema,
  notificationTestAnswerSchema,
} from '../../domain/api/notification-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

export async function fetchNotifications(search: Readonly<Record<string, string>>, signal: AbortSignal): Promise<NotificationLog> {
  const query = new URLSearchParams(search).toString();
  return valueOrThrow(await request(`/api/notifications${query === '' ? '' : `?${query}`}`, { schema: notificationLogSchema, signal }));
}

export async function fetchChannels(signal: AbortSignal): Promise<NotificationChannelView[]> {
  return valueOrThrow(await request('/api/notifications/channels', { schema: z.array(notificationChannelViewSchema), signal }));
}

export function sendTest(body: { readonly target: string; readonly username?: string }): Promise<Answer<{ key: string }>> {
  return request('/api/notifications/test', { method: 'POST', body, schema: notificationTestAnswerSchema });
}
