// Photos on disk, in the data folder, each under the SHA-256 of its content: the journal names the hash, so a changed photo shows.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { syncFolder } from '../sync-folder.ts';
import type { PhotoType } from './photo-file.ts';

const extensionOf: Readonly<Record<PhotoType, string>> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' };
const hashPattern = /^[0-9a-f]{64}$/;

export class PhotoStore {
  readonly #folder: string;

  constructor(dataDir: string, folder: 'incident-photos' | 'hazard-photos' | 'patrol-photos' | 'alarm-pictures' = 'incident-photos') {
    this.#folder = path.join(dataDir, folder);
  }

  /** Resolves with the hash when the photo is on disk, name and all. Storing it again changes nothing. */
  async put(bytes: Buffer, mediaType: PhotoType): Promise<string> {
    const hash = createHash('sha256').update(bytes).digest('hex');
    const file = this.#file(hash, mediaType);
    const folder = path.dirname(file);
    await mkdir(folder, { recursive: true });
    const temporary = path.join(folder, `.${randomUUID()}`);
    const handle = await open(temporary, 'wx', 0o640);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(folder);
    return hash;
  }

  /** Null where it is not there. */
  async read(hash: string, mediaType: PhotoType): Promise<{ readonly bytes: number; readonly stream: Readable } | null> {
    if (!hashPattern.test(hash)) return null;
    const file = this.#file(hash, mediaType);
    const found = await stat(file).catch(() => null);
    return found === null ? null : { bytes: found.size, stream: createReadStream(file) };
  }

  /** It is kept no longer; nothing where it is not there. */
  async remove(hash: string, mediaType: PhotoType): Promise<void> {
    if (hashPattern.test(hash)) await rm(this.#file(hash, mediaType), { force: true });
  }

  #file(hash: string, mediaType: PhotoType): string {
    return path.join(this.#folder, hash.slice(0, 2), `${hash}.${extensionOf[mediaType]}`);
  }
}
