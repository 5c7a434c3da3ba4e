// One encrypted message to one phone (RFC 8030, 8188, 8291, signed by RFC 8292): made by `web-push`, sent by ourselves, because that library follows
// neither a deadline nor a rule about where it may connect.
import { createHash } from 'node:crypto';
import webPush from 'web-push';
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import type { PushMessage } from '../../domain/notification/push-message.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { SendResult } from '../notification/channel.ts';
import { failureOfStatus, sendHttp } from '../notification/channels/http-request.ts';
import { cutBytes } from '../notification/channels/message-text.ts';
import { type PushServices, publicLookup } from './push-services.ts';
import type { PushSubscription } from './push-subscriptions.ts';
import type { VapidKeys } from './vapid-keys.ts';

export interface PushSenderOptions {
  readonly keys: VapidKeys;
  /** `mailto:` or `https:`: whom a push service asks about this server. */
  readonly contact: string;
  readonly services: PushServices;
  /** PEM, where a push service of the plant has a certificate of its own. */
  readonly ca: string | null;
  readonly clock: Clock;
}

/** `gone`: the phone is not there any more, and never will be again under this address. */
export type PushResult = SendResult | { readonly kind: 'gone'; readonly status: number };

/** How long a push service keeps it for a phone that is switched off. An old alarm must not ring as if it were new. */
const keepForSeconds: Readonly<Record<AlarmPriority, number>> = { critical: 3_600, high: 3_600, medium: 4 * 3_600, low: 4 * 3_600 };
const urgencies: Readonly<Record<AlarmPriority, webPush.Urgency>> = { critical: 'high', high: 'high', medium: 'normal', low: 'low' };
/** Services take 4,096 bytes, of which the encryption needs 103 and its header 86; some take less than they say. */
const textBytesMax = 2_000;
const titleBytesMax = 400;

export class PushSender {
  readonly #options: PushSenderOptions;

  constructor(options: PushSenderOptions) {
    this.#options = options;
  }

  /** `topic`: a message that still waits at the push service gives way to a later one with the same. */
  async send(subscription: PushSubscription, message: PushMessage, topic: string, signal: AbortSignal): Promise<PushResult> {
    const { keys, contact, services, ca, clock } = this.#options;
    if (!services.isPermitted(subscription.endpoint)) return { kind: 'failed', retryable: false, reason: 'notPermitted' };
    const small: PushMessage = {
      ...message,
      title: cutBytes(message.title, titleBytesMax),
      text: cutBytes(message.text, textBytesMax),
    };
    const details = webPush.generateRequestDetails(
      { endpoint: subscription.endpoint, keys: { p256dh: subscription.p256dh, auth: subscription.auth } },
      JSON.stringify(small),
      {
        vapidDetails: { subject: contact, publicKey: keys.publicKey, privateKey: keys.privateKey },
        contentEncoding: 'aes128gcm',
        TTL: keepForSeconds[message.urgency],
        urgency: urgencies[message.urgency],
        topic: topicOf(topic),
      },
    );
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(details.headers)) headers[name.toLowerCase()] = String(value);
    const outcome = await sendHttp(
      {
        url: subscription.endpoint,
        method: 'POST',
        headers,
        body: details.body,
        ca,
        nowMs: clock.nowMs(),
        ...(services.isTrusted(subscription.endpoint) ? {} : { lookup: publicLookup }),
      },
      signal,
    );
    if (outcome.kind === 'failed') return outcome;
    const { status } = outcome.answer;
    if (status === 404 || status === 410) return { kind: 'gone', status };
    return failureOfStatus(outcome.answer, (code) => code >= 200 && code < 300) ?? { kind: 'sent' };
  }
}

/** RFC 8030 5.4: at most 32 characters of base64url. */
function topicOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 32);
}
