// What a collector says of itself where nothing is the matter and nothing is connected.
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';

export const aliveStatus = (atMs: number, collectorId = 'default'): CollectorStatus => ({
  schema: 1,
  collectorId,
  plantVersion: 'v1',
  atMs,
  startedAtMs: atMs,
  devices: [],
  outboxPending: 0,
  readingsTotal: 0,
  readingsPerSecond: 0,
  historian: {
    engine: 'duckdb',
    isAvailable: true,
    reason: null,
    accepted: 0,
    written: 0,
    filtered: 0,
    spooled: 0,
    setAside: 0,
    dropped: 0,
  },
});
