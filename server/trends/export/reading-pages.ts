// All readings of a point in a time, page by page, so that an export of any length needs the memory of one page. The time is cut into slices, because
// asking for the first rows of a year makes the store look at all of it.
import type { HistorianReader, RawColumns } from '../../../historian/historian.ts';

const firstSliceMs = 3_600_000;
const longestSliceMs = 30 * 86_400_000;
const pageRows = 20_000;

export interface ReadingPageAsk {
  readonly pointId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
}

export async function* readingPages(historian: HistorianReader, ask: ReadingPageAsk): AsyncGenerator<RawColumns> {
  const { pointId, toMs, signal } = ask;
  let fromMs = ask.fromMs;
  let sliceMs = firstSliceMs;
  while (fromMs < toMs) {
    const endMs = Math.min(toMs, fromMs + sliceMs);
    const page = await historian.readRaw({ pointId, fromMs, toMs: endMs, limit: pageRows, signal });
    const rows = page.timeMs.length;
    if (rows > 0) yield page;
    if (page.isTruncated && rows > 0) {
      fromMs = (page.timeMs[rows - 1] ?? fromMs) + 1;
      sliceMs = Math.max(1, sliceMs / 2);
    } else {
      fromMs = endMs;
      if (rows < pageRows / 4) sliceMs = Math.min(longestSliceMs, sliceMs * 2);
    }
  }
}

/** Gives the thread back: the one that writes an export is the one that announces alarms. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
