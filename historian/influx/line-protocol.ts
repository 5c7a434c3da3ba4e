// Readings as InfluxDB line protocol: `reading,point=GS-01.PT-101 v=0.4,q=0i 1767225600000`. The same reading always gives the same line,
// so that sending it twice stores it once.
import type { ReadingChunk } from '../reading-intake.ts';

export const measurement = 'reading';

const qualityField = Array.from({ length: 256 }, (_, quality) => `q=${quality}i `);

/** Makes lines, remembering each point's escaped beginning. */
export class LineWriter {
  readonly #ids: readonly string[];
  readonly #prefixBySlot: string[] = [];

  /** `ids`: point ids by slot; may grow. */
  constructor(ids: readonly string[]) {
    this.#ids = ids;
  }

  /** One line a reading, each ended by a line feed. */
  lines(chunk: ReadingChunk): string {
    let text = '';
    let lastTimeMs = Number.NaN;
    let ending = '';
    for (let row = 0; row < chunk.length; row++) {
      const slot = chunk.slot[row] as number;
      const timeMs = chunk.timeMs[row] as number;
      const value = chunk.value[row] as number;
      if (timeMs !== lastTimeMs) {
        lastTimeMs = timeMs;
        ending = `${timeMs}\n`;
      }
      text += this.#prefixBySlot[slot] ?? this.#prefix(slot);
      if (!Number.isNaN(value)) text += `v=${value},`; // NaN: no value field
      const words = chunk.text?.get(row);
      if (words !== undefined) text += `s="${escapeText(words)}",`;
      text += qualityField[chunk.quality[row] as number];
      text += ending;
    }
    return text;
  }

  #prefix(slot: number): string {
    const prefix = `${measurement},point=${escapeTag(this.#ids[slot] ?? '')} `;
    this.#prefixBySlot[slot] = prefix;
    return prefix;
  }
}

export function escapeTag(text: string): string {
  return text.replace(/[,= \\]/g, '\\$&').replace(/[\r\n]+/g, '\\ ');
}

/** Line feeds are legal inside quotes, but a batch is split at them to find a bad line: they become spaces. */
function escapeText(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replace(/[\r\n]+/g, ' ');
}
