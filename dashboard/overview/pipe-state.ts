// What the pressures at both ends say of a pipeline. Pure. It says what was measured and guesses no flow.
import type { PointView } from '../../domain/api/plant-api.ts';

/** `unmeasured`: the plant has no pressure there. `unknown`: it has one, and it is not known now. */
export type PipeState = 'forward' | 'level' | 'reverse' | 'low' | 'unknown' | 'unmeasured';

export type PipeEnd = Pick<PointView, 'unit' | 'normal'> & { readonly value: number | null };

const pascalOf: Readonly<Record<string, number>> = { Pa: 1, kPa: 1_000, MPa: 1_000_000, mbar: 100, bar: 100_000 };
/** Two transmitters of the best usual class differ by as much; less is no difference. */
const leastDifference = 0.005;

export function pipeStateOf(upstream: PipeEnd | null, downstream: PipeEnd | null): PipeState {
  if (upstream === null || downstream === null) return 'unmeasured';
  const from = inPascal(upstream);
  const to = inPascal(downstream);
  if (from === null || to === null) return 'unknown';
  if (isLow(upstream) || isLow(downstream)) return 'low';
  const difference = (from - to) / Math.max(Math.abs(from), Math.abs(to), 1);
  if (difference < -leastDifference) return 'reverse';
  return difference <= leastDifference ? 'level' : 'forward';
}

function isLow({ value, normal }: PipeEnd): boolean {
  return value !== null && normal !== null && value < normal.min;
}

/** Null too where the unit is none of a pressure: better unknown than compared wrongly. */
function inPascal({ value, unit }: PipeEnd): number | null {
  const factor = pascalOf[unit];
  return value === null || factor === undefined ? null : value * factor;
}
