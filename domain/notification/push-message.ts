// What a pushed message carries to the phone, encrypted on its whole way. Small (push services take 4 kB), and nothing in it that opens a door.
import { z } from 'zod';
import { alarmPriorities } from '../alarms/priority.ts';
import { languages } from '../text/localized-text.ts';

export const pushMessageSchema = z.object({
  schema: z.literal(1),
  title: z.string(),
  text: z.string(),
  /** A later message with the same tag takes the place of the earlier one on the phone, and is announced again. */
  tag: z.string(),
  /** Where a tap leads, in the phone app. */
  path: z.string().startsWith('/phone/'),
  urgency: z.enum(alarmPriorities),
  language: z.enum(languages),
  atMs: z.number(),
});
export type PushMessage = z.output<typeof pushMessageSchema>;
