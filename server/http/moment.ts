// A moment in a query: ISO 8601 or epoch milliseconds in, epoch milliseconds out.
import { z } from 'zod';

export const momentSchema = z.string().transform((text, context) => {
  const moment = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(moment)) return moment;
  context.addIssue({ code: 'custom', message: 'expected ISO 8601 or epoch milliseconds' });
  return z.NEVER;
});
