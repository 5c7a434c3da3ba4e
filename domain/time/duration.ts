// Durations as people write them in a plant file: `500ms`, `5s`, `10min`, `8h`, `1d`. Inside the program a duration is milliseconds.
import { z } from 'zod';

const millisecondsPerUnit = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type DurationUnit = keyof typeof millisecondsPerUnit;

const durationPattern = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)$/;

/** Milliseconds, or null where the text is not a duration. */
export function parseDuration(text: string): number | null {
  const match = durationPattern.exec(text.trim());
  if (match === null) return null;
  return Number(match[1]) * millisecondsPerUnit[match[2] as DurationUnit];
}

/** Zod schema: a duration text in, milliseconds out. */
export const durationSchema = z
  .string('expected a duration such as 500ms, 5s, 10min, 8h or 1d')
  .regex(durationPattern, 'expected a duration such as 500ms, 5s, 10min, 8h or 1d')
  .transform((text): number => parseDuration(text) ?? 0);
