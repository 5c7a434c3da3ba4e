// The folder in which the files of one bundle are gathered before they are packed. Writes text line by line with bounded memory, and stops before the disk is full:
// evidence must never take the space that alarms need.
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { spaceAt } from '../../historian/disk-space.ts';

const leastFreeBytes = 512 * 1024 * 1024;
const linesAtOnce = 500;

export class DiskNearlyFull extends Error {}

export class Stage {
  readonly folder: string;
  readonly #names: string[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** In the order in which they were begun. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The place of a file that somebody else writes. */
  async place(name: string): Promise<string> {
    await this.#checkSpace();
    const file = path.join(this.folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    this.#names.push(name);
    return file;
  }

  async writeText(name: string, text: string): Promise<void> {
    const lines = await this.lines(name);
    await lines.add(text);
    await lines.end();
  }

  async lines(name: string): Promise<LineFile> {
    return new LineFile(createWriteStream(await this.place(name)));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #checkSpace(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const { freeBytes } = await spaceAt(this.folder);
    if (freeBytes < leastFreeBytes) throw new DiskNearlyFull('less than 512 MB are free in the data folder');
  }
}

export class LineFile {
  readonly #stream: WriteStream;
  #buffered: string[] = [];
  #failure: Error | null = null;

  constructor(stream: WriteStream) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure = error;
    });
  }

  /** Text as it is, without an end of line. */
  async add(text: string): Promise<void> {
    this.#buffered.push(text);
    if (this.#buffered.length >= linesAtOnce) await this.#write();
  }

  async line(text: string): Promise<void> {
    await this.add(`${text}\n`);
  }

  async end(): Promise<void> {
    await this.#write();
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('error', reject);
      this.#stream.end(() => resolve());
    });
  }

  async #write(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const text = this.#buffered.join('');
    this.#buffered = [];
    if (text === '') return;
    if (!this.#stream.write(text)) await once(this.#stream, 'drain');
    await turnOfOthers();
  }
}
