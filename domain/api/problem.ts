// RFC 9457 problem documents: the one shape of an error over HTTP.
import { z } from 'zod';

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  /** As `x-request-id` of the answer and `requestId` in the server's log. */
  requestId: z.string().optional(),
  /** For bad input. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.output<typeof problemSchema>;
