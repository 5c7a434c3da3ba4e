// `gatewatch backup` and `gatewatch restore`: what they say, and the note in the data folder by which a running monitor learns of a backup.
import { z } from 'zod';
import { productVersion } from '../product-version.ts';
import { BackupError } from './backup-manifest.ts';
import { writeLastBackup } from './last-backup.ts';
import { type BackupOrder, makeBackup, removeOldBackups } from './make-backup.ts';
import { type RestoreOrder, restoreBackup } from './restore-backup.ts';

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;

export async function runBackup(order: Omit<BackupOrder, 'version'> & { readonly keep?: string | undefined }): Promise<readonly string[]> {
  const keep = order.keep === undefined ? null : z.coerce.number().int().positive().safeParse(order.keep);
  if (keep?.success === false) throw new BackupError(`--keep ${order.keep}: expected a whole number from 1`);
  const startedMs = performance.now();
  const made = await makeBackup({ ...order, version: productVersion() });
  const tookMs = Math.round(performance.now() - startedMs);
  const removed = keep === null ? [] : await removeOldBackups(order.into, keep.data);
  const { content } = made;
  await writeLastBackup(order.dataDir, {
    folder: made.folder,
    madeAtMs: content.madeAtMs,
    bytes: made.bytes,
    lines: content.journal.lines,
    hasKeys: content.hasKeys,
  });
  return [
    made.folder,
    `${content.files.length} files, ${megabytes(made.bytes)} (${megabytes(made.sharedBytes)} shared with the backup before) in ${(tookMs / 1_000).toFixed(1)} s`,
    `journal through line ${content.journal.lines}, ${content.journal.headHash}`,
    ...(content.openReadings === null ? ['readings: none, the historian is another system: back it up by its own means'] : []),
    ...(made.keysLeftOut.length === 0
      ? []
      : [
          `without the private keys (${made.keysLeftOut.length} files): keep one backup --with-keys locked away, and make it anew when a key is changed`,
        ]),
    ...removed.map((folder) => `removed ${folder}`),
  ];
}

export async function runRestore(order: RestoreOrder): Promise<readonly string[]> {
  const { content, signedHeads, missingKeys } = await restoreBackup(order);
  return [
    `${order.dataDir} holds the backup of ${new Date(content.madeAtMs).toISOString()}, written by Gatewatch ${content.version}`,
    `journal: ${content.journal.lines} lines, the chain is intact to ${content.journal.headHash}; ${signedHeads} signed heads hold`,
    ...(content.openReadings === null ? [] : [`readings: ${content.openReadings} of days that are not sealed, the others in their files`]),
    ...(missingKeys
      ? [
          'without private keys: new ones are made at the first start. Then second factors and phones are enrolled anew, labels of patrol points are printed again,',
          'devices and OPC UA clients have to trust the new certificates, and evidence is signed by a new key. With a backup that has them: --keys-from BACKUP',
        ]
      : []),
  ];
}
