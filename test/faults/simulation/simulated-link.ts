// A network between collectors and servers by the clock of a simulation: slow, losing, doubling, overtaking, late by a minute, cut in two. Every server that
// believes that it is in charge listens to it.

import type { CollectorStatus } from '../../../domain/messages/collector-status.ts';
import type {
  ConditionDelivery,
  ConditionStatement,
  DeliveryAnswer,
  StatementAnswer,
  TakeoverAnswer,
  TakeoverRequest,
} from '../../../domain/messages/condition-message.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { CollectorLink, DeliveryResult, StatementResult, TakeoverResult } from '../../../link/link.ts';
import { createRandom, type Random } from '../../../simulators/process/random.ts';
import type { SimulatedProcess } from './simulated-process.ts';

const timeoutMs = 2_000;
const lostShare = 0.05;
const doubledShare = 0.1;
const lateShare = 0.03;

export interface SimulatedReceiver {
  deliver(delivery: ConditionDelivery): Promise<DeliveryAnswer>;
  state(statement: ConditionStatement): Promise<StatementAnswer>;
  takeOver(request: TakeoverRequest): Promise<TakeoverAnswer>;
  hear(status: CollectorStatus): void;
}

interface Listening {
  readonly process: SimulatedProcess;
}

export class SimulatedNetwork {
  readonly clock: Clock;
  readonly #random: Random;
  /** Of its own: a status changes nothing but what follows from it. */
  readonly #statusRandom: Random;
  readonly #receivers = new Map<Listening, SimulatedReceiver>();
  readonly #connected = new Set<() => void>();
  isCut = false;
  isCalm = false;
  messages = 0;
  lost = 0;
  doubled = 0;
  late = 0;

  constructor(clock: Clock, random: Random, seed: number) {
    this.clock = clock;
    this.#random = random;
    this.#statusRandom = createRandom(seed);
  }

  attach(server: Listening, receiver: SimulatedReceiver): void {
    this.#receivers.set(server, receiver);
    this.announce();
  }

  detach(server: Listening): void {
    this.#receivers.delete(server);
  }

  announce(): void {
    if (this.#receivers.size > 0) for (const listener of this.#connected) listener();
  }

  /** An end of it in one process; what comes after its close is for nobody. */
  collectorEnd(process: SimulatedProcess, isHereCut: () => boolean): CollectorLink {
    let isClosed = false;
    const isCut = () => this.isCut || isHereCut();
    const ask = <R extends { readonly kind: string }, A>(
      toAll: boolean,
      send: (receiver: SimulatedReceiver) => Promise<A>,
      resultOf: (answer: A) => R,
    ): Promise<R | { kind: 'failed'; retryable: true; reason: 'timeout' | 'rejected' }> =>
      new Promise((resolve) => {
        const settle: typeof resolve = (result) =>
          process.enter(() => {
            timer.cancel();
            if (!isClosed) resolve(result);
          });
        const timer = process.clock.after(timeoutMs, () => settle({ kind: 'failed', retryable: true, reason: 'timeout' }));
        this.#carry(isCut, () => {
          const listening = [...this.#receivers];
          // Conditions are taken by one of those that follow them, questions are heard by all.
          const heard = toAll || listening.length < 2 ? listening : listening.slice(Math.floor(this.#random() * 2)).slice(0, 1);
          for (const [server, receiver] of heard)
            server.process.enter(() => {
              send(receiver).then(
                (answer) => this.#carry(isCut, () => settle(resultOf(answer))),
                () => this.#carry(isCut, () => settle({ kind: 'failed', retryable: true, reason: 'rejected' })),
              );
            });
        });
      });
    return {
      publishReadings: () => undefined,
      publishStatus: (status) => {
        if (isClosed || isCut() || (!this.isCalm && this.#statusRandom() < lostShare)) return;
        this.clock.after(1 + this.#statusRandom() * 40, () => {
          if (!isCut()) for (const [server, receiver] of this.#receivers) server.process.enter(() => receiver.hear(status));
        });
      },
      deliverConditions: (delivery) => {
        const wire = structuredClone(delivery);
        return ask<DeliveryResult, DeliveryAnswer>(
          false,
          (receiver) => receiver.deliver(wire),
          ({ committedThrough, supersededBy }) => ({ kind: 'committed', throughSequence: committedThrough, supersededBy }),
        );
      },
      stateConditions: (statement) => {
        const wire = structuredClone(statement);
        return ask<StatementResult, StatementResult>(
          true,
          (receiver) => receiver.state(wire),
          (answer) => answer,
        );
      },
      takeOver: (request) =>
        ask<TakeoverResult, TakeoverResult>(
          true,
          (receiver) => receiver.takeOver(request),
          (answer) => structuredClone(answer),
        ),
      onServerConnected: (listener) => {
        const hear = () => this.#carry(isCut, () => process.enter(() => !isClosed && this.#connected.has(hear) && listener()));
        this.#connected.add(hear);
        if (this.#receivers.size > 0) queueMicrotask(() => !isClosed && listener());
        return () => void this.#connected.delete(hear);
      },
      onSnapshotRequested: () => () => undefined,
      onAlarmSettings: () => () => undefined,
      handleCommands: () => () => undefined,
      close: async () => {
        isClosed = true;
      },
    };
  }

  /** Once, never or twice; soon or late; over others that were sent before. */
  #carry(isCut: () => boolean, arrive: () => void): void {
    this.messages += 1;
    const isDoubled = !this.isCalm && this.#random() < doubledShare;
    if (isDoubled) this.doubled += 1;
    for (let copy = 0; copy < (isDoubled ? 2 : 1); copy += 1) {
      if (isCut() || (!this.isCalm && this.#random() < lostShare)) {
        this.lost += 1;
        continue;
      }
      const isLate = !this.isCalm && this.#random() < lateShare;
      if (isLate) this.late += 1;
      const delayMs = isLate ? 3_000 + this.#random() * 60_000 : 1 + this.#random() * 40;
      this.clock.after(delayMs, () => {
        if (!isCut()) arrive();
      });
    }
  }
}
