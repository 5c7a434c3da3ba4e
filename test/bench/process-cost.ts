// What a process has cost so far, from Linux's /proc.
import { readFileSync } from 'node:fs';
import { treeOf } from '../harness/process-tree.ts';

/** Linux counts processor time in hundredths of a second (USER_HZ). */
const ticksPerSecond = 100;

export interface ProcessCost {
  readonly processorSeconds: number;
  readonly residentMB: number;
}

export function costOf(pid: number): ProcessCost {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return { processorSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, residentMB: Number(resident) / 1_024 };
}

/** Together with the processes that it started, and those that they started. */
export function costOfTree(pid: number): ProcessCost {
  const costs = treeOf(pid).flatMap((each) => {
    try {
      return [costOf(each)];
    } catch {
      return []; // ended meanwhile
    }
  });
  return {
    processorSeconds: costs.reduce((sum, cost) => sum + cost.processorSeconds, 0),
    residentMB: costs.reduce((sum, cost) => sum + cost.residentMB, 0),
  };
}
