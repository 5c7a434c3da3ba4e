// How people are told: who they are, what is delivered to them, and the escalation that goes on until somebody has acknowledged. The server and a test of
// what dies on the way compose it by this.

import type { OnStop } from '../domain/start/on-stop.ts';
import { type Duty, openDuty } from './duty/duty.ts';
import { People } from './duty/people.ts';
import { type Notifications, openNotifications } from './notification/open-notifications.ts';

type OfDuty = Parameters<typeof openDuty>[0];
type OfNotifications = Parameters<typeof openNotifications>[0];

export interface Telling {
  readonly people: People;
  readonly notifications: Notifications;
  readonly duty: Duty;
}

export async function openTelling(
  options: Pick<OfDuty, 'plant' | 'ledger' | 'access' | 'store' | 'clock' | 'log' | 'random' | 'work' | 'incidents' | 'hazards'> &
    Pick<OfNotifications, 'dataDir' | 'otherTargets' | 'environment'> & {
      readonly announce: (what: 'notifications' | 'duty') => void;
      readonly onStop: OnStop;
    },
): Promise<Telling> {
  const { plant, ledger, access, store, clock, log, announce, onStop } = options;
  const people = new People(access, ledger, clock);
  const notifications = await openNotifications({
    plant,
    ledger,
    access,
    alarms: store,
    dataDir: options.dataDir,
    contacts: people,
    otherTargets: options.otherTargets,
    environment: options.environment,
    clock,
    log,
    onChanged: () => announce('notifications'),
  });
  onStop('notifications', () => notifications.center.stop());
  const duty = await openDuty({
    plant,
    ledger,
    access,
    people,
    store,
    notifier: notifications.center,
    channels: notifications.configuredChannels,
    clock,
    log,
    random: options.random,
    work: options.work,
    incidents: options.incidents,
    hazards: options.hazards,
    announce: () => announce('duty'),
  });
  onStop('duty', () => duty.stop());
  return { people, notifications, duty };
}
