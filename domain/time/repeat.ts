// Work that is done now and again by the clock that is given.
import type { Clock, TimerHandle } from './clock.ts';

/**
 * First after `firstMs`, then `everyMs` after each time has ended, also one that failed: `onError` is told and must not throw. What is returned ends it, and
 * resolves when the work that is under way has ended.
 */
export function repeat(
  clock: Clock,
  times: { readonly firstMs: number; readonly everyMs: number },
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let isStopped = false;
  let timer: TimerHandle | null = null;
  let working: Promise<unknown> = Promise.resolve();
  const later = (delayMs: number) => {
    if (isStopped) return;
    timer = clock.after(delayMs, () => {
      working = work()
        .catch(onError)
        .finally(() => later(times.everyMs));
    });
  };
  later(times.firstMs);
  return async () => {
    isStopped = true;
    timer?.cancel();
    await working;
  };
}
