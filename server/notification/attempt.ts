// One attempt under its deadline. It settles at the deadline, or when the server stops, whatever the channel does; what comes later changes nothing (NO5).
import type { Logger } from 'pino';
import type { Clock } from '../../domain/time/clock.ts';
import type { Channel, ChannelMessage, SendResult } from './channel.ts';

export function attemptSend(
  channel: Channel,
  message: ChannelMessage,
  options: { readonly clock: Clock; readonly timeoutMs: number; readonly stopping: AbortSignal; readonly log: Logger },
): Promise<SendResult> {
  const { clock, timeoutMs, stopping, log } = options;
  return new Promise((resolve) => {
    const abort = new AbortController();
    const settle = (result: SendResult) => {
      deadline.cancel();
      stopping.removeEventListener('abort', onStop);
      resolve(result);
    };
    const deadline = clock.after(timeoutMs, () => {
      settle({ kind: 'failed', retryable: true, reason: 'timeout' });
      abort.abort();
    });
    const onStop = () => {
      settle({ kind: 'failed', retryable: true, reason: 'interrupted' });
      abort.abort();
    };
    stopping.addEventListener('abort', onStop, { once: true });
    if (stopping.aborted) return onStop();
    Promise.resolve()
      .then(() => channel.send(message, abort.signal))
      .then(settle, (error: unknown) => {
        log.error({ channel: channel.kind, err: error }, 'a notification channel failed in itself');
        settle({ kind: 'failed', retryable: true, reason: 'internal' });
      });
  });
}
