// What a trend page shows, as it is saved and shared: points by pane, window, comparison. It says nothing of how a pane is drawn.
import { z } from 'zod';

export const mostTrendPoints = 12;
export const mostTrendPanes = 8;

export const trendComparisons = ['none', 'day', 'week'] as const;
export type TrendComparison = (typeof trendComparisons)[number];

export const trendScales = ['data', 'instrument'] as const;
export type TrendScale = (typeof trendScales)[number];

const pointId = z.string().regex(/^[\p{L}\p{N}_.-]{1,120}$/u, 'expected a point id');
const yearsMs = 100 * 366 * 86_400_000;
const moment = z.number().min(0).max(yearsMs);

export const trendWindowSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('live'), minutes: z.number().min(0.05).max(527_040) }),
  z
    .object({ kind: z.literal('past'), fromMs: moment, toMs: moment })
    .refine(({ fromMs, toMs }) => fromMs < toMs, 'must end after it begins'),
]);
export type TrendWindow = z.output<typeof trendWindowSchema>;

/** Values that a person chose to see of the axis that the point is on; otherwise the axis finds its own. */
export const valueRangeSchema = z
  .object({ pointId, minimum: z.number(), maximum: z.number() })
  .refine(({ minimum, maximum }) => minimum < maximum, 'must end above where it begins');
export type ValueRange = z.output<typeof valueRangeSchema>;

export const trendContentSchema = z.object({
  panes: z
    .array(z.array(pointId).min(1).max(mostTrendPoints))
    .min(1)
    .max(mostTrendPanes)
    .refine((panes) => panes.flat().length <= mostTrendPoints, `at most ${mostTrendPoints} points`)
    .refine((panes) => new Set(panes.flat()).size === panes.flat().length, 'each point once'),
  window: trendWindowSchema,
  comparison: z.enum(trendComparisons).default('none'),
  scale: z.enum(trendScales).default('data'),
  hasMarks: z.boolean().default(true),
  values: z.array(valueRangeSchema).max(mostTrendPoints).default([]),
});
export type TrendContent = z.output<typeof trendContentSchema>;
