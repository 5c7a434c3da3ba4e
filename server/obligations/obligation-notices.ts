// Who is told that an obligation has come to be at risk or breached: everybody of the roles that the pack makes responsible, who may see the station.
// A state that comes back from worse to at risk is told to nobody. Sends nothing itself. [OB21]
import type { Logger } from 'pino';
import type { NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import type { ObligationState } from '../../domain/obligations/obligation.ts';
import { causeWords, stateWords } from '../../domain/obligations/obligation-words.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { StateChange } from './obligation-watch.ts';

const retryMs = 5_000;
const waitingMost = 5_000;
const rank: Readonly<Record<ObligationState, number>> = { met: 0, notMeasured: 0, atRisk: 1, breached: 2 };

export class ObligationNotices {
  readonly #notifier: Notifier;
  readonly #users: AccessControl['users'];
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #waiting: StateChange[] = [];
  #working: Promise<void> | null = null;
  #retry: TimerHandle | null = null;

  constructor(options: {
    readonly notifier: Notifier;
    readonly access: Pick<AccessControl, 'users'>;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#notifier = options.notifier;
    this.#users = () => options.access.users();
    this.#clock = options.clock;
    this.#log = options.log;
  }

  tell(changes: readonly StateChange[]): void {
    const worse = changes.filter((change) => rank[change.state] > rank[change.before ?? 'met']);
    this.#waiting.push(...worse);
    const tooMany = this.#waiting.length - waitingMost;
    if (tooMany > 0) {
      this.#waiting.splice(0, tooMany);
      this.#log.error({ dropped: tooMany }, 'changes of obligations that nobody will be told of; they stand in the journal');
    }
    if (this.#waiting.length > 0) this.#working ??= this.#work();
  }

  async stop(): Promise<void> {
    this.#retry?.cancel();
    await this.#working;
  }

  async #work(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const changes = this.#waiting.slice(0, 100);
        const users = (await this.#users()).filter((user) => !user.isDisabled);
        const orders = changes.flatMap((change) => ordersOf(change, users));
        if (orders.length > 0) await this.#notifier.order(orders);
        this.#waiting.splice(0, changes.length);
      }
      this.#working = null;
    } catch (error) {
      this.#working = null;
      this.#log.error({ err: error }, 'people could not be told of obligations; trying again');
      this.#retry = this.#clock.after(retryMs, () => this.tell([]));
    }
  }
}

type User = Awaited<ReturnType<AccessControl['users']>>[number];

export function ordersOf(change: StateChange, users: readonly User[]): NotificationOrder[] {
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
