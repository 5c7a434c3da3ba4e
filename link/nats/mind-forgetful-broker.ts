// A broker may forget, and may find its own store spoiled: after a power cut its stream can be older than what it knows of its consumer, which then waits for
// numbers that will be given again long after, while alarms pass it by; it meets a message that it cannot read any more, and stays there; or it takes each new
// message and drops it again. A stream that holds alarms up is taken away, with its consumer, and made anew by whoever sends or consumes. Nothing is lost by that: a
// collector's outbox keeps everything until the server's database has it, and what is delivered twice has its effect once, by the number that its outbox gave it.
import { type ConsumerInfo, jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const lookEveryMs = 1_500;
/** So many looks in a row that found the same: between the answers of two nodes there may be a moment in which they do not agree. */
const forgottenLooks = 2;
const stillLooks = 4;

type Consumed = Pick<ConsumerInfo, 'delivered' | 'num_pending' | 'num_ack_pending' | 'num_waiting'>;

/** Of one look: messages lie there, somebody waits for one, and none has been given since the look before. */
export function standsStill(before: Consumed | null, now: Consumed): boolean {
  return (
    before !== null &&
    now.num_pending > 0 &&
    now.num_ack_pending === 0 &&
    now.num_waiting > 0 &&
    now.delivered.consumer_seq === before.delivered.consumer_seq
  );
}

/** The consumer has read what the stream does not have yet. */
export function hasForgotten(consumed: Consumed, { state }: Pick<StreamInfo, 'state'>): boolean {
  return consumed.delivered.stream_seq > state.last_seq;
}

/** Until the connection is closed. */
export async function mindForgetfulBroker(
  connection: NatsConnection,
  names: { readonly stream: string; readonly consumer: string },
  warn: (message: string) => void,
): Promise<void> {
  let before: Consumed | null = null;
  let forgotten = 0;
  let still = 0;
  while (!connection.isClosed()) {
    try {
      const manager = await jetstreamManager(connection, { checkAPI: false });
      // In this order: what comes in between makes the stream longer, never the consumer.
      const consumed: Consumed = await manager.consumers.info(names.stream, names.consumer);
      forgotten = hasForgotten(consumed, await manager.streams.info(names.stream)) ? forgotten + 1 : 0;
      still = standsStill(before, consumed) ? still + 1 : 0;
      before = consumed;
      if (forgotten >= forgottenLooks || still >= stillLooks) {
        warn('NATS has forgotten messages, or does not give those that it has: its stream is made anew, and the collectors send again');
        before = null;
        forgotten = 0;
        still = 0;
        await manager.streams.delete(names.stream);
      }
    } catch {
      before = null; // away, or not made yet: looked at again
    }
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs).unref();
    });
  }
}
