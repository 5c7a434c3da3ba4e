// Who is told of a patrol: those who walk, when its end is near and points are open, and when it is over; who answers for it, when it was late or missed.
// Gives orders to the notifier, each under a key of its own. Sends nothing itself. [PT4]
import type { Logger } from 'pino';
import { mayDo, type Permission } from '../../domain/access/roles.ts';
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import type { NotificationChannel, NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import { confirmationOf, type PatrolEvent, type PatrolRecord } from '../../domain/patrols/patrol.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { NoticeQueue } from '../notification/notice-queue.ts';
import type { PatrolStore } from './patrol-store.ts';

const channels: readonly NotificationChannel[] = ['webPush', 'email', 'sms'];
const retryMs = 5_000;

interface Notice {
  readonly about: 'atRisk' | 'late' | 'missed';
  readonly record: PatrolRecord;
}

const tellings: Readonly<
  Record<Notice['about'], { readonly permission: Permission; readonly urgency: AlarmPriority; readonly words: LocalizedText }>
> = {
  atRisk: { permission: 'patrols.walk', urgency: 'low', words: { zh: '即将到时限', en: 'its time is nearly over' } },
  late: { permission: 'patrols.walk', urgency: 'medium', words: { zh: '已超时，请尽快补巡', en: 'its time is over: make up for it' } },
  missed: { permission: 'patrols.manage', urgency: 'high', words: { zh: '漏巡', en: 'missed' } },
};

export class PatrolNotices {
  readonly #plant: Plant;
  readonly #queue: NoticeQueue<Notice>;
  readonly #stopListening: () => void;

  constructor(options: {
    readonly notifier: Notifier;
    readonly patrols: PatrolStore;
    /** Called missed not long ago. */
    readonly missed: readonly PatrolRecord[];
    readonly access: Pick<AccessControl, 'users'>;
    readonly plant: Plant;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    const { notifier, access, clock, log, patrols } = options;
    this.#plant = options.plant;
    const ordersOf = (notice: Notice, users: readonly UserView[]) => this.#ordersOf(notice, users);
    this.#queue = new NoticeQueue({ notifier, access, clock, log, retryMs, what: 'a patrol', ordersOf });
    this.#stopListening = patrols.onChange((changes) =>
      this.#queue.take(changes.flatMap(({ record, event }) => noticeOf(record, event.kind))),
    );
    // What may have been committed and not told before a crash.
    this.#queue.take(
      [...options.missed, ...patrols.openOnes()].flatMap((record) => [
        ...(record.atRiskSaidAtMs === null ? [] : noticeOf(record, 'atRisk')),
        ...(record.lateSaidAtMs === null ? [] : noticeOf(record, 'late')),
        ...(record.missedSaidAtMs === null ? [] : noticeOf(record, 'missed')),
      ]),
    );
  }

  async stop(): Promise<void> {
    this.#stopListening();
    await this.#queue.stop();
  }

  #ordersOf({ about, record }: Notice, users: readonly UserView[]): NotificationOrder[] {
    const { permission, urgency, words } = tellings[about];
    const { stationId } = record;
    const station = this.#plant.stations[this.#plant.stationIndexById.get(stationId) ?? -1]?.name ?? { zh: stationId, en: stationId };
    const open = record.points.filter(({ placeId }) => confirmationOf(record, placeId) === null).map(({ name }) => name);
    const text: LocalizedText = {
      zh: `${words.zh}，未到 ${open.length} 处：${open.map(({ zh }) => zh).join('、')}`,
      en: `${words.en}; not confirmed: ${open.map(({ en }) => en).join(', ')}`,
    };
    return users
      .filter(
        (user) =>
          (mayDo(user.role, permission) || (about === 'late' && mayDo(user.role, 'patrols.manage'))) &&
          (user.stationIds === null || user.stationIds.includes(stationId)),
      )
      .map(({ username }) => ({
        key: `patrol/${record.id}/${about}/${username}`,
        subject: { kind: 'patrol', patrolId: record.id, stationId },
        username,
        channels,
        urgency,
        title: { zh: `${station.zh} ${record.name.zh}`, en: `${record.name.en} at ${station.en}` },
        text,
        mayNotWait: false,
      }));
  }
}

function noticeOf(record: PatrolRecord, kind: PatrolEvent['kind']): Notice[] {
  return kind === 'atRisk' || kind === 'late' || kind === 'missed' ? [{ about: kind, record }] : [];
}
