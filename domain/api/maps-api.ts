// Map tiles of this installation: GET /api/maps, GET /api/maps/{name} by ranges.
import { z } from 'zod';
import { localizedTextViewSchema } from '../text/localized-text.ts';

/** A file name without its ending: no path can be written with it. */
export const mapNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);

export const mapViewSchema = z.object({
  name: mapNameSchema,
  bytes: z.int(),
  /** Whom the makers of the tiles want named; null where the plant file names nobody. */
  attribution: localizedTextViewSchema.nullable(),
});
export type MapView = z.output<typeof mapViewSchema>;
