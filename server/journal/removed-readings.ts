// The journal's line of readings that are about to be removed because the settings say so. It does not remove them.

import type { Clock } from '../../domain/time/clock.ts';
import type { ReadingRemoval } from '../../historian/historian.ts';
import type { Ledger } from './ledger.ts';

export function noteRemovedReadings(ledger: Ledger, clock: Clock, removal: ReadingRemoval): Promise<void> {
  return ledger.note({
    occurredAtMs: clock.nowMs(),
    kind: 'readings.remove',
    stationId: null,
    alarmId: null,
    occurrenceId: null,
    actor: { kind: 'system', part: 'server' },
    detail: { ...removal },
  });
}
