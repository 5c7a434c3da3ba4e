// The log of notifications, how each channel fares, and a test message: /api/notifications.
import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  type NotificationChannelView,
  notificationChannelViewSchema,
  notificationLogSchema,
  notificationQuerySchema,
  notificationTestAnswerSchema,
  notificationTestSchema,
} from '../../domain/api/notification-api.ts';
import { notificationChannels } from '../../domain/notification/notification-order.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { actorOf, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { ChannelTargets } from './channel-targets.ts';
import { personChannels } from './delivery-rules.ts';
import type { NotificationCenter } from './notification-center.ts';
import { readNotifications } from './notification-log.ts';

export function notificationRoutes(options: {
  readonly center: NotificationCenter;
  readonly targets: ChannelTargets;
  readonly access: AccessControl;
  readonly ledger: Ledger;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { center, targets, access, ledger, clock } = options;
  return async (app) => {
    app.get(
      '/api/notifications',
      {
        schema: { querystring: notificationQuerySchema, response: { 200: notificationLogSchema } },
        config: { permission: 'notifications.read' },
      },
      async (request) => {
        const identity = identityOf(request);
        const { station } = request.query;
        if (station !== undefined && !maySee(identity, station))
          throw new ProblemError(404, 'Not found', { detail: `There is no station ${station}` });
        const displayNames = new Map((await access.users()).map((user) => [user.username, user.displayName]));
        return readNotifications(ledger.database, request.query, identity, displayNames);
      },
    );

    app.get(
      '/api/notifications/channels',
      { schema: { response: { 200: z.array(notificationChannelViewSchema) } }, config: { permission: 'notifications.read' } },
      async () => channelViews(center, targets),
    );

    app.post(
      '/api/notifications/test',
      {
        schema: { body: notificationTestSchema, response: { 202: notificationTestAnswerSchema } },
        config: { permission: 'notifications.manage', rateLimit: { max: 20, timeWindow: 60_000 } },
      },
      async (request, reply) => {
        const identity = identityOf(request);
        const target = targets.find(request.body.target);
        if (target === null) {
          const known = targets.all().map(({ name }) => name);
          throw new ProblemError(404, 'Not found', {
            detail: `There is no channel ${request.body.target}; the plant file has ${known.length === 0 ? 'none' : known.join(', ')}.`,
          });
        }
        const username = personChannels.has(target.kind) ? (request.body.username ?? identity.username) : null;
        if (username !== null && (await access.person(username)) === null)
          throw new ProblemError(422, 'Refused', { detail: `There is no person ${username}.` });
        const key = `test/${randomUUID()}`;
        await ledger.note({
          occurredAtMs: clock.nowMs(),
          kind: 'notification.test',
          stationId: null,
          alarmId: null,
          occurrenceId: null,
          actor: actorOf(identity),
          detail: { key, target: target.name, ...(username === null ? {} : { username }) },
        });
        await center.orderTo(target, {
          key,
          subject: { kind: 'test' },
          username,
          channels: [target.kind],
          urgency: 'low',
          title: { zh: '站哨测试通知', en: 'Gatewatch test message' },
          text: {
            zh: `这是一条测试通知，由 ${identity.displayName} 发出。没有发生任何事情，无需处理。`,
            en: `This is a test, sent by ${identity.displayName}. Nothing has happened and nothing needs to be done.`,
          },
          mayNotWait: true,
        });
        return reply.code(202).send({ key });
      },
    );
  };
}

export function channelViews(center: NotificationCenter, targets: ChannelTargets): NotificationChannelView[] {
  const health = new Map(center.health().map((one) => [one.target, one]));
  return notificationChannels.flatMap((channel): NotificationChannelView[] => {
    const named = targets.all().filter((target) => target.kind === channel);
    if (named.length === 0) return [{ ...nothing, channel, target: null, state: 'notConfigured', stationIds: null }];
    return named.map((target) => {
      const fares = health.get(target.name);
      const failingSinceMs = fares?.failingSinceMs ?? null;
      return {
        channel,
        target: target.name,
        state: target.channel === null ? 'secretMissing' : failingSinceMs === null ? 'ready' : 'failing',
        stationIds: target.stationIds === null ? null : [...target.stationIds],
        lastSuccessAtMs: fares?.lastSuccessAtMs ?? null,
        lastFailureAtMs: fares?.lastFailureAtMs ?? null,
        lastFailureReason: fares?.lastFailureReason ?? null,
        failingSinceMs,
        sentTotal: fares?.sentTotal ?? 0,
        failedTotal: [...(fares?.failedTotal.values() ?? [])].reduce((sum, count) => sum + count, 0),
        queued: center.queued(target.name),
      };
    });
  });
}

const nothing = {
  lastSuccessAtMs: null,
  lastFailureAtMs: null,
  lastFailureReason: null,
  failingSinceMs: null,
  sentTotal: 0,
  failedTotal: 0,
  queued: 0,
} as const;
