// Who is told that an obligation has come to be at risk or breached: everybody of the roles that the pack makes responsible, who may see the station.
// A state that comes back from worse to at risk is told to nobody. Sends nothing itself. [OB21]
import type { Logger } from 'pino';
import type { UserView } from '../../domain/api/users-api.ts';
import type { NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import type { ObligationState } from '../../domain/obligations/obligation.ts';
import { causeWords, stateWords } from '../../domain/obligations/obligation-words.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { NoticeQueue } from '../notification/notice-queue.ts';
import type { StateChange } from './obligation-watch.ts';

const retryMs = 5_000;
const waitingMost = 5_000;
const rank: Readonly<Record<ObligationState, number>> = { met: 0, notMeasured: 0, atRisk: 1, breached: 2 };

export class ObligationNotices {
  readonly #queue: NoticeQueue<StateChange>;

  constructor(options: {
    readonly notifier: Notifier;
    readonly access: Pick<AccessControl, 'users'>;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#queue = new NoticeQueue({
      ...options,
      retryMs,
      what: 'obligations',
      most: waitingMost,
      onDropped: (dropped) =>
        options.log.error({ dropped }, 'changes of obligations that nobody will be told of; they stand in the journal'),
      ordersOf,
    });
  }

  tell(changes: readonly StateChange[]): void {
    this.#queue.take(changes.filter((change) => rank[change.state] > rank[change.before ?? 'met']));
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }
}

function ordersOf(change: StateChange, users: readonly UserView[]): NotificationOrder[] {
  const { obligation, station, state, atMs, causes } = change;
  const stationId = station?.id ?? null;
  const [first] = causes;
  const subject = first?.subject ?? null;
  const because = (language: 'zh' | 'en') =>
    first === undefined ? '' : `${causeWords[first.cause][language]}${subject === null || subject === '' ? '' : ` (${subject})`}`;
  const rest = Math.max(0, causes.length - 1);
  const place = station === null ? { zh: '全公司', en: 'The company' } : station.name;
  return users
    .filter(
      (user) =>
        obligation.responsible.includes(user.role) &&
        (stationId === null || user.stationIds === null || user.stationIds.includes(stationId)),
    )
    .map((user) => ({
      key: `obligation/${obligation.id}/${stationId ?? '*'}/${state}/${atMs}/${user.username}`,
      subject: { kind: 'obligation', obligationId: obligation.id, stationId },
      username: user.username,
      channels: ['webPush', 'email'],
      urgency: state === 'breached' ? 'high' : 'medium',
      title: {
        zh: `${place.zh} ${obligation.name.zh}：${stateWords[state].zh}`,
        en: `${place.en}, ${obligation.name.en}: ${stateWords[state].en}`,
      },
      text: {
        zh: [because('zh'), ...(rest > 0 ? [`另有 ${rest} 项`] : [])].join('；'),
        en: [because('en'), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; '),
      },
      mayNotWait: false,
    }));
}
