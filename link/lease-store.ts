// Who holds the stations of a collector, kept where several processes see it. One word a collector, each write only on top of the one that was seen before it.
import { z } from 'zod';

export const leaseRecordSchema = z.object({
  /** Goes up with every change of the holder. */
  term: z.int().positive(),
  /** Id of the holder's data folder. */
  nodeId: z.string(),
  node: z.string(),
  /** Of this run of the process. */
  instanceId: z.string(),
  sinceMs: z.number(),
  /** Given back: the next may have it at once. */
  isFree: z.boolean(),
});
export type LeaseRecord = z.output<typeof leaseRecordSchema>;

export interface StoredLease {
  readonly record: LeaseRecord | null;
  /** Of the word that stands there; 0 where there is none. */
  readonly revision: number;
}

export interface LeaseStore {
  /** Rejects where a majority of the store cannot be reached. */
  read(collectorId: string): Promise<StoredLease>;
  /** The new revision, or null where somebody was first. Rejects where it is not known whether it was written. */
  write(collectorId: string, record: LeaseRecord, onTopOf: number): Promise<number | null>;
}
