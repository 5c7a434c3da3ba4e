// A webhook: one JSON document a message, signed over its time and its bytes, so that the receiver knows whose it is and that it is fresh.
import { createHmac } from 'node:crypto';
import type { WebhookSettings } from '../../../domain/notification/notification-settings.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { Channel, ChannelMessage } from '../channel.ts';
import { failureOfStatus, sendHttp } from './http-request.ts';

/** HMAC-SHA256 over `<seconds>.<body>`, hex. */
export function webhookSignature(secret: string, timestampSeconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${timestampSeconds}.${body}`).digest('hex');
}

export function createWebhookChannel(
  settings: WebhookSettings,
  secrets: { readonly secret: string },
  { clock, ca }: { readonly clock: Clock; readonly ca: string | null },
): Channel {
  return {
    kind: 'webhook',
    async send(message, signal) {
      const nowMs = clock.nowMs();
      const body = JSON.stringify(webhookDocument(message));
      const seconds = Math.floor(nowMs / 1_000);
      const headers = {
        ...settings.headers,
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': message.idempotencyKey,
        'x-gatewatch-timestamp': String(seconds),
        'x-gatewatch-signature': `v1=${webhookSignature(secrets.secret, seconds, body)}`,
      };
      const outcome = await sendHttp({ url: settings.url, method: 'POST', headers, body, ca, nowMs }, signal);
      if (outcome.kind === 'failed') return outcome;
      return failureOfStatus(outcome.answer, (status) => status >= 200 && status < 300) ?? { kind: 'sent' };
    },
  };
}

function webhookDocument(message: ChannelMessage) {
  return {
    schema: 1,
    id: message.idempotencyKey,
    orderedAt: new Date(message.orderedAtMs).toISOString(),
    urgency: message.urgency,
    subject: message.subject,
    language: message.language,
    title: message.title,
    text: message.text,
    facts: message.facts,
    link: message.link,
  };
}
