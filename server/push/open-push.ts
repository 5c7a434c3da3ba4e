// Puts web push together: key, addresses, sender, channel, routes. Where the key cannot be read the server runs without push, and says so.
import { readFile } from 'node:fs/promises';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { NotificationSettings } from '../../domain/notification/notification-settings.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Ledger } from '../journal/ledger.ts';
import { type ChannelTarget, personTarget } from '../notification/channel-targets.ts';
import { createWebPushChannel } from '../notification/web-push-channel.ts';
import { pushRoutes } from './push-routes.ts';
import { PushSender } from './push-sender.ts';
import { PushServices } from './push-services.ts';
import { PushSubscriptions } from './push-subscriptions.ts';
import { openVapidKeys } from './vapid-keys.ts';

/** A push service may ask whom it concerns; who named nobody is not reachable, which is better than somebody else's address. */
const nobody = 'mailto:unnamed@gatewatch.invalid';

export async function openPush(options: {
  readonly settings: NotificationSettings;
  readonly dataDir: string;
  readonly ledger: Ledger;
  readonly access: AccessControl;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<{ readonly target: ChannelTarget | null; readonly routes: FastifyPluginAsyncZod }> {
  const { settings, ledger, access, clock, log } = options;
  const { webPush, publicUrl } = settings;
  const subscriptions = new PushSubscriptions(ledger, clock);
  access.sessions.onEnded((tokenHash) => {
    subscriptions.endSession(tokenHash).catch((error: unknown) => log.error({ err: error }, 'a phone could not be taken off push'));
  });
  try {
    const keys = await openVapidKeys(options.dataDir);
    const services = new PushServices(webPush.services);
    const sender = new PushSender({
      keys,
      contact: webPush.contact ?? (publicUrl?.startsWith('https:') === true ? publicUrl : nobody),
      services,
      ca: webPush.caFile === undefined ? null : await readFile(webPush.caFile, 'utf8'),
      clock,
    });
    return {
      target: {
        ...personTarget(createWebPushChannel(subscriptions, sender)),
        concurrency: webPush.concurrency,
        attemptTimeoutMs: webPush.attemptTimeout,
      },
      routes: pushRoutes({ publicKey: keys.publicKey, services, subscriptions, sender, clock }),
    };
  } catch (error) {
    log.error(`web push is off: ${(error as Error).message}`);
    return { target: null, routes: withoutPush };
  }
}

/** The same paths, which say why. */
const withoutPush: FastifyPluginAsyncZod = async (app) => {
  for (const [method, url] of [
    ['GET', '/api/push/key'],
    ['POST', '/api/push/subscriptions'],
    ['DELETE', '/api/push/subscriptions'],
    ['POST', '/api/push/test'],
  ] as const)
    app.route({
      method,
      url,
      config: { permission: 'session.own' },
      handler: async () => {
        throw new ProblemError(503, 'Push is off', { detail: 'The server could not read its push key; the log says why.' });
      },
    });
};
