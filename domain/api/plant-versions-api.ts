// Versions of the plant file over HTTP: /api/engineering/plant-versions, /api/engineering/plant-difference.
import { z } from 'zod';
import { plantItemKinds } from '../plant/plant-items.ts';

export const plantVersionSchema = z.object({
  number: z.int().positive(),
  /** First sixteen digits of `sha256`. */
  version: z.string(),
  /** Of the text, hex. */
  sha256: z.string(),
  file: z.string(),
  sinceMs: z.number(),
  /** Null while it is in force. */
  untilMs: z.number().nullable(),
  /** Account and machine that started the server with it. */
  loadedBy: z.string(),
  counts: z.object({ stations: z.int(), devices: z.int(), points: z.int(), alarms: z.int() }),
  /** What was found at it when it was loaded: warnings of the check, and findings at alarms. */
  warnings: z.array(z.string()),
  findings: z.int(),
});
export type PlantVersionView = z.output<typeof plantVersionSchema>;

export const plantDifferenceQuerySchema = z.object({ from: z.coerce.number().int().positive(), to: z.coerce.number().int().positive() });

const fieldValueSchema = z.union([z.string(), z.number(), z.boolean()]).nullable();

export const plantChangeSchema = z.object({
  change: z.enum(['added', 'removed', 'changed']),
  kind: z.enum(plantItemKinds),
  id: z.string(),
  stationId: z.string().nullable(),
  fields: z.array(z.object({ field: z.string(), before: fieldValueSchema, after: fieldValueSchema })),
});
export type PlantChangeView = z.output<typeof plantChangeSchema>;

/** Lines of the text around a difference; each begins with ` `, `-` or `+`. */
export const textHunkSchema = z.object({ oldStart: z.int(), newStart: z.int(), lines: z.array(z.string()) });
export type TextHunk = z.output<typeof textHunkSchema>;

export const plantDifferenceSchema = z.object({
  from: z.int(),
  to: z.int(),
  /** Null where one of both cannot be read by this version of the program any more: then only the text tells. */
  changes: z.array(plantChangeSchema).nullable(),
  /** How many there are in all; the list is cut where there are very many. */
  changeCount: z.int(),
  /** Null where the texts are too different to be laid side by side. */
  text: z.array(textHunkSchema).nullable(),
  isTextCut: z.boolean(),
});
export type PlantDifference = z.output<typeof plantDifferenceSchema>;
