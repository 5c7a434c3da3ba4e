// Web push as a channel of the notifier: one message to every phone of the person. It is sent when each phone that is still there has it.
import { exhaustive } from '../../domain/exhaustive.ts';
import type { PushMessage } from '../../domain/notification/push-message.ts';
import type { PushSender } from '../push/push-sender.ts';
import type { PushSubscriptions } from '../push/push-subscriptions.ts';
import type { Channel, ChannelMessage, SendResult } from './channel.ts';

/** Messages of which some phone has had its copy while another must be tried again: so many are remembered. */
const partlySentMax = 2_000;

export function createWebPushChannel(subscriptions: PushSubscriptions, sender: PushSender): Channel {
  const partlySent = new Map<string, Set<string>>();

  function notePartly(key: string, phoneIds: readonly string[]): void {
    const known = partlySent.get(key) ?? new Set();
    for (const id of phoneIds) known.add(id);
    partlySent.delete(key);
    partlySent.set(key, known);
    for (const oldest of partlySent.keys()) {
      if (partlySent.size <= partlySentMax) break;
      partlySent.delete(oldest);
    }
  }

  return {
    kind: 'webPush',
    async send(message, signal): Promise<SendResult> {
      if (message.recipient === null) return { kind: 'failed', retryable: false, reason: 'noAddress' };
      const phones = await subscriptions.of(message.recipient.username);
      if (phones.length === 0) return { kind: 'failed', retryable: false, reason: 'noAddress' };
      const had = partlySent.get(message.idempotencyKey) ?? new Set<string>();
      const content = pushMessageOf(message);
      const sentIds: string[] = [];
      let goneCount = 0;
      const failures: Extract<SendResult, { kind: 'failed' }>[] = [];
      await Promise.all(
        phones
          .filter(({ id }) => !had.has(id))
          .map(async (phone) => {
            const result = await sender.send(phone, content, topicOf(message), signal);
            switch (result.kind) {
              case 'sent':
                sentIds.push(phone.id);
                return;
              case 'gone':
                goneCount++;
                return subscriptions.expire(phone, result.status);
              case 'failed':
                failures.push(result);
                return;
              default:
                exhaustive(result, 'push result');
            }
          }),
      );
      const worst = failures.find((failure) => failure.retryable);
      if (worst !== undefined) {
        notePartly(message.idempotencyKey, sentIds);
        return worst;
      }
      partlySent.delete(message.idempotencyKey);
      const reachedCount = had.size + sentIds.length;
      if (reachedCount > 0) return { kind: 'sent', reference: `${reachedCount}/${reachedCount + failures.length} phones` };
      return failures[0] ?? { kind: 'failed', retryable: false, reason: goneCount > 0 ? 'gone' : 'noAddress' };
    },
  };
}

/** A later word on the same occurrence takes the place of the earlier one; everything else stands by itself. */
function topicOf({ subject, idempotencyKey }: ChannelMessage): string {
  return subject.kind === 'alarm' ? `alarm-${subject.occurrenceId}` : idempotencyKey;
}

function pathOf({ subject }: ChannelMessage): string {
  switch (subject.kind) {
    case 'alarm':
      return `/phone/alarms/${encodeURIComponent(subject.occurrenceId)}`;
    case 'incident':
      return `/phone/incidents/${encodeURIComponent(subject.incidentId)}`;
    case 'patrol':
      return `/phone/patrols/${encodeURIComponent(subject.patrolId)}`;
    case 'hazard':
      return `/phone/hazards/${encodeURIComponent(subject.hazardId)}`;
    case 'duty':
    case 'obligation':
    case 'digest':
      return '/phone/alarms';
    case 'test':
      return '/phone/settings';
    default:
      return exhaustive(subject, 'subject');
  }
}

export function pushMessageOf(message: ChannelMessage): PushMessage {
  const facts = message.facts.map(({ label, value }) => `${label} ${value}`);
  return {
    schema: 1,
    title: message.title,
    text: [message.text, ...facts].filter((line) => line !== '').join('\n'),
    tag: topicOf(message),
    path: pathOf(message),
    urgency: message.urgency,
    language: message.language,
    atMs: message.orderedAtMs,
  };
}
