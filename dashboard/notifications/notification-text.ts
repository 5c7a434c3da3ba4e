// Names of channels, states and reasons. A reason that this page does not know yet is shown as it is.
import type { NotificationView } from '../../domain/api/notification-api.ts';
import { notificationChannels } from '../../domain/notification/notification-order.ts';
import { useWords } from '../language/language.ts';
import { zh } from './notification-words.ts';

type KnownReason = keyof typeof zh.reason;

export function useNotificationText() {
  const { t } = useWords();
  const reasonText = (reason: string): string =>
    Object.hasOwn(zh.reason, reason) ? t(`notifications.reason.${reason as KnownReason}`) : reason;
  /** A group without a name of its own is called by its channel. */
  const targetText = (target: string): string => {
    const channel = notificationChannels.find((name) => name === target);
    return channel === undefined ? target : t(`notifications.channel.${channel}`);
  };
  const recipientText = ({ recipient }: NotificationView): string =>
    recipient.kind === 'person' ? (recipient.displayName ?? recipient.username) : targetText(recipient.target);
  /** The channel that took it, or the one that is tried now. */
  const channelOf = (notification: NotificationView) =>
    notification.state === 'digested'
      ? (notification.digest?.channel ?? null)
      : (notification.attempts.at(-1)?.channel ?? notification.route[notification.step]?.channel ?? null);
  return { reasonText, recipientText, channelOf };
}
