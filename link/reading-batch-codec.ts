// A reading batch as bytes: header (version, rows, lengths), then the columns one after another. Points travel as indexes of a plant version.
import type { PointTable, ReadingBatch } from '../domain/readings/reading-batch.ts';

const codecVersion = 1;

interface Header {
  readonly codec: number;
  readonly version: string;
  readonly rows: number;
  readonly text: readonly (readonly [number, string])[];
}

export function encodeReadingBatch(batch: ReadingBatch): Uint8Array {
  const rows = batch.length;
  const header: Header = { codec: codecVersion, version: batch.table.version, rows, text: batch.text === null ? [] : [...batch.text] };
  const head = Buffer.from(JSON.stringify(header), 'utf8');
  // The columns begin at a multiple of eight, so that they can be read in place.
  const start = Math.ceil((4 + head.length) / 8) * 8;
  const bytes = new Uint8Array(start + rows * 21);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head.length);
  bytes.set(head, 4);
  bytes.set(bytesOf(batch.timeMs, rows * 8), start);
  bytes.set(bytesOf(batch.value, rows * 8), start + rows * 8);
  bytes.set(bytesOf(batch.point, rows * 4), start + rows * 16);
  bytes.set(bytesOf(batch.quality, rows), start + rows * 20);
  return bytes;
}

/** Null where the bytes are no batch, or are of another plant version than `table`: such a batch cannot be mapped and is dropped by the receiver, who counts it. */
export function decodeReadingBatch(bytes: Uint8Array, table: PointTable): ReadingBatch | null {
  try {
    // A buffer of its own: the columns are read in place, and a received view may begin anywhere in a larger buffer.
    const copy = new Uint8Array(bytes);
    const headLength = new DataView(copy.buffer).getUint32(0);
    const header = JSON.parse(Buffer.from(copy.buffer, 4, headLength).toString('utf8')) as Header;
    const start = Math.ceil((4 + headLength) / 8) * 8;
    if (header.codec !== codecVersion || header.version !== table.version || copy.length !== start + header.rows * 21) return null;
    const { rows } = header;
    const point = new Uint32Array(copy.buffer, start + rows * 16, rows);
    if (point.some((index) => index >= table.ids.length)) return null;
    return {
      table,
      length: rows,
      point,
      timeMs: new Float64Array(copy.buffer, start, rows),
      value: new Float64Array(copy.buffer, start + rows * 8, rows),
      quality: new Uint8Array(copy.buffer, start + rows * 20, rows),
      text: header.text.length === 0 ? null : new Map(header.text),
    };
  } catch {
    return null;
  }
}

function bytesOf(column: Float64Array | Uint32Array | Uint8Array, length: number): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, length);
}
