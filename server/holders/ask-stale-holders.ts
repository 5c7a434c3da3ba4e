// A collector process whose term is believed no longer hears so as soon as it says something of conditions (HO7). One that finds nothing out says nothing: it is
// known by its status, and asked for a statement (HO8).
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { StationHolders } from './station-holders.ts';

/** One that does not understand the answer (a collector of before) is not asked with every status. */
const askAgainMs = 5_000;

export function askStaleHolders(options: {
  readonly holders: StationHolders;
  readonly clock: Clock;
  /** Asks every collector to state what is true. */
  readonly ask: () => void;
}): (status: Pick<CollectorStatus, 'collectorId' | 'holder'>) => void {
  const { holders, clock, ask } = options;
  const askedAtMs = new Map<string, number>();
  return ({ collectorId, holder }) => {
    if (holder === undefined || holders.supersederOf(collectorId, [holder]) === undefined) return;
    const nowMs = clock.monotonicMs();
    if (nowMs - (askedAtMs.get(collectorId) ?? Number.NEGATIVE_INFINITY) < askAgainMs) return;
    askedAtMs.set(collectorId, nowMs);
    ask();
  };
}
