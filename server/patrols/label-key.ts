// The key that signs labels, made at the first start and kept in the data folder, readable by the server's user only. With a new one every label in the field
// has to be printed anew, so it is never overwritten.
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, open, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';

export const labelKeyFile = 'patrol-labels.key';
const keyPattern = /^[0-9a-f]{64}$/;

/** Throws where the file is there and holds no key. */
export async function openLabelKey(dataDir: string): Promise<Buffer> {
  const file = path.join(dataDir, labelKeyFile);
  const kept = await readKey(file);
  if (kept !== null) return kept;
  // Written aside and linked into place: half a file is never taken for a key, and of two servers that start at once one wins.
  const aside = `${file}.${randomUUID()}`;
  const handle = await open(aside, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('hex')}\n`);
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
  const made = await readKey(file);
  if (made === null) throw new Error(`${file} was made and is not there`);
  return made;
}

async function readKey(file: string): Promise<Buffer | null> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  // A backup that was put back by hand may have opened it to others.
  if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
  if (!keyPattern.test(text))
    throw new Error(`${file} holds no label key. Put it back from the backup; or remove it, and every label must be printed again`);
  return Buffer.from(text, 'hex');
}
