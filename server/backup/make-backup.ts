// Makes a backup of a data folder, also while the monitor runs on it: one folder that counts once its manifest is in it. In the order in which nothing that was
// confirmed can fall between two copies: outboxes and signed heads first, then the journal, then what the journal speaks of.
// Must run in a process of its own (see sqlite-snapshot.ts).
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { spaceAt } from '../../historian/disk-space.ts';
import { copyReadings } from '../../historian/duckdb/copy-readings.ts';
import {
  type BackupContent,
  BackupError,
  type BackupFile,
  faultOf,
  hashOfFile,
  manifestName,
  manifestText,
  readManifest,
} from './backup-manifest.ts';
import { isKey, isUnchanging, plainFiles } from './data-folder.ts';
import { takeJournalMoment } from './journal-moment.ts';
import { SqliteSnapshot } from './sqlite-snapshot.ts';

export interface BackupOrder {
  readonly dataDir: string;
  readonly journalUrl: string;
  /** Folder of the embedded historian; null where there is another. */
  readonly historianDir: string | null;
  /** Backups lie in it, each in a folder of its own. */
  readonly into: string;
  readonly hasKeys: boolean;
  readonly version: string;
  readonly nowMs: number;
}

export interface MadeBackup {
  readonly folder: string;
  readonly content: BackupContent;
  readonly bytes: number;
  /** Of them taken over from the backup before, without a second copy on the disk. */
  readonly sharedBytes: number;
  readonly keysLeftOut: readonly string[];
}

export const backupName = /^gatewatch-\d{4}-\d{2}-\d{2}T\d{6}Z$/;
const unfinished = /^gatewatch-.*\.unfinished$/;

export async function makeBackup(order: BackupOrder): Promise<MadeBackup> {
  await mkdir(order.into, { recursive: true, mode: 0o700 });
  await clearUnfinished(order.into);
  const before = await latestBackup(order.into);
  const name = `gatewatch-${new Date(order.nowMs).toISOString().slice(0, 19).replaceAll(':', '')}Z`;
  const folder = path.join(order.into, name);
  if (existsSync(folder)) throw new BackupError(`${folder} is there already: wait a second and try again`);
  const working = `${folder}.unfinished`;
  await mkdir(working, { mode: 0o700 });
  try {
    const job = new BackupJob(order, working, before);
    const made = await job.run();
    await syncPath(working);
    await rename(working, folder);
    await syncPath(order.into);
    return { ...made, folder };
  } catch (error) {
    await rm(working, { recursive: true, force: true });
    throw error;
  }
}

/** Finished ones, oldest first. */
export async function listBackups(into: string): Promise<readonly string[]> {
  const names = await readdir(into).catch(() => []);
  return names
    .filter((name) => backupName.test(name) && existsSync(path.join(into, name, manifestName)))
    .sort()
    .map((name) => path.join(into, name));
}

/** The newest `keep` stay. Returns those that went. */
export async function removeOldBackups(into: string, keep: number): Promise<readonly string[]> {
  const old = (await listBackups(into)).slice(0, -Math.max(1, keep));
  for (const folder of old) await rm(folder, { recursive: true, force: true });
  return old;
}

async function latestBackup(into: string): Promise<{ readonly folder: string; readonly files: ReadonlyMap<string, BackupFile> } | null> {
  const folder = (await listBackups(into)).at(-1);
  if (folder === undefined) return null;
  const content = await readManifest(folder).catch(() => null);
  return content === null ? null : { folder, files: new Map(content.files.map((file) => [file.path, file])) };
}

async function clearUnfinished(into: string): Promise<void> {
  for (const name of await readdir(into)) if (unfinished.test(name)) await rm(path.join(into, name), { recursive: true, force: true });
}

class BackupJob {
  readonly #order: BackupOrder;
  readonly #folder: string;
  readonly #before: Awaited<ReturnType<typeof latestBackup>>;
  readonly #files: BackupFile[] = [];
  readonly #keysLeftOut: string[] = [];
  #sharedBytes = 0;

  constructor(order: BackupOrder, folder: string, before: Awaited<ReturnType<typeof latestBackup>>) {
    this.#order = order;
    this.#folder = folder;
    this.#before = before;
  }

  async run(): Promise<Omit<MadeBackup, 'folder'>> {
    const { dataDir, hasKeys, version, nowMs } = this.#order;
    const outboxes = await this.#takeOutboxes();
    try {
      const heads = 'evidence/journal-heads.jsonl';
      await this.#copy(dataDir, heads);
      const journal = await takeJournalMoment(this.#order.journalUrl, dataDir);
      try {
        await this.#needsRoom();
        for (const [name, snapshot] of outboxes) await snapshot.copyTo(path.join(this.#folder, name)).then(() => this.#note(name));
        await journal.copyTo(this.#folder);
        await this.#note(journal.facts.file);
      } finally {
        await journal.letGo();
      }
      const openReadings = await this.#copyReadings();
      // Listed only now: a picture that the journal names was stored before its line.
      for (const place of await plainFiles(dataDir, path.resolve(this.#order.into))) {
        if (place === heads) continue;
        if (isKey(place) && !hasKeys) this.#keysLeftOut.push(place);
        else await this.#copy(dataDir, place);
      }
      const files = this.#files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
      const content: BackupContent = {
        schema: 1,
        kind: 'gatewatch.backup',
        version,
        madeAtMs: nowMs,
        hasKeys,
        journal: journal.facts,
        openReadings,
        files,
      };
      await writeFile(path.join(this.#folder, manifestName), manifestText(content), { flush: true, mode: 0o600 });
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      return { content, bytes, sharedBytes: this.#sharedBytes, keysLeftOut: this.#keysLeftOut };
    } finally {
      for (const snapshot of outboxes.values()) snapshot.close();
    }
  }

  async #takeOutboxes(): Promise<ReadonlyMap<string, SqliteSnapshot>> {
    const names = (await readdir(this.#order.dataDir)).filter((name) => /^outbox-.*\.sqlite$/.test(name));
    const taken = new Map<string, SqliteSnapshot>();
    try {
      for (const name of names) taken.set(name, SqliteSnapshot.take(path.join(this.#order.dataDir, name)));
    } catch (error) {
      for (const snapshot of taken.values()) snapshot.close();
      throw error;
    }
    return taken;
  }

  /** A backup that fills the disk of the monitor would do the harm that it is made against. */
  async #needsRoom(): Promise<void> {
    const { dataDir, into } = this.#order;
    const { freeBytes, totalBytes } = await spaceAt(into);
    let needed = 0;
    for (const name of ['journal.sqlite', 'journal.sqlite-wal', 'historian/readings.duckdb', 'historian/readings.duckdb.wal'])
      needed += (await stat(path.join(dataDir, name)).catch(() => null))?.size ?? 0;
    const spare = Math.min(0.02 * totalBytes, 1_073_741_824);
    if (freeBytes < needed + spare)
      throw new BackupError(
        `${into} has ${Math.floor(freeBytes / 1_048_576)} MB free; a backup needs at least ${Math.ceil((needed + spare) / 1_048_576)} MB: make room, or give another --to`,
      );
  }

  /** Null where there is no embedded historian. A sealed file that was merged away meanwhile: once more, with the list as it is now. */
  async #copyReadings(): Promise<number | null> {
    const { historianDir } = this.#order;
    if (historianDir === null || !existsSync(path.join(historianDir, 'readings.duckdb'))) return null;
    const target = path.join(this.#folder, 'historian');
    await mkdir(target, { recursive: true, mode: 0o700 });
    for (let attempt = 0; ; attempt += 1) {
      const copy = await copyReadings(historianDir, target);
      const gone = copy.sealedFiles.filter((file) => !existsSync(path.join(historianDir, file)));
      if (gone.length > 0 && attempt < 5) continue;
      await this.#note('historian/readings.duckdb');
      // What is missing in the folder itself shows as a gap there, and in what is restored.
      for (const file of copy.sealedFiles)
        await this.#copy(path.dirname(historianDir), `${path.basename(historianDir)}/${file}`, `historian/${file}`);
      return copy.openRows;
    }
  }

  async #copy(root: string, place: string, as = place): Promise<void> {
    const source = path.join(root, place);
    const target = path.join(this.#folder, as);
    try {
      const { size, mtimeMs } = await stat(source);
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      if (await this.#share(as, { size, mtimeMs }, target)) return;
      const hash = createHash('sha256');
      let bytes = 0;
      const counting = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          bytes += chunk.length;
          done(null, chunk);
        },
      });
      await pipeline(createReadStream(source), counting, createWriteStream(target, { mode: 0o600, flush: true }));
      this.#files.push({ path: as, bytes, sha256: hash.digest('hex'), changedAtMs: mtimeMs });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await rm(target, { force: true }); // a temporary file that was gone before it could be copied
    }
  }

  /** What is the same in the backup before takes no second place on the disk; what is damaged there is copied anew. */
  async #share(as: string, { size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }, target: string): Promise<boolean> {
    const known = this.#before?.files.get(as);
    if (this.#before === null || known === undefined || !isUnchanging(as) || known.bytes !== size || known.changedAtMs !== mtimeMs)
      return false;
    if ((await faultOf(this.#before.folder, known)) !== null) return false;
    try {
      await link(path.join(this.#before.folder, as), target);
    } catch {
      return false; // a file system without such links
    }
    this.#files.push(known);
    this.#sharedBytes += size;
    return true;
  }

  async #note(place: string): Promise<void> {
    const file = path.join(this.#folder, place);
    await syncPath(file);
    const { size, mtimeMs } = await stat(file);
    this.#files.push({ path: place, bytes: size, sha256: await hashOfFile(file), changedAtMs: mtimeMs });
  }
}

async function syncPath(place: string): Promise<void> {
  const handle = await open(place, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
