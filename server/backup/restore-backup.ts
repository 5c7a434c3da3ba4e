// Puts a backup into an empty data folder: refuses what is damaged, newer, or not empty, before anything is written; then copies, reads the copies, walks the
// whole chain of the journal and compares it with the signed heads. A restore that was cut off leaves a mark, and nothing starts on such a folder.
import { copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { spaceAt } from '../../historian/disk-space.ts';
import { readHeadFile } from '../evidence/head-file.ts';
import { contradictionOf, headFileOf } from '../evidence/journal-heads.ts';
import { type Database, knownMigrations, openDatabase } from '../journal/database.ts';
import { verifyChain } from '../journal/journal.ts';
import { restorePostgres } from '../journal/postgres/dump-journal.ts';
import { syncFolder } from '../sync-folder.ts';
import { type BackupContent, BackupError, checkFiles, faultOf, readManifest } from './backup-manifest.ts';
import { isKey } from './data-folder.ts';
import { type RestoredMark, restoredMarkName, unfinishedRestoreName } from './restore-mark.ts';

export interface RestoreOrder {
  readonly backup: string;
  readonly dataDir: string;
  readonly journalUrl: string;
  /** A backup that holds the keys, where this one does not. */
  readonly keysFrom: string | null;
  readonly restoredBy: string;
  readonly nowMs: number;
  readonly onProgress?: (line: string) => void;
  /** Brings the outbox of a collector into line with what the journal has of it. */
  readonly settleOutbox: (file: string, held: HeldConditions) => void;
}

/** What the restored journal says of one collector's outbox. */
export interface HeldConditions {
  /** Messages that it has, by the outbox's identity. */
  readonly throughSequence: ReadonlyMap<string, number>;
  /** Conditions that are true by the journal. */
  readonly isTrue: (alarmId: string, occurrenceId: string) => boolean;
}

export interface Restored {
  readonly content: BackupContent;
  readonly signedHeads: number;
  /** Key files that this data folder goes without: they are made anew at the first start. */
  readonly missingKeys: boolean;
}

export async function restoreBackup(order: RestoreOrder): Promise<Restored> {
  const { backup, dataDir, onProgress = () => undefined } = order;
  const content = await readManifest(backup);
  refuseNewer(content);
  const isPostgres = /^postgres(ql)?:/.test(order.journalUrl);
  if (isPostgres !== (content.journal.engine === 'postgres'))
    throw new BackupError(
      content.journal.engine === 'postgres'
        ? 'this backup holds a journal of PostgreSQL: give the empty database by --journal postgres://…'
        : 'this backup holds a journal of SQLite: it is restored into the data folder, without --journal postgres://…',
    );
  if (!isPostgres && order.journalUrl !== 'sqlite:')
    throw new BackupError(
      'a journal of SQLite is restored into the data folder: leave --journal and GATEWATCH_JOURNAL out, and move it afterwards',
    );
  const keys = order.keysFrom === null ? null : await readManifest(order.keysFrom);
  if (keys !== null && !keys.hasKeys) throw new BackupError(`${order.keysFrom} holds no keys: it was made without --with-keys`);
  await refuseFull(dataDir);
  await checkFiles(backup, content, (share) => onProgress(`reading the backup ${Math.floor(share * 100)} %`));
  await mkdir(dataDir, { recursive: true, mode: 0o750 });
  await refuseSmall(dataDir, content);

  const unfinished = path.join(dataDir, unfinishedRestoreName);
  await writeFile(unfinished, `${backup}\n`, { flush: true });
  const isJournalDump = (place: string) => content.journal.engine === 'postgres' && place === content.journal.file;
  const places = content.files.filter((file) => !isJournalDump(file.path));
  for (const [index, file] of places.entries()) {
    onProgress(`copying ${index + 1} of ${places.length} files`);
    await copyDurably(path.join(backup, file.path), path.join(dataDir, file.path), isKey(file.path));
    const wrong = await faultOf(dataDir, file);
    if (wrong !== null)
      throw new BackupError(`${path.join(dataDir, file.path)} was not written as it should be: ${wrong}; look after that disk`);
  }
  if (keys !== null && order.keysFrom !== null) await takeKeys(order.keysFrom, keys, dataDir);
  const missingKeys = !content.hasKeys && keys === null;
  if (missingKeys) await putOldPublicKeysAside(dataDir);
  if (isPostgres) {
    onProgress('giving the journal to PostgreSQL');
    await restorePostgres(order.journalUrl, path.join(backup, content.journal.file), content.journal.schema);
  }
  onProgress('walking the journal');
  const database = await openDatabase(order.journalUrl, dataDir);
  let signedHeads: number;
  try {
    signedHeads = await checkJournal(database, dataDir, content);
    // Who was signed out since, or had his rights taken, must not come back by it.
    await database.deleteFrom('session').execute();
    const held = await heldConditions(database);
    for (const { path: place } of content.files) {
      const collectorId = /^outbox-(.*)\.sqlite$/.exec(place)?.[1];
      if (collectorId !== undefined) order.settleOutbox(path.join(dataDir, place), held(collectorId));
    }
  } finally {
    await database.destroy();
  }
  const mark: RestoredMark = {
    backup: path.basename(backup),
    madeAtMs: content.madeAtMs,
    lines: content.journal.lines,
    headHash: content.journal.headHash,
    restoredAtMs: order.nowMs,
    restoredBy: order.restoredBy,
    hasKeys: !missingKeys,
  };
  await writeFile(path.join(dataDir, restoredMarkName), JSON.stringify(mark), { flush: true });
  await rm(unfinished);
  await syncFolder(dataDir);
  return { content, signedHeads, missingKeys };
}

function refuseNewer({ journal, version }: BackupContent): void {
  const unknown = journal.migrations.filter((name) => !knownMigrations.includes(name));
  if (unknown.length > 0)
    throw new BackupError(
      `the backup was written by Gatewatch ${version}, which is newer (${unknown.join(', ')}): restore it with that version`,
    );
}

async function refuseFull(dataDir: string): Promise<void> {
  const found = (await readdir(dataDir).catch(() => [])).filter((name) => name !== 'lost+found');
  if (found.includes(unfinishedRestoreName))
    throw new BackupError(`${dataDir} holds a restore that was cut off: empty the folder and begin again`);
  if (found.length > 0)
    throw new BackupError(
      `${dataDir} is not empty (${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}): restore into an empty folder, and compare before you replace anything`,
    );
}

async function refuseSmall(dataDir: string, content: BackupContent): Promise<void> {
  const { freeBytes } = await spaceAt(dataDir);
  const needed = content.files.reduce((sum, { bytes }) => sum + bytes, 0) * 1.05;
  if (freeBytes < needed)
    throw new BackupError(
      `${dataDir} has ${Math.floor(freeBytes / 1_048_576)} MB free, the backup needs ${Math.ceil(needed / 1_048_576)} MB`,
    );
}

async function copyDurably(from: string, to: string, isSecret: boolean): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true, mode: 0o750 });
  await copyFile(from, to);
  const handle = await open(to, 'r+');
  try {
    await handle.chmod(isSecret ? 0o600 : 0o640);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function takeKeys(backup: string, content: BackupContent, dataDir: string): Promise<void> {
  for (const file of content.files) {
    if (!isKey(file.path) && file.path !== publicKeys) continue;
    const wrong = await faultOf(backup, file);
    if (wrong !== null) throw new BackupError(`${path.join(backup, file.path)} is damaged: ${wrong}`);
    await copyDurably(path.join(backup, file.path), path.join(dataDir, file.path), isKey(file.path));
  }
}

const publicKeys = 'evidence/keys/public-keys.json';

/** A new signing key is made at the first start; the old public ones stay, so that what they signed can be checked. */
async function putOldPublicKeysAside(dataDir: string): Promise<void> {
  const from = path.join(dataDir, publicKeys);
  if ((await stat(from).catch(() => null)) === null) return;
  const folder = path.join(dataDir, 'evidence', 'keys-before-restore');
  await mkdir(folder, { recursive: true });
  await rename(from, path.join(folder, 'public-keys.json'));
}

/** Gives the number of signed heads that hold. */
async function checkJournal(database: Database, dataDir: string, { journal }: BackupContent): Promise<number> {
  const verdict = await verifyChain(database);
  if (verdict === null || verdict.kind === 'broken')
    throw new BackupError(`line ${verdict?.sequence} of the restored journal does not hold: ${verdict?.reason}`);
  if (verdict.entries !== journal.lines || verdict.headHash !== journal.headHash)
    throw new BackupError(`the restored journal has ${verdict.entries} lines and not the ${journal.lines} that the backup names`);
  const heads = [];
  for await (const { head } of readHeadFile(headFileOf(dataDir))) heads.push(head);
  const found = await contradictionOf(heads, verdict.entries, async function* (after, through) {
    for (let sequence = after; sequence < through; ) {
      const rows = await database
        .selectFrom('journal')
        .select(['sequence', 'hash'])
        .where('sequence', '>', sequence)
        .where('sequence', '<=', through)
        .orderBy('sequence')
        .limit(5_000)
        .execute();
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(({ hash }) => hash);
      sequence = last.sequence;
    }
  });
  if (found !== null) throw new BackupError(`the restored journal contradicts a signed head at line ${found.sequence}: ${found.reason}`);
  return heads.length;
}

const recordSchema = z.object({ isConditionTrue: z.boolean(), occurrenceId: z.string().nullable() });

async function heldConditions(database: Database): Promise<(collectorId: string) => HeldConditions> {
  const progress = await database.selectFrom('outbox_progress').selectAll().execute();
  const trueOnes = new Set<string>();
  for (const { alarm_id, record } of await database.selectFrom('alarm').select(['alarm_id', 'record']).execute()) {
    const { isConditionTrue, occurrenceId } = recordSchema.parse(JSON.parse(record));
    if (isConditionTrue) trueOnes.add(`${alarm_id} ${occurrenceId}`);
  }
  return (collectorId) => ({
    throughSequence: new Map(progress.filter((row) => row.collector_id === collectorId).map((row) => [row.outbox_id, row.sequence])),
    isTrue: (alarmId, occurrenceId) => trueOnes.has(`${alarmId} ${occurrenceId}`),
  });
}
