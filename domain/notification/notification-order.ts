// What a part of the server asks of the notifier: tell these people, by these channels, about this. An order is durable once it is taken.
import type { AlarmPriority } from '../alarms/priority.ts';
import type { LocalizedText } from '../text/localized-text.ts';

export const notificationChannels = ['webPush', 'email', 'webhook', 'weCom', 'dingTalk', 'feishu', 'sms', 'voice'] as const;
export type NotificationChannel = (typeof notificationChannels)[number];

export type NotificationSubject =
  | { readonly kind: 'alarm'; readonly alarmId: string; readonly occurrenceId: string; readonly stationId: string }
  | { readonly kind: 'incident'; readonly incidentId: string; readonly stationId: string }
  | { readonly kind: 'hazard'; readonly hazardId: string; readonly stationId: string }
  | { readonly kind: 'duty'; readonly stationId: string | null }
  | { readonly kind: 'patrol'; readonly patrolId: string; readonly stationId: string }
  /** `stationId` null: of the company. */
  | { readonly kind: 'obligation'; readonly obligationId: string; readonly stationId: string | null }
  /** Orders of one recipient that came too fast, told together; made by the notifier itself. */
  | { readonly kind: 'digest'; readonly orders: number }
  | { readonly kind: 'test' };

export interface NotificationOrder {
  /** Same key, same order: a second one with it has no effect, also after a restart. Example: `alarm/<occurrenceId>/level-2/wang`. */
  readonly key: string;
  readonly subject: NotificationSubject;
  /** Who is told; his addresses are looked up when it is sent. Null for channels that reach a group (webhook, chat robots). */
  readonly username: string | null;
  /**
   * Channels that reach a person (web push, e-mail, SMS, voice) are tried in this order until one takes it; a channel that fails for good or for too
   * long falls to the next. Every channel that reaches a group (webhook, robots) is told, whatever becomes of the others. To tell a person by two
   * channels at once, give two orders with two keys.
   */
  readonly channels: readonly NotificationChannel[];
  readonly urgency: AlarmPriority;
  readonly title: LocalizedText;
  readonly text: LocalizedText;
  /** Sent also while a flood is put together in a digest: critical alarms and incidents. */
  readonly mayNotWait: boolean;
}

/** The notifier, as those see it who have something to tell. Resolves when the orders are on disk. */
export interface Notifier {
  order(orders: readonly NotificationOrder[]): Promise<void>;
}

/** Where a person can be reached; kept by `server/duty/`, asked by the channels. */
export interface PersonContact {
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  /** E.164, `+8613…`. */
  readonly mobile: string | null;
  readonly language: 'zh' | 'en';
}
