// Text that people read, in the two languages of the product. Chinese is the default; English falls back to it.
import { z } from 'zod';

export const languages = ['zh', 'en'] as const;
export type Language = (typeof languages)[number];

export interface LocalizedText {
  readonly zh: string;
  readonly en: string;
}

/** Accepts `"text"` (same in both languages) or `{ zh, en? }`. */
export const localizedTextSchema = z
  .union([z.string().min(1), z.strictObject({ zh: z.string().min(1), en: z.string().min(1).optional() })])
  .transform((text): LocalizedText => (typeof text === 'string' ? { zh: text, en: text } : { zh: text.zh, en: text.en ?? text.zh }));

/** The resolved form, as it travels over the API. */
export const localizedTextViewSchema = z.object({ zh: z.string(), en: z.string() });
