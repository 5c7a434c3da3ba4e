// Puts the notifier together from the plant file: targets, words, links, store, worker.
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Readiness } from '../../domain/api/health-api.ts';
import type { NotificationChannelView } from '../../domain/api/notification-api.ts';
import type { NotificationChannel } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import { AcknowledgeByLink } from './acknowledge-by-link.ts';
import { acknowledgeLinkRoutes } from './acknowledge-link-routes.ts';
import { AcknowledgeTokens } from './acknowledge-token.ts';
import { type ChannelTarget, ChannelTargets, configuredTargets } from './channel-targets.ts';
import type { ContactBook } from './contact-book.ts';
import { DeliveryStore } from './delivery-store.ts';
import { MessageComposer } from './message-composer.ts';
import { NotificationCenter } from './notification-center.ts';
import { notificationParts, registerNotificationMetrics } from './notification-metrics.ts';
import { channelViews, notificationRoutes } from './notification-routes.ts';
import { type FindAlarm, factsOf } from './subject-facts.ts';

export interface Notifications {
  readonly center: NotificationCenter;
  /** Channels that have a target. */
  readonly configuredChannels: () => readonly NotificationChannel[];
  readonly routes: FastifyPluginAsync;
  /** How each channel fares. */
  readonly channels: () => readonly NotificationChannelView[];
  /** For /readyz. */
  readonly parts: () => Readiness['parts'];
  readonly registerMetrics: (registry: Registry) => void;
}

export async function openNotifications(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly access: AccessControl;
  readonly alarms: AlarmStore;
  readonly dataDir: string;
  readonly contacts: ContactBook;
  /** Channels that need no line in the plant file. */
  readonly otherTargets: readonly ChannelTarget[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChanged: () => void;
}): Promise<Notifications> {
  const { plant, ledger, access, alarms, contacts, clock, log } = options;
  const configured = await configuredTargets({ plant, clock, environment: options.environment, report: (problem) => log.error(problem) });
  const targets = new ChannelTargets([...options.otherTargets, ...configured]);
  const store = new DeliveryStore(ledger);
  const links = new AcknowledgeByLink({ plant, tokens: await AcknowledgeTokens.open(options.dataDir), alarms, access, ledger, clock });
  const findAlarm: FindAlarm = (id) => alarms.find(id);
  const composer = new MessageComposer({
    plant,
    contacts,
    person: (username) => access.person(username),
    acknowledgeLink: (subject, person) => (subject.kind === 'alarm' ? links.linkFor(subject.occurrenceId, person) : null),
    digestMembers: (deliveryId) => store.digestMembers(deliveryId),
  });
  const center = await NotificationCenter.start({
    store,
    targets,
    composer,
    factsOf: (order) => factsOf(order.subject, plant, findAlarm),
    settings: plant.notifications,
    clock,
    log,
    onChanged: options.onChanged,
  });
  const routes: FastifyPluginAsync = async (app) => {
    await app.register(notificationRoutes({ center, targets, access, ledger, clock }));
    await app.register(acknowledgeLinkRoutes({ plant, links, contacts, access, findAlarm }));
  };
  return {
    center,
    configuredChannels: () => targets.configured(),
    routes,
    channels: () => channelViews(center, targets),
    parts: () => notificationParts(center, targets, clock.nowMs()),
    registerMetrics: (registry) => registerNotificationMetrics(registry, center, targets),
  };
}
