// One's own phone and push: the server's key, turning it on and off, and a test.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { pushKeySchema, pushTestAnswerSchema, pushTestSchema, subscribeSchema, unsubscribeSchema } from '../../domain/api/push-api.ts';
import type { PushMessage } from '../../domain/notification/push-message.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { PushSender } from './push-sender.ts';
import type { PushServices } from './push-services.ts';
import { idOf, type PushSubscriptions } from './push-subscriptions.ts';

const testWithinMs = 10_000;
const testWords: Readonly<Record<Language, { readonly title: string; readonly text: string }>> = {
  zh: { title: '站哨：测试通知', text: '推送正常。报警与事件会这样通知您。' },
  en: { title: 'Gatewatch: test', text: 'Push works. Alarms and incidents will come like this.' },
};

export function pushRoutes(options: {
  readonly publicKey: string;
  readonly services: PushServices;
  readonly subscriptions: PushSubscriptions;
  readonly sender: PushSender;
  readonly clock: Clock;
}): FastifyPluginAsyncZod {
  const { publicKey, services, subscriptions, sender, clock } = options;
  const config = { permission: 'session.own' } as const;

  return async (app) => {
    app.get('/api/push/key', { schema: { response: { 200: pushKeySchema } }, config }, async () => ({ publicKey }));

    app.post(
      '/api/push/subscriptions',
      { schema: { body: subscribeSchema, response: { 204: z.null() } }, config },
      async (request, reply) => {
        if (!services.isPermitted(request.body.subscription.endpoint))
          throw new ProblemError(422, 'Refused', {
            detail:
              'This address is no public push service. One in your own network is named in the plant file: notifications.webPush.services',
            extra: { reason: 'notAPushService' },
          });
        await subscriptions.subscribe(identityOf(request), request.body);
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/api/push/subscriptions',
      { schema: { body: unsubscribeSchema, response: { 204: z.null() } }, config },
      async (request, reply) => {
        // That there is none is what was asked for.
        await subscriptions.unsubscribe(identityOf(request), request.body.endpoint);
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/push/test',
      {
        schema: { body: pushTestSchema, response: { 200: pushTestAnswerSchema } },
        config: { ...config, rateLimit: { max: 10, timeWindow: 60_000 } },
      },
      async (request) => {
        const { username } = identityOf(request);
        const phone = (await subscriptions.of(username)).find(({ id }) => id === idOf(request.body.endpoint));
        if (phone === undefined) throw new ProblemError(404, 'Not found', { detail: 'Push is not on for this phone: turn it on first.' });
        const result = await sender.send(phone, testMessage(phone.language, clock.nowMs()), 'test', AbortSignal.timeout(testWithinMs));
        if (result.kind === 'sent') return { kind: 'sent' as const };
        if (result.kind === 'failed') return { kind: 'failed' as const, reason: result.reason };
        await subscriptions.expire(phone, result.status);
        return { kind: 'failed' as const, reason: 'gone' };
      },
    );
  };
}

function testMessage(language: Language, atMs: number): PushMessage {
  return { schema: 1, ...testWords[language], tag: 'test', path: '/phone/settings', urgency: 'high', language, atMs };
}
