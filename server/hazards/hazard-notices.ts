// Who is told of a hazard, and of what: a new one, a deadline near or missed, the supply suspension flag, work that waits for acceptance. Gives orders to the
// notifier, each under a key of its own, so that what is given again after a crash is told once. Sends nothing itself.
import type { Logger } from 'pino';
import { mayDo, type Permission } from '../../domain/access/roles.ts';
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import { type HazardEvent, type HazardRecord, isUnfinished } from '../../domain/hazards/hazard.ts';
import { hazardGradeWords, hazardSentence } from '../../domain/hazards/hazard-words.ts';
import type { NotificationChannel, NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { NoticeQueue } from '../notification/notice-queue.ts';
import type { HazardStore } from './hazard-store.ts';

const channels: readonly NotificationChannel[] = ['webPush', 'email', 'sms'];
const retryMs = 5_000;

interface Notice {
  readonly about: string;
  readonly record: HazardRecord;
  readonly permission: Permission;
  /** The person responsible for the work is told too. */
  readonly tellsResponsible: boolean;
  readonly urgency: AlarmPriority;
  readonly text: LocalizedText;
}

interface NoticesOptions {
  readonly notifier: Notifier;
  readonly hazards: HazardStore;
  readonly access: Pick<AccessControl, 'users'>;
  readonly plant: Plant;
  readonly clock: Clock;
  readonly log: Logger;
}

export class HazardNotices {
  readonly #options: NoticesOptions;
  readonly #queue: NoticeQueue<Notice>;
  readonly #stopListening: () => void;

  constructor(options: NoticesOptions) {
    this.#options = options;
    const { notifier, access, clock, log } = options;
    const ordersOf = (notice: Notice, users: readonly UserView[]) => this.#ordersOf(notice, users);
    this.#queue = new NoticeQueue({ notifier, access, clock, log, retryMs, what: 'a hazard', ordersOf });
    this.#stopListening = options.hazards.onChange((changes) =>
      this.#queue.take(changes.flatMap(({ record, event }) => noticeOf(record, event) ?? [])),
    );
    // What may have been committed and not told before a crash.
    this.#queue.take(options.hazards.openOnes().flatMap(owedBy));
  }

  async stop(): Promise<void> {
    this.#stopListening();
    await this.#queue.stop();
  }

  #ordersOf({ about, record, permission, tellsResponsible, urgency, text }: Notice, users: readonly UserView[]): NotificationOrder[] {
    const { stationId } = record.finding;
    const responsible = record.settled.responsible?.username ?? null;
    return users
      .filter(
        (user) =>
          (mayDo(user.role, permission) || (tellsResponsible && user.username === responsible)) &&
          (user.stationIds === null || user.stationIds.includes(stationId)),
      )
      .map(({ username }) => ({
        key: `hazard/${record.id}/${about}/${username}`,
        subject: { kind: 'hazard', hazardId: record.id, stationId },
        username,
        channels,
        urgency,
        title: this.#titleOf(record),
        text,
        mayNotWait: false,
      }));
  }

  #titleOf(record: HazardRecord): LocalizedText {
    const { plant } = this.#options;
    const { stationId } = record.finding;
    const name = plant.stations[plant.stationIndexById.get(stationId) ?? -1]?.name ?? { zh: stationId, en: stationId };
    const grade = record.grade === null ? { zh: '隐患', en: 'Hazard' } : hazardGradeWords[record.grade];
    return { zh: `${name.zh} ${grade.zh} ${record.number}`, en: `${grade.en} at ${name.en} ${record.number}` };
  }
}

function noticeOf(record: HazardRecord, event: HazardEvent): Notice | null {
  const sentence = hazardSentence(event);
  const { description } = record.finding;
  const text = { zh: `${description}：${sentence.zh}`, en: `${description}: ${sentence.en}` };
  const notice = (about: string, urgency: AlarmPriority, tellsResponsible: boolean, permission: Permission = 'hazards.manage'): Notice => ({
    about,
    record,
    permission,
    tellsResponsible,
    urgency,
    text,
  });
  switch (event.kind) {
    case 'report':
      return { ...notice('report', 'low', false), text: sentence };
    case 'atRisk':
      return notice(`atRisk-${event.deadline}`, 'medium', true);
    case 'overdue':
      return notice(`overdue-${event.deadline}`, 'high', true);
    case 'suspendSupply':
      return notice(`suspendSupply-${event.atMs}`, 'high', true);
    case 'start':
      return notice(`start-${event.atMs}`, 'low', true);
    case 'submit':
    case 'proposeSettled':
      return notice(`submit-${event.atMs}`, 'low', false, 'hazards.accept');
    case 'refuse':
      return notice(`refuse-${event.atMs}`, 'medium', true);
    default:
      return null;
  }
}

/** Deadlines that were written down: told again under the same keys, so once. */
function owedBy(record: HazardRecord): readonly Notice[] {
  const { deadline } = record.settled;
  if (deadline === null || !isUnfinished(record.state)) return [];
  const stamp = { by: null, deadline };
  const events: HazardEvent[] = [
    ...(record.atRiskSaid === deadline ? [{ kind: 'atRisk' as const, ...stamp, atMs: 0 }] : []),
    ...(record.overdueSaid === deadline ? [{ kind: 'overdue' as const, ...stamp, atMs: 0 }] : []),
    ...(record.supplySuspendedAtMs === null ? [] : [{ kind: 'suspendSupply' as const, ...stamp, atMs: record.supplySuspendedAtMs }]),
  ];
  return events.flatMap((event) => noticeOf(record, event) ?? []);
}
