// Journal lines of notifications in words: to whom, by which channel, what came of it. Fields that this page does not know are shown as they are.
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { type NotificationChannel, notificationChannels } from '../../domain/notification/notification-order.ts';
import { useWords } from '../language/language.ts';
import { usePersonName } from '../session/person-names.ts';
import { useNotificationText } from './notification-text.ts';
import { zh } from './notification-words.ts';

const quietFields: ReadonlySet<string> = new Set([
  'key',
  'keys',
  'deliveryId',
  'recipient',
  'recipients',
  'username',
  'channel',
  'channels',
  'target',
  'attempt',
  'attempts',
  'reason',
  'next',
  'orders',
  'urgency',
  'againAtMs',
  'held',
  'code',
]);

export function useNotificationJournal(): (entry: JournalEntry) => string {
  const { t } = useWords();
  const { reasonText } = useNotificationText();
  const personName = usePersonName();
  const channelText = (channel: unknown): string =>
    notificationChannels.includes(channel as NotificationChannel)
      ? t(`notifications.channel.${channel as NotificationChannel}`)
      : String(channel);
  const nameOf = (recipient: unknown): string => {
    const name = String(recipient).replace(/^(person|group):/, '');
    return String(recipient).startsWith('group:') ? name : personName(name);
  };
  return (entry) => {
    const { detail, kind } = entry;
    const parts: string[] = [];
    const recipients = Array.isArray(detail.recipients) ? detail.recipients : [detail.recipient ?? detail.username ?? detail.target];
    const named = recipients.filter((recipient) => recipient !== null && recipient !== undefined).map(nameOf);
    if (named.length > 0) parts.push(t('notifications.journalRecipient', { value: named.join('、') }));
    if (detail.channel !== null && detail.channel !== undefined) parts.push(channelText(detail.channel));
    if (Array.isArray(detail.channels)) parts.push(detail.channels.map(channelText).join(' → '));
    if (typeof detail.attempt === 'number') parts.push(t('notifications.journalAttempt', { value: detail.attempt }));
    if (typeof detail.reason === 'string') {
      const refusal = Object.hasOwn(zh.linkRefusal, detail.reason) ? (detail.reason as keyof typeof zh.linkRefusal) : null;
      const isLink = kind === 'notification.linkRefused' && refusal !== null;
      parts.push(
        t('notifications.journalReason', { value: isLink ? t(`notifications.linkRefusal.${refusal}`) : reasonText(detail.reason) }),
      );
    }
    if (typeof detail.code === 'string') parts.push(detail.code);
    if (typeof detail.orders === 'number') parts.push(t('notifications.journalOrders', { value: detail.orders }));
    if (kind === 'notification.gaveUp')
      parts.push(
        typeof detail.next === 'string'
          ? t('notifications.journalNext', { value: channelText(detail.next) })
          : t('notifications.journalNoNext'),
      );
    for (const [name, value] of Object.entries(detail))
      if (!quietFields.has(name) && value !== null && typeof value !== 'object') parts.push(`${name} ${String(value)}`);
    return parts.join(' · ');
  };
}
