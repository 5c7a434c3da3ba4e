// A network between collector and server by the clock of a simulation: slow, losing, doubling, overtaking, late by a minute, cut in two.
import type { ConditionDelivery, ConditionStatement } from '../../../domain/messages/condition-message.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { CollectorLink, DeliveryResult, StatementResult } from '../../../link/link.ts';
import type { Random } from '../../../simulators/process/random.ts';

const timeoutMs = 2_000;
const lostShare = 0.05;
const doubledShare = 0.1;
const lateShare = 0.03;

export interface SimulatedReceiver {
  deliver(delivery: ConditionDelivery): Promise<{ committedThrough: number }>;
  state(statement: ConditionStatement): Promise<{ kind: 'accepted' } | { kind: 'behind'; committedThrough: number }>;
}

export class SimulatedNetwork {
  readonly #clock: Clock;
  readonly #random: Random;
  #receiver: SimulatedReceiver | null = null;
  readonly #connected = new Set<() => void>();
  isCut = false;
  isCalm = false;
  messages = 0;
  lost = 0;
  doubled = 0;
  late = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A server that is ready, or none. */
  attach(receiver: SimulatedReceiver | null): void {
    this.#receiver = receiver;
    if (receiver !== null) this.#announce();
  }

  cut(): void {
    this.isCut = true;
  }

  mend(): void {
    this.isCut = false;
    if (this.#receiver !== null) this.#announce();
  }

  /** An end of it for one life of the collector; what comes after its close is for nobody. */
  collectorEnd(): CollectorLink {
    let isClosed = false;
    const ask = <R extends { readonly kind: string }, A>(
      send: (receiver: SimulatedReceiver) => Promise<A>,
      resultOf: (answer: A) => R,
    ): Promise<R | { kind: 'failed'; retryable: true; reason: 'timeout' | 'rejected' }> =>
      new Promise((resolve) => {
        const settle: typeof resolve = (result) => {
          timer.cancel();
          if (!isClosed) resolve(result);
        };
        const timer = this.#clock.after(timeoutMs, () => settle({ kind: 'failed', retryable: true, reason: 'timeout' }));
        this.#carry(() => {
          if (this.#receiver === null) return;
          const receiver = this.#receiver;
          send(receiver).then(
            (answer) => this.#carry(() => settle(resultOf(answer))),
            () => {
              // A server that died says nothing; one that lives says that it could not.
              if (receiver === this.#receiver) this.#carry(() => settle({ kind: 'failed', retryable: true, reason: 'rejected' }));
            },
          );
        });
      });
    return {
      publishReadings: () => undefined,
      publishStatus: () => undefined,
      deliverConditions: (delivery) => {
        const wire = structuredClone(delivery);
        return ask<DeliveryResult, { committedThrough: number }>(
          (receiver) => receiver.deliver(wire),
          ({ committedThrough }) => ({ kind: 'committed', throughSequence: committedThrough }),
        );
      },
      stateConditions: (statement) => {
        const wire = structuredClone(statement);
        return ask<StatementResult, Awaited<ReturnType<SimulatedReceiver['state']>>>(
          (receiver) => receiver.state(wire),
          (answer) => answer,
        );
      },
      takeOver: async () => ({ kind: 'failed', retryable: false, reason: 'closed' }),
      onServerConnected: (listener) => {
        this.#connected.add(listener);
        if (this.#receiver !== null) queueMicrotask(() => !isClosed && listener());
        return () => void this.#connected.delete(listener);
      },
      onSnapshotRequested: () => () => undefined,
      onAlarmSettings: () => () => undefined,
      handleCommands: () => () => undefined,
      close: async () => {
        isClosed = true;
      },
    };
  }

  #announce(): void {
    for (const listener of this.#connected) this.#carry(() => this.#connected.has(listener) && listener());
  }

  /** Once, never or twice; soon or late; over others that were sent before. */
  #carry(arrive: () => void): void {
    this.messages += 1;
    const isDoubled = !this.isCalm && this.#random() < doubledShare;
    if (isDoubled) this.doubled += 1;
    for (let copy = 0; copy < (isDoubled ? 2 : 1); copy += 1) {
      if (this.isCut || (!this.isCalm && this.#random() < lostShare)) {
        this.lost += 1;
        continue;
      }
      const isLate = !this.isCalm && this.#random() < lateShare;
      if (isLate) this.late += 1;
      const delayMs = isLate ? 3_000 + this.#random() * 60_000 : 1 + this.#random() * 40;
      this.#clock.after(delayMs, () => {
        if (!this.isCut) arrive();
      });
    }
  }
}
