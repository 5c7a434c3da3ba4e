// What of the data folder goes into a backup as it lies there, and what does not: databases are copied by their own means, keys only when asked for, and what
// can be made again is left out. Everything else goes in, so that a file of a new concept is never forgotten.
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Private keys and secrets of the server's own. Who holds them can sign evidence, open second factors and acknowledge by link in its name. */
const keyPatterns = [
  /^[^/]+\.key$/,
  /^web-push-keys\.json$/,
  /^evidence\/keys\/(signing|next)-key\.json$/,
  /(^|\/)private(\/|$)/,
  /(^|\/)[^/]*private_key[^/]*$/,
];

/** Made again by themselves, or copies that the folder keeps of itself. */
const leftOut = [
  /\.sqlite(-wal|-shm|-journal)?$/,
  /^journal\.sqlite\.before-/,
  /^historian\//,
  /^exports\//,
  /^evidence\/work\//,
  /^demo\//,
  /^demo-plant\.yaml$/,
  /^reserved-space$/,
  /^last-backup\.json$/,
  /\.[0-9a-f]{8}-[0-9a-f-]{27}$/,
];

/** Written once and never changed, or taken away whole. */
const unchanging = [/^historian\/(days|minutes)\/.*\.parquet$/, /-photos\//, /^maps\//, /^evidence\/.*\.zip$/];

export const isKey = (place: string): boolean => keyPatterns.some((pattern) => pattern.test(place));
export const isUnchanging = (place: string): boolean => unchanging.some((pattern) => pattern.test(place));

/** Places below the folder, with slashes. `except` is a folder that is passed over whole: where the backups themselves are. */
export async function plainFiles(dataDir: string, except: string): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(path.join(dataDir, folder), { withFileTypes: true })) {
      const place = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (path.join(dataDir, place) === except) continue;
      if (entry.isDirectory()) {
        if (!leftOut.some((pattern) => pattern.test(`${place}/`))) await walk(place);
      } else if (entry.isFile() && !leftOut.some((pattern) => pattern.test(place))) found.push(place);
    }
  };
  await walk('');
  return found.sort();
}
