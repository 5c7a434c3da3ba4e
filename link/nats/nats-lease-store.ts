// Leases as the last message of a subject in JetStream, written only on top of the sequence that was seen. Reads go to the stream's leader, never to a copy
// that may be behind. Also carries what the processes say of themselves.
import { JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { CollectorMember } from '../../domain/messages/collector-member.ts';
import { type LeaseRecord, type LeaseStore, leaseRecordSchema, type StoredLease } from '../lease-store.ts';
import { connectNats } from './connect-nats.ts';
import { parseJson } from './message-json.ts';
import { makeLeaseStream } from './nats-streams.ts';
import { subjectsOf } from './nats-subjects.ts';

const answerMs = 1_500;
const wrongLastSequence = [10071, 10164];
const noMessageFound = 10037;

export async function connectNatsLeaseStore(url: string, options: { readonly plantId: string; readonly node: string }) {
  return new NatsLeaseStore(await connectNats(url, `gatewatch collector process ${options.node}`), options.plantId);
}

export class NatsLeaseStore implements LeaseStore {
  readonly #connection: NatsConnection;
  readonly #subjects: ReturnType<typeof subjectsOf>;
  #isStreamMade = false;

  constructor(connection: NatsConnection, plantId: string) {
    this.#connection = connection;
    this.#subjects = subjectsOf(plantId);
  }

  async read(collectorId: string): Promise<StoredLease> {
    try {
      await this.#makeStream();
      const manager = await jetstreamManager(this.#connection, { timeout: answerMs, checkAPI: false });
      const message = await manager.streams.getMessage(this.#subjects.leases, { last_by_subj: this.#subjects.lease(collectorId) });
      if (message === null) return { record: null, revision: 0 };
      const parsed = leaseRecordSchema.safeParse(parseJson(message.data));
      return { record: parsed.success ? parsed.data : null, revision: message.seq };
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === noMessageFound) return { record: null, revision: 0 };
      this.#isStreamMade = false;
      throw error;
    }
  }

  async write(collectorId: string, record: LeaseRecord, onTopOf: number): Promise<number | null> {
    try {
      await this.#makeStream();
      const answer = await jetstream(this.#connection, { timeout: answerMs }).publish(
        this.#subjects.lease(collectorId),
        JSON.stringify(record),
        { expect: { lastSubjectSequence: onTopOf }, timeout: answerMs, retries: 0 },
      );
      return answer.seq;
    } catch (error) {
      if (error instanceof JetStreamApiError && wrongLastSequence.includes(error.code)) return null;
      this.#isStreamMade = false;
      throw error;
    }
  }

  announce(member: CollectorMember): void {
    if (!this.#connection.isClosed()) this.#connection.publish(this.#subjects.member, JSON.stringify(member));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #makeStream(): Promise<void> {
    if (this.#isStreamMade) return;
    await makeLeaseStream(await jetstreamManager(this.#connection, { timeout: answerMs, checkAPI: false }), this.#subjects);
    this.#isStreamMade = true;
  }
}
