// How a person can be reached, as he or the administrator set it; and by which channels he is told something now. Pure.
import { z } from 'zod';
import type { AlarmPriority } from '../alarms/priority.ts';
import { type NotificationChannel, notificationChannels } from '../notification/notification-order.ts';
import { languages } from '../text/localized-text.ts';
import { minuteOfDay, timeOfDaySchema } from '../time/calendar-date.ts';

/** ITU-T E.164: a plus sign, the country's code, at most 15 digits. */
const mobileSchema = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected an international number such as +8613800138000');

export const contactSettingsSchema = z.strictObject({
  email: z.email('expected an e-mail address').max(254).nullable(),
  mobile: mobileSchema.nullable(),
  language: z.enum(languages),
  /** Of those that a message may take, these first; null: all. Critical alarms take all. */
  channels: z.array(z.enum(notificationChannels)).min(1).nullable(),
  /** While off duty: nothing that rings, except critical alarms. In the plant's time zone, may go over midnight. */
  quietHours: z.strictObject({ from: timeOfDaySchema, to: timeOfDaySchema }).nullable(),
});
export type ContactSettings = z.output<typeof contactSettingsSchema>;

export const noContact: ContactSettings = { email: null, mobile: null, language: 'zh', channels: null, quietHours: null };

/** These reach a group, whoever is on duty. */
export const groupChannels: readonly NotificationChannel[] = ['webhook', 'weCom', 'dingTalk', 'feishu'];
/** These do not ring. */
const silentChannels: ReadonlySet<NotificationChannel> = new Set(['email']);

export interface Reachable {
  readonly contact: ContactSettings;
  /** He has a phone that takes web push. */
  readonly hasPush: boolean;
}

export interface ChannelQuestion {
  /** In this order. */
  readonly wanted: readonly NotificationChannel[];
  /** What the plant has set up. */
  readonly configured: readonly NotificationChannel[];
  readonly priority: AlarmPriority;
  readonly isOnDuty: boolean;
  /** Of the plant's wall clock. */
  readonly minuteOfDay: number;
}

/** The channels by which this person is told; empty: he is not reached, and somebody else must be. DU10, DU15. */
export function channelsFor(person: Reachable, question: ChannelQuestion): NotificationChannel[] {
  const { contact } = person;
  const reachable = question.configured.filter((channel) => hasAddress(person, channel));
  const wanted = question.wanted.filter((channel) => reachable.includes(channel));
  const usable = wanted.length > 0 ? wanted : reachable;
  if (question.priority === 'critical') return usable;
  const preferred = contact.channels === null ? usable : usable.filter((channel) => contact.channels?.includes(channel));
  const chosen = preferred.length > 0 ? preferred : usable;
  if (question.isOnDuty || !isQuiet(contact, question.minuteOfDay)) return chosen;
  return chosen.filter((channel) => silentChannels.has(channel));
}

function hasAddress({ contact, hasPush }: Reachable, channel: NotificationChannel): boolean {
  switch (channel) {
    case 'webPush':
      return hasPush;
    case 'email':
      return contact.email !== null;
    case 'sms':
    case 'voice':
      return contact.mobile !== null;
    case 'webhook':
    case 'weCom':
    case 'dingTalk':
    case 'feishu':
      return false;
  }
}

function isQuiet(contact: ContactSettings, minute: number): boolean {
  if (contact.quietHours === null) return false;
  const from = minuteOfDay(contact.quietHours.from);
  const to = minuteOfDay(contact.quietHours.to);
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
