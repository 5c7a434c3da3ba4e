// From an order to the words of one message: the recipient's language, times in the plant's zone, links. Looks at the person again at every attempt:
// who has been disabled, or may no longer see the station, is told nothing (NO9).

import { mayDo } from '../../domain/access/roles.ts';
import { type AlarmPriority, alarmPriorities } from '../../domain/alarms/priority.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import type { NotificationSubject, PersonContact } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Language, LocalizedText } from '../../domain/text/localized-text.ts';
import type { ChannelMessage, MessageFact, SendResult } from './channel.ts';
import type { ContactBook } from './contact-book.ts';
import type { StoredOrder } from './delivery-rows.ts';
import type { Delivery } from './delivery-rules.ts';
import type { SubjectFact } from './subject-facts.ts';

export type Composed =
  | { readonly kind: 'message'; readonly message: ChannelMessage }
  | { readonly kind: 'failed'; readonly result: SendResult };

const lateAfterMs = 120_000;
const digestLines = 20;

const labels: Readonly<Record<MessageFact['name'], LocalizedText>> = {
  station: { zh: '场站', en: 'Station' },
  alarm: { zh: '报警', en: 'Alarm' },
  tag: { zh: '位号', en: 'Tag' },
  value: { zh: '数值', en: 'Value' },
  time: { zh: '时间', en: 'Time' },
  response: { zh: '处置', en: 'Response' },
  late: { zh: '迟到', en: 'Late' },
  test: { zh: '测试', en: 'Test' },
};

const urgencyNames: Readonly<Record<AlarmPriority, LocalizedText>> = {
  critical: { zh: '紧急', en: 'critical' },
  high: { zh: '高', en: 'high' },
  medium: { zh: '中', en: 'medium' },
  low: { zh: '低', en: 'low' },
};

export interface ComposerOptions {
  readonly plant: Plant;
  readonly contacts: ContactBook;
  readonly person: (username: string) => Promise<UserView | null>;
  /** Address of the one-time page, where this person may acknowledge and there is something to acknowledge. */
  readonly acknowledgeLink: (subject: NotificationSubject, person: UserView) => string | null;
  readonly digestMembers: (deliveryId: string) => Promise<readonly StoredOrder[]>;
}

export class MessageComposer {
  readonly #options: ComposerOptions;

  constructor(options: ComposerOptions) {
    this.#options = options;
  }

  /** `lateMs`: since it was ordered. */
  async compose(delivery: Delivery, order: StoredOrder, groupLanguage: Language, lateMs: number): Promise<Composed> {
    const person = order.username === null ? null : await this.#options.person(order.username);
    let recipient: PersonContact | null = null;
    if (delivery.lane === 'person') {
      if (person === null || order.username === null || !mayBeTold(person, order.subject)) return notPermitted;
      recipient = (await this.#options.contacts.contactOf(order.username)) ?? {
        username: person.username,
        displayName: person.displayName,
        email: null,
        mobile: null,
        language: 'zh',
      };
    }
    const language = recipient?.language ?? groupLanguage;
    const members = order.subject.kind === 'digest' ? await this.#options.digestMembers(delivery.deliveryId) : [];
    // A digest of one is that order itself (NO14).
    const [only] = members;
    const told = members.length === 1 && only !== undefined ? only : order;
    const { title, text } = told.subject.kind === 'digest' ? this.#digestWords(members, person, language) : wordsOf(told, language);
    return {
      kind: 'message',
      message: {
        idempotencyKey: delivery.deliveryId,
        subject: told.subject,
        recipient,
        language,
        urgency: told.urgency,
        title: told.facts.some((fact) => fact.name === 'test') ? markedAsTest(title, language) : title,
        text,
        facts: this.#factsOf(told, language, lateMs),
        link: this.#linkTo(told.subject),
        acknowledgeLink: person === null || recipient === null ? null : this.#options.acknowledgeLink(told.subject, person),
        orderedAtMs: told.orderedAtMs,
      },
    };
  }

  #factsOf(order: StoredOrder, language: Language, lateMs: number): readonly MessageFact[] {
    const zone = this.#options.plant.company.timeZone;
    const facts = [...localizedFacts(order.facts, language, zone)];
    if (lateMs > lateAfterMs && order.subject.kind !== 'digest') {
      const minutes = Math.round(lateMs / 60_000);
      const ordered = timeText(order.orderedAtMs, zone);
      facts.push({
        name: 'late',
        label: labels.late[language],
        value: language === 'zh' ? `${minutes} 分钟，本应于 ${ordered} 送达` : `${minutes} min; it was to be told at ${ordered}`,
      });
    }
    return facts;
  }

  #linkTo(subject: NotificationSubject): string | null {
    const base = this.#options.plant.notifications.publicUrl;
    if (base === undefined) return null;
    switch (subject.kind) {
      case 'alarm':
        return `${base}/alarms/${encodeURIComponent(subject.alarmId)}`;
      case 'incident':
        return `${base}/incidents/${encodeURIComponent(subject.incidentId)}`;
      case 'hazard':
        return `${base}/hazards/${encodeURIComponent(subject.hazardId)}`;
      case 'duty':
        return `${base}/duty`;
      case 'patrol':
        return `${base}/patrols/${encodeURIComponent(subject.patrolId)}`;
      case 'obligation':
        return `${base}/obligations`;
      case 'digest':
        return `${base}/alarms`;
      case 'test':
        return base;
    }
  }

  /** Numbers of all, words of the most urgent; a person who may not see a station is told of none of it. */
  #digestWords(members: readonly StoredOrder[], person: UserView | null, language: Language): { title: string; text: string } {
    const seen = person === null ? members : members.filter((member) => mayBeTold(person, member.subject));
    const sorted = alarmPriorities.flatMap((urgency) => seen.filter((member) => member.urgency === urgency));
    const counts = alarmPriorities
      .map((urgency) => ({ urgency, count: seen.filter((member) => member.urgency === urgency).length }))
      .filter(({ count }) => count > 0)
      .map(({ urgency, count }) => `${urgencyNames[urgency][language]} ${count}`);
    const zone = this.#options.plant.company.timeZone;
    const lines = sorted.slice(0, digestLines).map((member) => `${clockText(timeOf(member), zone)} ${member.title[language]}`);
    const rest = sorted.length - lines.length;
    if (language === 'zh') {
      return {
        title: `通知汇总：${seen.length} 条（${counts.join('，')}）`,
        text: [
          '短时间内通知过多，以下合并告知；紧急的仍逐条发送。',
          ...lines,
          ...(rest > 0 ? [`另有 ${rest} 条，请在系统中查看。`] : []),
        ].join('\n'),
      };
    }
    return {
      title: `${seen.length} notifications together (${counts.join(', ')})`,
      text: [
        'Too many in a short time, so these are told together; critical ones still come one by one.',
        ...lines,
        ...(rest > 0 ? [`${rest} more: look in the system.`] : []),
      ].join('\n'),
    };
  }
}

const notPermitted: Composed = { kind: 'failed', result: { kind: 'failed', retryable: false, reason: 'notPermitted' } };

function mayBeTold(person: UserView, subject: NotificationSubject): boolean {
  if (person.isDisabled) return false;
  const stationId = 'stationId' in subject ? subject.stationId : null;
  if (stationId !== null && person.stationIds !== null && !person.stationIds.includes(stationId)) return false;
  return subject.kind !== 'alarm' || mayDo(person.role, 'alarms.read');
}

/** A loop check must never be taken for an event, whether or not who ordered it said so. */
function markedAsTest(title: string, language: Language): string {
  return /^(【测试】|\[test\])/i.test(title) ? title : `${language === 'zh' ? '【测试】' : '[Test] '}${title}`;
}

function wordsOf(order: StoredOrder, language: Language): { title: string; text: string } {
  return { title: order.title[language], text: order.text[language] };
}

export function localizedFacts(facts: readonly SubjectFact[], language: Language, zone: string): readonly MessageFact[] {
  return facts.map((fact) => {
    const value = fact.name === 'time' ? timeText(fact.atMs, zone) : fact.text[language];
    return { name: fact.name, label: labels[fact.name][language], value };
  });
}

function timeOf(order: StoredOrder): number {
  const fact = order.facts.find((candidate): candidate is SubjectFact & { name: 'time' } => candidate.name === 'time');
  return fact?.atMs ?? order.orderedAtMs;
}

/** `2026-07-03 08:05:09`, in the plant's zone. */
export function timeText(atMs: number, zone: string): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
}

function clockText(atMs: number, zone: string): string {
  return timeText(atMs, zone).slice(11);
}
