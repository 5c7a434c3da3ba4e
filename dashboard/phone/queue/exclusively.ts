// One sender a lane at a time on this phone, whether page or service worker, so that two do not send one action at once and out of order.
import type { Lane } from './send-queue.ts';

/** Resolves to null where another one is at it already. */
export type Exclusively = <Value>(lane: Lane, work: () => Promise<Value>) => Promise<Value | null>;

/** By the browser's lock; where there is none (no secure context, hence no worker either) this page is alone. */
export const exclusivelyOnThisPhone: Exclusively = async <Value>(lane: Lane, work: () => Promise<Value>): Promise<Value | null> => {
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return work();
  return locks.request(`gatewatch-phone-queue-${lane}`, { ifAvailable: true }, async (lock): Promise<Value | null> => {
    return lock === null ? null : work();
  });
};
