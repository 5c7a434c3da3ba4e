// Lines that the database will never take (400, 413, 422), kept in a file for a person to look at; everything around them is stored.
import { open, readFile } from 'node:fs/promises';

const bytesMax = 64 * 1024 * 1024;

export class SetAside {
  readonly #file: string;
  /** Lines set aside, over all runs; counted also when the file is full. */
  count = 0;

  private constructor(file: string) {
    this.#file = file;
  }

  static async open(file: string): Promise<SetAside> {
    const setAside = new SetAside(file);
    const text = await readFile(file, 'utf8').catch(() => '');
    setAside.count = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    return setAside;
  }

  /** Each line under a comment with the database's reason. Never rejects: a full disk must not stop the rest. */
  async add(refused: readonly { readonly line: string; readonly reason: string }[]): Promise<void> {
    if (refused.length === 0) return;
    this.count += refused.length;
    try {
      const file = await open(this.#file, 'a');
      try {
        if ((await file.stat()).size > bytesMax) return;
        await file.appendFile(refused.map(({ line, reason }) => `# ${reason.replace(/\s+/g, ' ')}\n${line}\n`).join(''));
        await file.datasync(); // the spool lets go of the lines next
      } finally {
        await file.close();
      }
    } catch {
      // Counted all the same.
    }
  }
}
