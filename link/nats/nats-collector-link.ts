// The collector's end over NATS. Conditions go through JetStream, which is transport and never the only copy: a delivery counts only when the server says
// that its database has committed it; without that word in time, the outbox sends again.
import { deflateSync } from 'node:zlib';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { type AlarmSettingsMessage, alarmSettingsMessageSchema } from '../../domain/messages/alarm-settings-message.ts';
import {
  type ConditionDelivery,
  type ConditionStatement,
  type TakeoverRequest,
  takeoverAnswerSchema,
} from '../../domain/messages/condition-message.ts';
import { type EngineeringAnswer, engineeringCommandSchema } from '../../domain/messages/engineering-command.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { CollectorLink, CommandHandler, DeliveryResult, LinkOptions, StatementResult, TakeoverResult } from '../link.ts';
import { encodeReadingBatch } from '../reading-batch-codec.ts';
import { type Committed, readCommitted, readStatementAnswer } from './condition-answers.ts';
import { connectNats } from './connect-nats.ts';
import { inflatedJson, parseJson } from './message-json.ts';
import { makeConditionStream } from './nats-streams.ts';
import { type NatsLinkOptions, subjectsOf } from './nats-subjects.ts';

const confirmationMs = 5_000;
/** A node that dies with the message in its hands says nothing: the next try goes to the new leader. */
const storedMs = 2_000;

export async function connectNatsCollectorLink(url: string, options: LinkOptions & NatsLinkOptions): Promise<CollectorLink> {
  return new NatsCollectorLink(await connectNats(url, `gatewatch collector ${options.collectorId}`), options);
}

class NatsCollectorLink implements CollectorLink {
  readonly #connection: NatsConnection;
  readonly #options: LinkOptions & NatsLinkOptions;
  readonly #subjects: ReturnType<typeof subjectsOf>;
  readonly #connected = new Set<() => void>();
  readonly #snapshots = new Set<() => ReadingBatch>();
  readonly #settings = new Set<(message: AlarmSettingsMessage) => void>();
  readonly #waiting = new Set<(committed: Committed) => void>();
  #handleCommand: CommandHandler | null = null;
  #commands: Subscription | null = null;
  #isStreamMade = false;

  constructor(connection: NatsConnection, options: LinkOptions & NatsLinkOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#subjects = subjectsOf(options.plantId);
    this.#listen(this.#subjects.committed(options.collectorId), (data) => {
      const committed = readCommitted(data);
      if (committed !== null) for (const waiting of this.#waiting) waiting(committed);
    });
    this.#listen(this.#subjects.alarmSettings(options.collectorId), (data) => {
      const message = alarmSettingsMessageSchema.safeParse(inflatedJson(data));
      if (message.success) for (const listener of this.#settings) listener(message.data);
    });
    this.#listen(this.#subjects.ready, () => this.#serverIsThere());
    this.#listen(this.#subjects.snapshot, () => {
      for (const snapshot of this.#snapshots) this.publishReadings(snapshot());
    });
    // After an outage everything is stated again.
    void (async () => {
      for await (const status of connection.status()) if (status.type === 'reconnect') this.#serverIsThere();
    })();
  }

  publishReadings(batch: ReadingBatch): void {
    if (this.#connection.isClosed()) return;
    this.#connection.publish(this.#subjects.readings(this.#options.collectorId), encodeReadingBatch(batch));
  }

  publishStatus(status: object): void {
    if (this.#connection.isClosed()) return;
    this.#connection.publish(this.#subjects.status(this.#options.collectorId), JSON.stringify(status));
  }

  async deliverConditions(delivery: ConditionDelivery): Promise<DeliveryResult> {
    if (this.#connection.isClosed()) return { kind: 'failed', retryable: false, reason: 'closed' };
    const first = delivery.messages[0]?.sequence ?? 1;
    const last = delivery.messages.at(-1)?.sequence ?? 0;
    let settle: ((result: DeliveryResult) => void) | null = null;
    const confirmed = new Promise<DeliveryResult>((resolve) => {
      settle = resolve;
    });
    const waiting = ({ outboxId, throughSequence, supersededBy }: Committed) => {
      // All of it; or less than what came before it, which tells that the server's database was restored: the sender must know at once.
      const isSettled = throughSequence >= last || throughSequence < first - 1;
      if (outboxId === delivery.outboxId && isSettled) settle?.({ kind: 'committed', throughSequence, supersededBy });
    };
    this.#waiting.add(waiting);
    const timer = setTimeout(() => settle?.({ kind: 'failed', retryable: true, reason: 'timeout' }), confirmationMs);
    try {
      await this.#makeStream();
      await jetstream(this.#connection).publish(this.#subjects.conditions(this.#options.collectorId), JSON.stringify(delivery), {
        timeout: storedMs,
      });
      return await confirmed;
    } catch {
      // The broker may have come back with an empty store.
      this.#isStreamMade = false;
      return { kind: 'failed', retryable: true, reason: 'noServer' };
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
  }

  async stateConditions(statement: ConditionStatement): Promise<StatementResult> {
    if (this.#connection.isClosed()) return { kind: 'failed', retryable: false, reason: 'closed' };
    try {
      const answer = await this.#connection.request(this.#subjects.statement, fitting(JSON.stringify(statement)), {
        timeout: confirmationMs,
      });
      return readStatementAnswer(answer.data);
    } catch {
      return { kind: 'failed', retryable: true, reason: 'noServer' };
    }
  }

  async takeOver(request: TakeoverRequest): Promise<TakeoverResult> {
    if (this.#connection.isClosed()) return { kind: 'failed', retryable: false, reason: 'closed' };
    try {
      const answer = await this.#connection.request(this.#subjects.takeover, JSON.stringify(request), { timeout: confirmationMs });
      const parsed = takeoverAnswerSchema.safeParse(inflatedJson(answer.data));
      return parsed.success ? parsed.data : { kind: 'failed', retryable: true, reason: 'rejected' };
    } catch {
      return { kind: 'failed', retryable: true, reason: 'noServer' };
    }
  }

  onServerConnected(listener: () => void): () => void {
    this.#connected.add(listener);
    // The server may have announced itself before: trying costs one refused request, waiting could cost an alarm.
    queueMicrotask(listener);
    return () => void this.#connected.delete(listener);
  }

  onSnapshotRequested(listener: () => ReadingBatch): () => void {
    this.#snapshots.add(listener);
    return () => void this.#snapshots.delete(listener);
  }

  onAlarmSettings(listener: (message: AlarmSettingsMessage) => void): () => void {
    this.#settings.add(listener);
    return () => void this.#settings.delete(listener);
  }

  handleCommands(handler: CommandHandler): () => void {
    this.#handleCommand = handler;
    // Only who has a handler listens: beside another process that holds these stations, one that only empties its outbox must not answer for it.
    this.#commands ??= this.#connection.subscribe(this.#subjects.command(this.#options.collectorId), {
      callback: (error, message) => {
        if (error !== null) return;
        void this.#answerCommand(parseJson(message.data)).then((answer) => void message.respond(JSON.stringify(answer)));
      },
    });
    return () => {
      if (this.#handleCommand !== handler) return;
      this.#handleCommand = null;
      // What is on its way when this is told to NATS is still answered: that there is no collector.
      this.#commands?.drain().catch(() => undefined);
      this.#commands = null;
    };
  }

  async #answerCommand(content: unknown): Promise<EngineeringAnswer> {
    const command = engineeringCommandSchema.safeParse(content);
    if (!command.success) return { kind: 'failed', reason: 'rejected', detail: 'this collector does not know the command' };
    if (this.#handleCommand === null) return { kind: 'failed', reason: 'noCollector', detail: null };
    return this.#handleCommand(command.data).catch(
      (error: unknown): EngineeringAnswer => ({ kind: 'failed', reason: 'rejected', detail: (error as Error).message }),
    );
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #serverIsThere(): void {
    for (const listener of this.#connected) listener();
  }

  async #makeStream(): Promise<void> {
    if (this.#isStreamMade) return;
    await makeConditionStream(await jetstreamManager(this.#connection), this.#subjects);
    this.#isStreamMade = true;
  }

  #listen(subject: string, work: (data: Uint8Array) => void): void {
    this.#connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) work(message.data);
      },
    });
  }
}

/** NATS refuses messages of more than 1 MB: in a flood of thousands of alarms the statement is compressed. */
function fitting(text: string): string | Uint8Array {
  return text.length > 300_000 ? deflateSync(text) : text;
}
