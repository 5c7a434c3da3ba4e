// Puts the notifier together from the plant file: targets, words, links, store, worker.
import type { Logger } from 'pino';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Ledger } from '../journal/ledger.ts';
import { type ChannelTarget, ChannelTargets, configuredTargets } from './channel-targets.ts';
import type { ContactBook } from './contact-book.ts';
import { DeliveryStore } from './delivery-store.ts';
import { MessageComposer } from './message-composer.ts';
import { NotificationCenter } from './notification-center.ts';
import { type FindAlarm, factsOf } from './subject-facts.ts';

export async function openNotifications(options: {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly access: AccessControl;
  readonly findAlarm: FindAlarm;
  readonly contacts: ContactBook;
  /** Channels that need no line in the plant file. */
  readonly otherTargets: readonly ChannelTarget[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChanged: () => void;
}): Promise<{ readonly center: NotificationCenter; readonly targets: ChannelTargets }> {
  const { plant, ledger, access, clock, log } = options;
  const configured = await configuredTargets({ plant, clock, environment: options.environment, report: (problem) => log.error(problem) });
  const targets = new ChannelTargets([...options.otherTargets, ...configured]);
  const store = new DeliveryStore(ledger);
  const composer = new MessageComposer({
    plant,
    contacts: options.contacts,
    person: (username) => access.person(username),
    acknowledgeLink: () => null,
    digestMembers: (deliveryId) => store.digestMembers(deliveryId),
  });
  const center = await NotificationCenter.start({
    store,
    targets,
    composer,
    factsOf: (order) => factsOf(order.subject, plant, options.findAlarm),
    settings: plant.notifications,
    clock,
    log,
    onChanged: options.onChanged,
  });
  return { center, targets };
}
