// What history says a point showed, moment by moment: its readings, and from when on it was not known because nothing came any more. Pure.
import { Quality } from '../readings/quality.ts';

/** What was shown from `timeMs` on, until the next statement. */
export interface Statement {
  readonly timeMs: number;
  readonly value: number | null;
  readonly quality: number;
}

/** History leaves out readings that hardly moved, but keeps one a minute: within this a value that stands still has a reading again. */
export function heldMsOf(scanMs: number): number {
  return Math.max(75_000, scanMs * 2.5);
}

/** For so long a reading is believed whatever follows: that is how long the next may take. */
export function freshMsOf(scanMs: number): number {
  return Math.max(5_000, scanMs * 2.5);
}

/**
 * `readings` of one point in time order, all that there are up to `knownUntilMs`. A value goes on while the next reading follows in time; where none does,
 * it is unknown from soon after the last one on, not only when the hole has become long: a gap is never bridged.
 */
export function statementsOf(
  readings: readonly Statement[],
  options: { readonly scanMs: number; readonly knownUntilMs: number },
): Statement[] {
  const heldMs = heldMsOf(options.scanMs);
  const freshMs = freshMsOf(options.scanMs);
  const statements: Statement[] = [];
  for (const [index, reading] of readings.entries()) {
    statements.push(reading);
    const nextMs = readings[index + 1]?.timeMs ?? Number.POSITIVE_INFINITY;
    const isHeld = Math.min(nextMs, options.knownUntilMs) - reading.timeMs <= heldMs;
    if (!isHeld) statements.push({ timeMs: reading.timeMs + freshMs, value: null, quality: Quality.badStale });
  }
  return statements;
}
