// A collector process among several: which collectors' stations it may hold, and which it does. Told once a second, so that everybody knows who could step in.
import { z } from 'zod';

export const collectorMemberSchema = z.object({
  schema: z.literal(1),
  /** Id of its data folder; its name is for people. */
  nodeId: z.uuid(),
  node: z.string(),
  /** Its own first. */
  mayHold: z.array(z.string()),
  holds: z.array(z.string()),
  atMs: z.number(),
});
export type CollectorMember = z.output<typeof collectorMemberSchema>;
