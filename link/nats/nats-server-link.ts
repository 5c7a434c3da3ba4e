// The server's end over NATS: readings and status from core subjects, conditions from a durable JetStream consumer, acknowledged after the commit.
import { deflateSync } from 'node:zlib';
import { AckPolicy, DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nanos, TimeoutError } from '@nats-io/transport-node';
import type { AlarmSettingsMessage } from '../../domain/messages/alarm-settings-message.ts';
import { type CollectorMember, collectorMemberSchema } from '../../domain/messages/collector-member.ts';
import { type CollectorStatus, collectorStatusSchema } from '../../domain/messages/collector-status.ts';
import {
  type ConditionStatement,
  conditionStatementSchema,
  type DeliveryAnswer,
  type ReceivedDelivery,
  readDelivery,
  type StatementAnswer,
  type TakeoverAnswer,
  type TakeoverRequest,
  takeoverRequestSchema,
} from '../../domain/messages/condition-message.ts';
import {
  commandDeadlineMs,
  type EngineeringAnswer,
  type EngineeringCommand,
  engineeringAnswerSchema,
} from '../../domain/messages/engineering-command.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { LinkOptions, LinkState, ServerLink } from '../link.ts';
import { decodeReadingBatch } from '../reading-batch-codec.ts';
import { writeCommitted, writeStatementAnswer } from './condition-answers.ts';
import { connectNats } from './connect-nats.ts';
import { inflatedJson, parseJson } from './message-json.ts';
import { mindForgetfulBroker } from './mind-forgetful-broker.ts';
import { makeConditionStream } from './nats-streams.ts';
import { type NatsLinkOptions, subjectsOf } from './nats-subjects.ts';

export async function connectNatsServerLink(url: string, options: LinkOptions & NatsLinkOptions): Promise<ServerLink> {
  return new NatsServerLink(await connectNats(url, 'gatewatch server'), options);
}

const retryMs = 1_000;
/** A delivery of a server that was killed goes to the next one after so long; one that works on it says so more often. */
const takenAwayAfterMs = 4_000;
const workingEveryMs = 1_000;
/** Where the node that leads the consumer dies, nothing tells us but its silence: two heartbeats missed, and messages are asked for anew. */
const heartbeatMs = 1_000;
const pullMs = 2_000;

class NatsServerLink implements ServerLink {
  readonly #connection: NatsConnection;
  readonly #options: LinkOptions & NatsLinkOptions;
  readonly #subjects: ReturnType<typeof subjectsOf>;
  readonly #readings = new Set<(collectorId: string, batch: ReadingBatch) => void>();
  readonly #status = new Set<(status: CollectorStatus) => void>();
  #handleConditions: ((delivery: ReceivedDelivery) => Promise<DeliveryAnswer>) | null = null;
  #handleStatement: ((statement: ConditionStatement) => Promise<StatementAnswer>) | null = null;
  #handleTakeover: ((request: TakeoverRequest) => Promise<TakeoverAnswer>) | null = null;
  readonly #members = new Set<(member: CollectorMember) => void>();
  #isConnected = true;
  #isClosed = false;
  /** Batches of another plant version: they cannot be mapped to points. */
  #mismatched = 0;

  constructor(connection: NatsConnection, options: LinkOptions & NatsLinkOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#subjects = subjectsOf(options.plantId);
    void (async () => {
      for await (const status of connection.status()) {
        if (status.type === 'disconnect') this.#isConnected = false;
        if (status.type === 'reconnect') {
          this.#isConnected = true;
          this.requestSnapshots();
        }
      }
    })();
    connection.subscribe(this.#subjects.readings('*'), {
      callback: (error, message) => {
        if (error !== null) return;
        const batch = decodeReadingBatch(message.data, this.#options.table);
        if (batch === null) {
          this.#mismatched += 1;
          return;
        }
        const collectorId = message.subject.split('.').at(-1) ?? '';
        for (const listener of this.#readings) listener(collectorId, batch);
      },
    });
    connection.subscribe(this.#subjects.status('*'), {
      callback: (error, message) => {
        const parsed = error === null ? collectorStatusSchema.safeParse(parseJson(message.data)) : null;
        if (parsed?.success === true) for (const listener of this.#status) listener(parsed.data);
      },
    });
    connection.subscribe(this.#subjects.statement, {
      callback: (error, message) => {
        const parsed = error === null ? conditionStatementSchema.safeParse(inflatedJson(message.data) ?? parseJson(message.data)) : null;
        if (parsed?.success !== true || this.#handleStatement === null) return;
        this.#handleStatement(parsed.data).then(
          (answer) => void message.respond(writeStatementAnswer(answer)),
          // No answer: the collector's request runs out and it states again.
          () => undefined,
        );
      },
    });
    connection.subscribe(this.#subjects.takeover, {
      callback: (error, message) => {
        const parsed = error === null ? takeoverRequestSchema.safeParse(parseJson(message.data)) : null;
        if (parsed?.success !== true || this.#handleTakeover === null) return;
        this.#handleTakeover(parsed.data).then(
          (answer) => void message.respond(deflateSync(JSON.stringify(answer))),
          () => undefined,
        );
      },
    });
    connection.subscribe(this.#subjects.member, {
      callback: (error, message) => {
        const parsed = error === null ? collectorMemberSchema.safeParse(parseJson(message.data)) : null;
        if (parsed?.success === true) for (const listener of this.#members) listener(parsed.data);
      },
    });
  }

  onReadings(listener: (collectorId: string, batch: ReadingBatch) => void): () => void {
    this.#readings.add(listener);
    return () => void this.#readings.delete(listener);
  }

  onStatus(listener: (status: CollectorStatus) => void): () => void {
    this.#status.add(listener);
    return () => void this.#status.delete(listener);
  }

  handleConditions(handler: (delivery: ReceivedDelivery) => Promise<DeliveryAnswer>): void {
    this.#handleConditions = handler;
  }

  handleStatement(handler: (statement: ConditionStatement) => Promise<StatementAnswer>): void {
    this.#handleStatement = handler;
  }

  handleTakeover(handler: (request: TakeoverRequest) => Promise<TakeoverAnswer>): void {
    this.#handleTakeover = handler;
  }

  onMember(listener: (member: CollectorMember) => void): () => void {
    this.#members.add(listener);
    return () => void this.#members.delete(listener);
  }

  requestStatements(): void {
    if (!this.#connection.isClosed()) this.#connection.publish(this.#subjects.ready);
  }

  requestSnapshots(): void {
    if (!this.#connection.isClosed()) this.#connection.publish(this.#subjects.snapshot);
  }

  publishAlarmSettings(collectorId: string, message: AlarmSettingsMessage): void {
    if (this.#connection.isClosed()) return;
    this.#connection.publish(this.#subjects.alarmSettings(collectorId), deflateSync(JSON.stringify(message)));
  }

  async command(collectorId: string, command: EngineeringCommand): Promise<EngineeringAnswer> {
    if (this.#connection.isClosed()) return { kind: 'failed', reason: 'closed', detail: null };
    try {
      const reply = await this.#connection.request(this.#subjects.command(collectorId), JSON.stringify(command), {
        timeout: commandDeadlineMs + 2_000,
      });
      const answer = engineeringAnswerSchema.safeParse(parseJson(reply.data));
      return answer.success ? answer.data : { kind: 'failed', reason: 'rejected', detail: 'the collector’s answer makes no sense' };
    } catch (error) {
      const isLate = error instanceof TimeoutError || (error as Error).cause instanceof TimeoutError;
      return { kind: 'failed', reason: isLate ? 'timeout' : 'noCollector', detail: null };
    }
  }

  announceReady(): void {
    void this.#consume();
    const { stream, consumer } = this.#subjects;
    void mindForgetfulBroker(this.#connection, { stream, consumer }, (message) => this.#options.log?.warn({ stream }, message));
    this.#connection.publish(this.#subjects.ready);
  }

  state(): LinkState {
    const reason = this.#isClosed ? 'closed' : this.#isConnected ? (this.#mismatched > 0 ? 'plantVersionsDiffer' : null) : 'disconnected';
    return { engine: 'nats', isConnected: this.#isConnected && !this.#isClosed, reason };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection.close();
  }

  /** Consumes for as long as the link lives; whatever ends a consumer (a server restart, a deleted stream), it is made again. */
  async #consume(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const manager = await jetstreamManager(this.#connection);
        await makeConditionStream(manager, this.#subjects);
        await manager.consumers.add(this.#subjects.stream, {
          durable_name: this.#subjects.consumer,
          ack_policy: AckPolicy.Explicit,
          deliver_policy: DeliverPolicy.All,
          max_ack_pending: 1,
          ack_wait: nanos(takenAwayAfterMs),
        });
        const consumer = await jetstream(this.#connection).consumers.get(this.#subjects.stream, this.#subjects.consumer);
        const messages = await consumer.consume({
          max_messages: 16,
          expires: pullMs,
          idle_heartbeat: heartbeatMs,
          abort_on_missing_resource: true,
        });
        this.#connection.publish(this.#subjects.ready);
        for await (const message of messages) await this.#take(message);
      } catch {
        if (this.#isClosed) return;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  async #take(message: JsMsg): Promise<void> {
    const delivery = readDelivery(parseJson(message.data));
    if (delivery === null || this.#handleConditions === null) {
      // Not a delivery: nothing can be made of it, now or later. The collector's outbox still has what it meant.
      message.term();
      return;
    }
    const working = setInterval(() => message.working(), workingEveryMs);
    try {
      const answer = await this.#handleConditions(delivery);
      this.#connection.publish(this.#subjects.committed(delivery.collectorId), writeCommitted(delivery.outboxId, answer));
      message.ack();
    } catch {
      message.nak(retryMs);
    } finally {
      clearInterval(working);
    }
  }
}
