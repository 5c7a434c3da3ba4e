// Links that open the overview on a wall screen: GET and POST /api/wall-links, POST /api/wall-links/{id}/revoke, POST /api/wall/session.
import { z } from 'zod';

export const makeWallLinkSchema = z.strictObject({
  /** Where the screen hangs: stands in the journal as who looked. */
  label: z.string().trim().min(1).max(60),
  /** Areas whose stations may be seen; all where absent. */
  areaIds: z.array(z.string().min(1)).min(1).optional(),
});
export type MakeWallLink = z.output<typeof makeWallLinkSchema>;

export const wallLinkViewSchema = z.object({
  id: z.string(),
  label: z.string(),
  /** Null for all areas. */
  areaIds: z.array(z.string()).nullable(),
  /** The viewer's account that the screen is signed in with. */
  username: z.string(),
  madeBy: z.string(),
  madeAtMs: z.number(),
  revokedBy: z.string().nullable(),
  revokedAtMs: z.number().nullable(),
  /** A screen holds a session that has not ended. */
  isOpened: z.boolean(),
});
export type WallLinkView = z.output<typeof wallLinkViewSchema>;

/** The key is told this once; the server keeps its hash. */
export const madeWallLinkSchema = wallLinkViewSchema.extend({ key: z.string() });
export type MadeWallLink = z.output<typeof madeWallLinkSchema>;

export const openWallSchema = z.strictObject({ key: z.string().min(20).max(200) });
