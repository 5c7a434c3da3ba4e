// The marks that a restore leaves in the data folder: one while it runs, so that nothing starts on half of it, and one for the first start, which writes a line of it.
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { hashSchema } from '../../domain/evidence/signed-head.ts';
import type { Ledger } from '../journal/ledger.ts';

export const unfinishedRestoreName = 'restore-unfinished';
export const restoredMarkName = 'restored.json';

const restoredMarkSchema = z.strictObject({
  backup: z.string(),
  madeAtMs: z.number(),
  lines: z.int(),
  headHash: hashSchema,
  restoredAtMs: z.number(),
  restoredBy: z.string(),
  hasKeys: z.boolean(),
});
export type RestoredMark = z.output<typeof restoredMarkSchema>;

export function isRestoreUnfinished(dataDir: string): boolean {
  return existsSync(path.join(dataDir, unfinishedRestoreName));
}

/** The journal itself tells that, and when, it was put back from an older copy. */
export async function noteRestore(ledger: Ledger, dataDir: string): Promise<void> {
  const file = path.join(dataDir, restoredMarkName);
  if (!existsSync(file)) return;
  const mark = restoredMarkSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  await ledger.note({
    occurredAtMs: mark.restoredAtMs,
    kind: 'system.restore',
    stationId: null,
    alarmId: null,
    occurrenceId: null,
    actor: { kind: 'system', part: 'server' },
    detail: { ...mark },
  });
  await rm(file, { force: true });
}
