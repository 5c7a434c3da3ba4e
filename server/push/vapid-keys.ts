// The server's own key for web push (VAPID, RFC 8292), made at the first start and kept in the data folder, readable by the server's user only.
// Phones subscribe to this key: with a new one every phone must subscribe anew.
import { randomUUID } from 'node:crypto';
import { chmod, link, open, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import webPush from 'web-push';
import { z } from 'zod';

const keysSchema = z.object({
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{87}$/),
  privateKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
export type VapidKeys = z.output<typeof keysSchema>;

export const vapidFileName = 'web-push-keys.json';

/** Throws where the file is there and cannot be used: it is never overwritten, because the phones depend on it. */
export async function openVapidKeys(dataDir: string): Promise<VapidKeys> {
  const file = path.join(dataDir, vapidFileName);
  const kept = await readKeys(file);
  if (kept !== null) return kept;
  // Written aside and linked into place: half a file is never taken for a key, and of two servers that start at once one wins.
  const aside = `${file}.${randomUUID()}`;
  const handle = await open(aside, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(webPush.generateVAPIDKeys(), null, 2)}\n`);
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
  const made = await readKeys(file);
  if (made === null) throw new Error(`${file} was made and is not there`);
  return made;
}

async function readKeys(file: string): Promise<VapidKeys | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  // A backup that was put back by hand may have opened it to others.
  if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
  const parsed = keysSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new Error(`${file} holds no web push key. Put it back from the backup; or remove it, and every phone must turn push on again`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
