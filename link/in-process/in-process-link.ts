// Both ends of the link in one process: direct calls with an asynchronous border, so that a slow server never holds the collector up.
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { AlarmSettingsMessage } from '../../domain/messages/alarm-settings-message.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type {
  ConditionDelivery,
  ConditionStatement,
  DeliveryAnswer,
  ReceivedDelivery,
  StatementAnswer,
  TakeoverAnswer,
  TakeoverRequest,
} from '../../domain/messages/condition-message.ts';
import type { EngineeringAnswer, EngineeringCommand } from '../../domain/messages/engineering-command.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { CollectorLink, CommandHandler, DeliveryResult, LinkOptions, LinkState, ServerLink } from '../link.ts';

type ReadingsListener = (collectorId: string, batch: ReadingBatch) => void;
type AskFailed = Extract<DeliveryResult, { kind: 'failed' }>;

export function createInProcessLink(options: LinkOptions): { readonly collector: CollectorLink; readonly server: ServerLink } {
  const hub = new InProcessHub(options.collectorId);
  return { collector: hub.collectorEnd(), server: hub.serverEnd() };
}

class InProcessHub {
  readonly #collectorId: string;
  readonly #readings = new Set<ReadingsListener>();
  readonly #status = new Set<(status: CollectorStatus) => void>();
  readonly #connected = new Set<() => void>();
  readonly #snapshots = new Set<() => ReadingBatch>();
  readonly #settings = new Set<(message: AlarmSettingsMessage) => void>();
  /** The server starts before the collector listens: it hears the last one at once, before its first scan. */
  #lastSettings: AlarmSettingsMessage | null = null;
  #handleConditions: ((delivery: ReceivedDelivery) => Promise<DeliveryAnswer>) | null = null;
  #handleStatement: ((statement: ConditionStatement) => Promise<StatementAnswer>) | null = null;
  #handleTakeover: ((request: TakeoverRequest) => Promise<TakeoverAnswer>) | null = null;
  #handleCommand: CommandHandler | null = null;
  #isReady = false;
  #isClosed = false;

  constructor(collectorId: string) {
    this.#collectorId = collectorId;
  }

  collectorEnd(): CollectorLink {
    return {
      publishReadings: (batch) => this.#publish(batch),
      publishStatus: (status) => {
        for (const listener of this.#status) listener(status);
      },
      deliverConditions: (delivery) => this.#deliver(delivery),
      stateConditions: (statement) => this.#ask(this.#handleStatement, statement),
      takeOver: (request) => this.#ask(this.#handleTakeover, request),
      onServerConnected: (listener) => {
        this.#connected.add(listener);
        if (this.#isReady) queueMicrotask(listener);
        return () => void this.#connected.delete(listener);
      },
      onSnapshotRequested: (listener) => {
        this.#snapshots.add(listener);
        return () => void this.#snapshots.delete(listener);
      },
      onAlarmSettings: (listener) => {
        this.#settings.add(listener);
        const last = this.#lastSettings;
        if (last !== null) queueMicrotask(() => this.#settings.has(listener) && listener(last));
        return () => void this.#settings.delete(listener);
      },
      handleCommands: (handler) => {
        this.#handleCommand = handler;
        return () => {
          if (this.#handleCommand === handler) this.#handleCommand = null;
        };
      },
      close: () => this.#close(),
    };
  }

  serverEnd(): ServerLink {
    return {
      onReadings: (listener) => {
        this.#readings.add(listener);
        return () => void this.#readings.delete(listener);
      },
      onStatus: (listener) => {
        this.#status.add(listener);
        return () => void this.#status.delete(listener);
      },
      handleConditions: (handler) => {
        this.#handleConditions = handler;
      },
      handleStatement: (handler) => {
        this.#handleStatement = handler;
      },
      handleTakeover: (handler) => {
        this.#handleTakeover = handler;
      },
      // In one process there is nobody who could step in.
      onMember: () => () => undefined,
      requestStatements: () => {
        for (const listener of this.#connected) queueMicrotask(listener);
      },
      requestSnapshots: () => {
        for (const snapshot of this.#snapshots) this.#publish(snapshot());
      },
      publishAlarmSettings: (collectorId, message) => {
        if (this.#isClosed || collectorId !== this.#collectorId) return;
        this.#lastSettings = message;
        for (const listener of this.#settings) queueMicrotask(() => this.#settings.has(listener) && listener(message));
      },
      command: (collectorId, command) => this.#command(collectorId, command),
      announceReady: () => {
        this.#isReady = true;
        for (const listener of this.#connected) queueMicrotask(listener);
      },
      state: (): LinkState => ({ engine: 'in-process', isConnected: !this.#isClosed, reason: this.#isClosed ? 'closed' : null }),
      close: () => this.#close(),
    };
  }

  #publish(batch: ReadingBatch): void {
    if (this.#isClosed) return;
    for (const listener of this.#readings) listener(this.#collectorId, batch);
  }

  async #deliver(delivery: ConditionDelivery): Promise<DeliveryResult> {
    // Over a wire, requests of people would have their turn between two deliveries; in one process nothing else would, until a flood is over.
    await turnOfOthers();
    const answer = await this.#ask(this.#handleConditions, delivery);
    if ('kind' in answer) return answer;
    return { kind: 'committed', throughSequence: answer.committedThrough, supersededBy: answer.supersededBy };
  }

  async #ask<M, A>(handler: ((message: M) => Promise<A>) | null, message: M): Promise<A | AskFailed> {
    if (this.#isClosed) return { kind: 'failed', retryable: false, reason: 'closed' };
    if (!this.#isReady || handler === null) return { kind: 'failed', retryable: true, reason: 'noServer' };
    try {
      return await handler(message);
    } catch {
      // The server has logged why it could not commit; the collector tries again.
      return { kind: 'failed', retryable: true, reason: 'rejected' };
    }
  }

  async #command(collectorId: string, command: EngineeringCommand): Promise<EngineeringAnswer> {
    await turnOfOthers();
    if (this.#isClosed) return { kind: 'failed', reason: 'closed', detail: null };
    if (this.#handleCommand === null || collectorId !== this.#collectorId) return { kind: 'failed', reason: 'noCollector', detail: null };
    try {
      return await this.#handleCommand(command);
    } catch (error) {
      return { kind: 'failed', reason: 'rejected', detail: (error as Error).message };
    }
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    this.#readings.clear();
    this.#status.clear();
    this.#connected.clear();
    this.#snapshots.clear();
    this.#settings.clear();
  }
}
