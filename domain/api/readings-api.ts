// History over HTTP: GET /api/readings. Columns, not objects.
import { z } from 'zod';

export const bucketReadingsSchema = z.object({
  point: z.string(),
  unit: z.string(),
  columns: z.tuple([z.literal('t'), z.literal('min'), z.literal('max'), z.literal('mean'), z.literal('last'), z.literal('goodShare')]),
  bucketMs: z.number(),
  rows: z.array(
    z.tuple([z.number(), z.number().nullable(), z.number().nullable(), z.number().nullable(), z.number().nullable(), z.number()]),
  ),
});
export type BucketReadings = z.output<typeof bucketReadingsSchema>;

export const rawReadingsSchema = z.object({
  point: z.string(),
  unit: z.string(),
  columns: z.tuple([z.literal('t'), z.literal('v'), z.literal('q')]),
  rows: z.array(z.tuple([z.number(), z.number().nullable(), z.number()])),
  /** True where the answer was cut; ask again from the last time. */
  isTruncated: z.boolean(),
});
export type RawReadings = z.output<typeof rawReadingsSchema>;
