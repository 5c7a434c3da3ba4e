// A plant out of the text of its file, for tests that know that it is right.
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';

/** Throws its issues where it is not. */
export function plantOf(text: string): Plant {
  const parsed = parsePlantText(text, { version: 'v1' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}
