// What a bench is: it states its load, checks its own results, and gives rows for one table. It fails loudly where a check does not hold.

export interface BenchRow {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** The goal in words, or empty. */
  readonly goal: string;
  /** What was measured against, in the same run where it can be. */
  readonly peer: { readonly name: string; readonly value: number } | null;
}

export interface Bench {
  readonly name: string;
  /** Devices, points, rate, time. */
  readonly load: (options: BenchOptions) => string;
  readonly run: (options: BenchOptions) => Promise<readonly BenchRow[]>;
}

export interface BenchOptions {
  /** A shorter run for a first look; its figures are less steady. */
  readonly isQuick: boolean;
  print(line: string): void;
}

export class BenchFailure extends Error {}

export function mustHold(isTrue: boolean, what: string): void {
  if (!isTrue) throw new BenchFailure(what);
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
