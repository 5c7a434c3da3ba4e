// Stretches of readings that were not good, from readings in order of time. Pure; the server has it for history, the page for what comes in live.
import { isBad, isGood } from '../readings/quality.ts';

export interface SpanOfQuality {
  readonly fromMs: number;
  readonly toMs: number;
  readonly severity: 'uncertain' | 'bad';
  readonly codes: number[];
}

/** The exception filter keeps one reading a minute: a longer silence is a gap and no longer the quality before it. */
export const heldMs = 75_000;

export function silenceMsOf(scanMs: number): number {
  return Math.max(heldMs, scanMs * 2.5);
}

/** One span for each stretch of equal quality; it ends where the next reading is another, or where there is none for too long. */
export function spansOfReadings(
  readings: { readonly timeMs: ArrayLike<number>; readonly quality: ArrayLike<number> },
  { toMs, gapMs }: { readonly toMs: number; readonly gapMs: number },
): SpanOfQuality[] {
  const spans: SpanOfQuality[] = [];
  let fromMs = 0;
  let lastMs = 0;
  let code: number | null = null;
  const close = (endMs: number): void => {
    if (code !== null && endMs > fromMs) spans.push({ fromMs, toMs: endMs, severity: isBad(code) ? 'bad' : 'uncertain', codes: [code] });
    code = null;
  };
  for (let index = 0; index < readings.timeMs.length; index++) {
    const timeMs = readings.timeMs[index] ?? 0;
    const quality = readings.quality[index] ?? 0;
    if (code !== null && timeMs - lastMs > gapMs) close(lastMs + gapMs);
    else if (code !== null && quality !== code) close(timeMs);
    lastMs = timeMs;
    if (code === null && !isGood(quality)) {
      fromMs = timeMs;
      code = quality;
    }
  }
  if (code !== null) close(Math.min(toMs, lastMs + gapMs));
  return spans;
}
