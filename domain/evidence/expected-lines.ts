// A text file of a bundle against the lines that the data make: tells the first line that is another, missing or too many.
import { type ByteSource, linesOf, type PlacedFile } from './bundle-source.ts';
import { DoesNotHold } from './does-not-hold.ts';

/** Spreadsheets read the Chinese of a CSV that begins with it. */
export const byteOrderMark = '\u{FEFF}';

export class ExpectedLines {
  readonly #name: string;
  readonly #lines: AsyncGenerator<string>;
  readonly #columns: string;
  #number = 0;

  constructor(source: ByteSource, placed: PlacedFile, columns: string) {
    this.#name = placed.file.name;
    this.#lines = linesOf(source, placed);
    this.#columns = `${byteOrderMark}${columns}`;
  }

  async expect(line: string): Promise<void> {
    if (this.#number === 0) await this.#next(this.#columns);
    await this.#next(line);
  }

  async end(): Promise<void> {
    if (this.#number === 0) await this.#next(this.#columns);
    const more = await this.#lines.next();
    if (more.done !== true) throw new DoesNotHold(this.#name, `line ${this.#number + 1} is one too many: the data do not make it`);
  }

  async #next(expected: string): Promise<void> {
    this.#number += 1;
    const { value, done } = await this.#lines.next();
    if (done === true) throw new DoesNotHold(this.#name, `line ${this.#number} is missing: ${expected}`);
    if (value !== expected) throw new DoesNotHold(this.#name, `line ${this.#number} says ${value} where the data make ${expected}`);
  }
}
