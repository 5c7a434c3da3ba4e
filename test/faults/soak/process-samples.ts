// How a process and those that it started hold memory and its handles over hours: sampled from /proc and from its own metrics, with the slope of a straight line through it.
import { readdirSync } from 'node:fs';
import { costOfTree } from '../../bench/process-cost.ts';
import { treeOf } from '../../harness/process-tree.ts';

export interface ProcessSample {
  readonly atMs: number;
  readonly residentMB: number;
  readonly heapMB: number;
  readonly handles: number;
}

/** Null where the process did not answer. */
export async function sampleProcess(pid: number, address: string, nowMs: number): Promise<ProcessSample | null> {
  try {
    const metrics = await (await fetch(`${address}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
    const heap = /^gatewatch_nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1];
    if (heap === undefined) throw new Error('the metrics name no heap');
    return {
      atMs: nowMs,
      residentMB: costOfTree(pid).residentMB,
      heapMB: Number(heap) / 1_048_576,
      handles: treeOf(pid).reduce((sum, each) => sum + handlesOf(each), 0),
    };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return null;
    throw error;
  }
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0; // ended meanwhile
  }
}

/** The least of each stretch: what is in use when the waste has just been collected. A stretch that was sampled for less than half of it says nothing. */
export function leastOfEach(
  samples: readonly ProcessSample[],
  stretchMs: number,
  measure: (sample: ProcessSample) => number,
): { readonly atMs: number; readonly value: number }[] {
  const stretches = new Map<number, number[]>();
  for (const sample of samples) {
    const stretch = Math.floor(sample.atMs / stretchMs);
    stretches.set(stretch, [...(stretches.get(stretch) ?? []), measure(sample)]);
  }
  const most = Math.max(...[...stretches.values()].map((values) => values.length));
  return [...stretches]
    .filter(([, values]) => values.length * 2 >= most)
    .map(([stretch, values]) => ({ atMs: stretch * stretchMs, value: Math.min(...values) }));
}

/** Least squares: change an hour. NaN for fewer than two. */
export function slopeAnHour(points: readonly { readonly atMs: number; readonly value: number }[]): number {
  const meanTime = points.reduce((sum, point) => sum + point.atMs, 0) / points.length;
  const meanValue = points.reduce((sum, point) => sum + point.value, 0) / points.length;
  let above = 0;
  let below = 0;
  for (const { atMs, value } of points) {
    above += (atMs - meanTime) * (value - meanValue);
    below += (atMs - meanTime) ** 2;
  }
  return (above / below) * 3_600_000;
}
