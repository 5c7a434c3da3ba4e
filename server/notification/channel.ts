// One way to reach people, as the delivery worker sees it: it is given one composed message and says what became of it. A channel keeps nothing,
// retries nothing, journals nothing and knows no limit: that is the worker's.
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import type { NotificationChannel, NotificationSubject, PersonContact } from '../../domain/notification/notification-order.ts';
import type { Language } from '../../domain/text/localized-text.ts';

/** One line of the message beside its text: 场站 / Station and its name. Already in the recipient's language. */
export interface MessageFact {
  readonly name: 'station' | 'alarm' | 'tag' | 'value' | 'time' | 'response' | 'late' | 'test';
  readonly label: string;
  readonly value: string;
}

/** What is sent, in the recipient's language, with times in the plant's zone. */
export interface ChannelMessage {
  /** The same for every attempt of one delivery, so that the receiver can drop a second one: header, message id or web-push topic. Letters, digits and dashes, at most 64. */
  readonly idempotencyKey: string;
  readonly subject: NotificationSubject;
  /** Null for channels that reach a group. */
  readonly recipient: PersonContact | null;
  readonly language: Language;
  readonly urgency: AlarmPriority;
  readonly title: string;
  readonly text: string;
  readonly facts: readonly MessageFact[];
  /** Page in the dashboard; null where the plant file names no `notifications.publicUrl`. */
  readonly link: string | null;
  /** One-time page to acknowledge the alarm in the recipient's name; null where he may not, or there is nothing to acknowledge. */
  readonly acknowledgeLink: string | null;
  /** When it was ordered. */
  readonly orderedAtMs: number;
}

export const failureReasons = [
  /** No such channel in the plant file, or its secret is missing. */
  'notConfigured',
  /** The person has no address for this channel. */
  'noAddress',
  /** The person is unknown, disabled, or may no longer see the station. */
  'notPermitted',
  /** No answer before the deadline of the attempt. */
  'timeout',
  /** Refused, reset, no route, no such name. */
  'unreachable',
  /** The certificate does not hold, or the other side offers no TLS. */
  'tls',
  /** Asked to come more slowly. */
  'rateLimited',
  /** Our password, key or signature was not taken. */
  'unauthorized',
  /** The other side is there and cannot take it now (HTTP 5xx, SMTP 4xx). */
  'unavailable',
  /** The other side will never take it (HTTP 4xx, SMTP 5xx, an error code in the answer). */
  'rejected',
  /** Sent elsewhere by the answer; not followed. */
  'redirected',
  /** Answered, but not in the way that says it was taken. */
  'badAnswer',
  /** The address is no longer there (web push 404 and 410). */
  'gone',
  /** Its turn did not come before the channel's time was over. */
  'congested',
  /** The server ended during the attempt: it may have been delivered. */
  'interrupted',
  /** The channel itself failed: see the log. */
  'internal',
] as const;
export type FailureReason = (typeof failureReasons)[number];

export type SendResult =
  | { readonly kind: 'sent' /** How the other side calls it; short, no secret in it. */; readonly reference?: string }
  | {
      readonly kind: 'failed';
      readonly retryable: boolean;
      readonly reason: FailureReason;
      /** The other side's wish; the worker waits at least this long. */
      readonly retryAfterMs?: number;
      /** The other side's own code: `errcode 93000`, `SMTP 550`, `HTTP 503`. Short, no secret and no text of the message in it. */
      readonly code?: string;
    };

export interface Channel {
  readonly kind: NotificationChannel;
  /** Settles soon after `signal` aborts (the attempt's deadline, or the server stops). What the world does to us is a value; a throw is a fault of ours. */
  send(message: ChannelMessage, signal: AbortSignal): Promise<SendResult>;
}
