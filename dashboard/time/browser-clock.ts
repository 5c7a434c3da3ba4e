// The page's own clock, made once in the entry and handed to every part that needs time.
import type { Clock } from '../../domain/time/clock.ts';

export function createBrowserClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
