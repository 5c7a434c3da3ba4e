// A stretch of time in which people work on a place and its alarms are to be read accordingly: a station in maintenance, a point under test.
import { z } from 'zod';

const commonShape = {
  id: z.string(),
  /** Goes up by one with every change; actions name it. */
  version: z.int(),
  stationId: z.string(),
  reason: z.string(),
  startedBy: z.string(),
  startedAtMs: z.number(),
  untilMs: z.number(),
  ended: z
    .object({
      atMs: z.number(),
      /** Null: it ended by itself at its time. */
      by: z.string().nullable(),
      comment: z.string().nullable(),
    })
    .nullable(),
  /** Who moved it last and when, for the person who was slower; null where time did. */
  changedBy: z.string().nullable(),
  changedAtMs: z.number(),
} as const;

export const workWindowSchema = z.discriminatedUnion('kind', [
  /** 检修: alarms of the station are suppressed by design, safety alarms never. */
  z.object({ kind: z.literal('maintenance'), ...commonShape, permit: z.string() }),
  /** 回路测试: alarms of the point run from end to end and are marked as a test. */
  z.object({ kind: z.literal('test'), ...commonShape, pointId: z.string() }),
]);
export type WorkWindow = z.output<typeof workWindowSchema>;
export type WorkWindowKind = WorkWindow['kind'];

/** A loop check takes minutes; who forgets to end it must not leave a point marked for a shift. */
export const longestTestMs = 4 * 3_600_000;
