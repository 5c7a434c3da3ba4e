// A secret of the server's own, made at the first start and kept in a file of the data folder that only the server's user may read. Never overwritten: what depends
// on it (labels in the field, phones that subscribed, second factors) would have to be made anew.
import { randomUUID } from 'node:crypto';
import { chmod, link, open, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '../sync-folder.ts';

/** What the file holds, or what is made and written now. Whether it is still whole is for the caller to see. */
export async function keptSecret(file: string, make: () => string): Promise<string> {
  return (await keptSecretBytes(file, () => Buffer.from(make(), 'utf8'))).toString('utf8');
}

export async function keptSecretBytes(file: string, make: () => Buffer): Promise<Buffer> {
  const kept = await readSecret(file);
  if (kept !== null) return kept;
  // Written aside and linked into place: half a file is never taken for a secret, and of two servers that start at once one wins.
  const aside = `${file}.${randomUUID()}`;
  const handle = await open(aside, 'wx', 0o600);
  try {
    await handle.writeFile(make());
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(aside);
  }
  await syncFolder(path.dirname(file));
  const made = await readSecret(file);
  if (made === null) throw new Error(`${file} was made and is not there`);
  return made;
}

/** Null where there is none. */
export async function readSecret(file: string): Promise<Buffer | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  // A backup that was put back by hand may have opened it to others.
  if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
  return bytes;
}
