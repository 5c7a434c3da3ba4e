// The screens that a person can go to, in one list: the header, the key bindings and the key help are made from it.
import type { Permission } from '../../domain/access/roles.ts';

export interface NavigationItem {
  readonly to:
    | '/'
    | '/alarms'
    | '/incidents'
    | '/hazards'
    | '/patrols'
    | '/video'
    | '/trends'
    | '/duty'
    | '/performance'
    | '/obligations'
    | '/notifications'
    | '/alarm-settings'
    | '/evidence'
    | '/health'
    | '/engineering'
    | '/people'
    | '/replay';
  /** Key of its name in the words: `nav.…`. */
  readonly name:
    | 'nav.overview'
    | 'nav.alarms'
    | 'nav.incidents'
    | 'nav.hazards'
    | 'nav.patrols'
    | 'nav.video'
    | 'nav.trends'
    | 'nav.duty'
    | 'nav.performance'
    | 'nav.obligations'
    | 'nav.notifications'
    | 'nav.alarmSettings'
    | 'nav.evidence'
    | 'nav.health'
    | 'nav.engineering'
    | 'nav.people'
    | 'nav.replay';
  /** Two keys, `g` first. */
  readonly keys: string;
  readonly permission: Permission;
  /** In the header itself, or folded into "More" there. */
  readonly place: 'header' | 'more';
}

export const navigation: readonly NavigationItem[] = [
  { to: '/', name: 'nav.overview', keys: 'g o', permission: 'plant.read', place: 'header' },
  { to: '/alarms', name: 'nav.alarms', keys: 'g a', permission: 'alarms.read', place: 'header' },
  { to: '/incidents', name: 'nav.incidents', keys: 'g i', permission: 'incidents.read', place: 'header' },
  { to: '/trends', name: 'nav.trends', keys: 'g t', permission: 'readings.read', place: 'header' },
  { to: '/duty', name: 'nav.duty', keys: 'g d', permission: 'duty.read', place: 'header' },
  { to: '/hazards', name: 'nav.hazards', keys: 'g z', permission: 'hazards.read', place: 'more' },
  { to: '/patrols', name: 'nav.patrols', keys: 'g l', permission: 'patrols.read', place: 'more' },
  { to: '/video', name: 'nav.video', keys: 'g c', permission: 'cameras.read', place: 'more' },
  { to: '/replay', name: 'nav.replay', keys: 'g y', permission: 'alarms.read', place: 'more' },
  { to: '/performance', name: 'nav.performance', keys: 'g p', permission: 'performance.read', place: 'more' },
  { to: '/obligations', name: 'nav.obligations', keys: 'g b', permission: 'obligations.read', place: 'more' },
  { to: '/evidence', name: 'nav.evidence', keys: 'g v', permission: 'evidence.make', place: 'more' },
  { to: '/notifications', name: 'nav.notifications', keys: 'g n', permission: 'notifications.read', place: 'more' },
  { to: '/alarm-settings', name: 'nav.alarmSettings', keys: 'g r', permission: 'alarmSettings.read', place: 'more' },
  { to: '/engineering', name: 'nav.engineering', keys: 'g e', permission: 'engineering.read', place: 'more' },
  { to: '/health', name: 'nav.health', keys: 'g h', permission: 'health.read', place: 'more' },
  { to: '/people', name: 'nav.people', keys: 'g u', permission: 'users.manage', place: 'more' },
];
