// Who is told of an incident, and of what: its opening, a new confirmed alarm after control, a relapse, being called, a report that was missed. Gives orders
// to the notifier, each under a key of its own, so that what is given again after a crash is told once. Sends nothing itself.
import type { Logger } from 'pino';
import { mayDo, type Permission } from '../../domain/access/roles.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { isOpenDuty } from '../../domain/incidents/incident-record.ts';
import { drillWord, incidentKindWords, reportDutyWords } from '../../domain/incidents/incident-words.ts';
import type { NotificationChannel, NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { NoticeQueue } from '../notification/notice-queue.ts';
import type { IncidentChange } from './incident-rows.ts';
import type { IncidentStore } from './incident-store.ts';

const personChannels: readonly NotificationChannel[] = ['webPush', 'sms', 'voice', 'email'];
const groupChannels: readonly NotificationChannel[] = ['webhook', 'weCom', 'dingTalk', 'feishu'];
const retryMs = 2_000;
/** An opening that is older has been told long ago. */
const tellAgainMs = 7 * 86_400_000;

/** One thing to tell; `about` makes the key. */
interface Notice {
  readonly about: string;
  readonly record: IncidentRecord;
  readonly permission: Permission;
  /** One person only; null: everybody with the permission, and the groups. */
  readonly username: string | null;
  readonly text: LocalizedText;
}

interface NoticesOptions {
  readonly notifier: Notifier;
  readonly incidents: IncidentStore;
  readonly access: Pick<AccessControl, 'users'>;
  readonly plant: Plant;
  readonly clock: Clock;
  readonly log: Logger;
}

export class IncidentNotices {
  readonly #options: NoticesOptions;
  readonly #queue: NoticeQueue<Notice>;
  readonly #stopListening: () => void;

  constructor(options: NoticesOptions) {
    this.#options = options;
    const { notifier, access, clock, log } = options;
    const ordersOf = (notice: Notice, users: readonly UserView[]) => this.#ordersOf(notice, users);
    this.#queue = new NoticeQueue({ notifier, access, clock, log, retryMs, what: 'an incident', ordersOf });
    this.#stopListening = options.incidents.onChange((changes) => this.#queue.take(changes.flatMap((change) => noticesOf(change))));
    // What may have been committed and not told before a crash.
    this.#queue.take(options.incidents.unsettled().flatMap((record) => this.#owedBy(record)));
  }

  async stop(): Promise<void> {
    this.#stopListening();
    await this.#queue.stop();
  }

  #owedBy(record: IncidentRecord): readonly Notice[] {
    const notices: Notice[] = [];
    if (record.closed === null && record.openedAtMs > this.#options.clock.nowMs() - tellAgainMs) notices.push(openingNotice(record));
    for (const duty of record.duties) if (isOpenDuty(duty) && duty.overdueNotedAtMs !== null) notices.push(overdueNotice(record, duty.id));
    return notices;
  }

  #ordersOf(notice: Notice, users: readonly UserView[]): NotificationOrder[] {
    const { record } = notice;
    const [stationId = ''] = record.stationIds;
    const recipients = users.filter(
      (user) =>
        (notice.username === null ? mayDo(user.role, notice.permission) : user.username === notice.username) &&
        (user.stationIds === null || record.stationIds.some((id) => user.stationIds?.includes(id))),
    );
    const order = (username: string | null, channels: readonly NotificationChannel[]): NotificationOrder => ({
      key: `incident/${record.id}/${notice.about}/${username ?? '*'}`,
      subject: { kind: 'incident', incidentId: record.id, stationId },
      username,
      channels,
      urgency: record.isDrill ? 'high' : 'critical',
      title: this.#titleOf(record),
      text: notice.text,
      mayNotWait: true,
    });
    return [
      ...recipients.map((user) => order(user.username, personChannels)),
      ...(notice.username === null ? [order(null, groupChannels)] : []),
    ];
  }

  #titleOf(record: IncidentRecord): LocalizedText {
    const { plant } = this.#options;
    const names = record.stationIds.map((id) => plant.stations[plant.stationIndexById.get(id) ?? -1]?.name ?? { zh: id, en: id });
    const kind = incidentKindWords[record.kind];
    return {
      zh: `${record.isDrill ? `【${drillWord.zh}】` : ''}${names.map((name) => name.zh).join('、')} ${kind.zh} ${record.number}`,
      en: `${record.isDrill ? `[${drillWord.en}] ` : ''}${kind.en} at ${names.map((name) => name.en).join(', ')} ${record.number}`,
    };
  }
}

function noticesOf({ record, event }: IncidentChange): readonly Notice[] {
  switch (event.kind) {
    case 'open':
      return [openingNotice(record)];
    case 'dispatch':
      return event.people.flatMap(({ username }): Notice[] =>
        username === null
          ? []
          : [
              {
                about: `called-${record.length}`,
                record,
                permission: 'incidents.act',
                username,
                text: {
                  zh: `${event.by?.displayName ?? ''} 派您前往现场。${event.comment ?? ''}`,
                  en: `${event.by?.displayName ?? ''} sends you to the site. ${event.comment ?? ''}`.trim(),
                },
              },
            ],
      );
    case 'alarm': {
      const isAfterControl = event.isTrigger && record.milestones.controlled !== null;
      if (!isAfterControl) return [];
      const { zh, en } = event.alarm.message;
      return [
        {
          about: `trigger-${event.alarm.occurrenceId}`,
          record,
          permission: 'incidents.act',
          username: null,
          text: { zh: `报告已控制之后又出现报警：${zh}`, en: `A new alarm after control was reported: ${en}` },
        },
      ];
    }
    case 'relapse':
      return [
        {
          about: `relapse-${record.length}`,
          record,
          permission: 'incidents.act',
          username: null,
          text: { zh: `险情反复：${event.reason}`, en: `Worse again: ${event.reason}` },
        },
      ];
    case 'overdue':
      return [overdueNotice(record, event.dutyId)];
    case 'acknowledge':
    case 'onTheWay':
    case 'arrive':
    case 'leave':
    case 'control':
    case 'restore':
    case 'note':
    case 'photo':
    case 'locate':
    case 'tick':
    case 'assess':
    case 'saveReport':
    case 'reported':
    case 'waive':
    case 'review':
    case 'close':
    case 'cancel':
    case 'late':
      return [];
  }
}

function openingNotice(record: IncidentRecord): Notice {
  const alarms = record.alarms.slice(0, 3).map((alarm) => alarm.message);
  const said = record.isDrill ? record.scenario : record.description;
  const parts = (language: 'zh' | 'en') => [...(said === null ? [] : [said]), ...alarms.map((message) => message[language])];
  return {
    about: 'opened',
    record,
    permission: 'incidents.act',
    username: null,
    text: {
      zh: [...parts('zh'), record.isDrill ? '这是演练。请接警。' : '请接警。'].join('；'),
      en: [...parts('en'), record.isDrill ? 'This is a drill. Please acknowledge.' : 'Please acknowledge.'].join('; '),
    },
  };
}

function overdueNotice(record: IncidentRecord, dutyId: string): Notice {
  const duty = record.duties.find((candidate) => candidate.id === dutyId);
  const words = reportDutyWords[duty?.kind ?? 'authority'];
  return {
    about: `overdue-${dutyId}`,
    record,
    permission: 'incidents.close',
    username: null,
    text: { zh: `逾期未${words.zh}`, en: `Overdue: ${words.en}` },
  };
}
