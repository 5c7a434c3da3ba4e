// A broker may forget, and may find its own store spoiled: after a power cut its stream can be older than what it knows of its consumer, which then waits for
// numbers that will be given again long after, while alarms pass it by; or it meets a message that it cannot read any more, and stays there. What holds alarms up
// is taken away, the consumer or the whole stream, and made anew by whoever consumes. Nothing is lost by that: a collector's outbox keeps everything until the
// server's database has it, and what is delivered twice has its effect once, by the number that its outbox gave it.
import { type ConsumerInfo, jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const lookEveryMs = 2_000;
/** So many looks in a row that found it standing still. */
const patience = 3;

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
  let still = 0;
  while (!connection.isClosed()) {
    try {
      const manager = await jetstreamManager(connection, { checkAPI: false });
      // In this order: what comes in between makes the stream longer, never the consumer.
      const consumed: Consumed = await manager.consumers.info(names.stream, names.consumer);
      const stream = await manager.streams.info(names.stream);
      still = standsStill(before, consumed) ? still + 1 : 0;
      before = consumed;
      if (hasForgotten(consumed, stream)) {
        warn('NATS has forgotten messages that it had given: its consumer is made anew');
        await manager.consumers.delete(names.stream, names.consumer);
        before = null;
      } else if (still >= patience) {
        warn('NATS does not give the messages that it has: its stream is made anew, the collectors send again');
        await manager.streams.delete(names.stream);
        before = null;
        still = 0;
      }
    } catch {
      before = null; // away, or not made yet: looked at again
      still = 0;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs).unref();
    });
  }
}
