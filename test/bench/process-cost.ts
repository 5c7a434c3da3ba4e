// What a process has cost so far, from Linux's /proc.
import { readFileSync } from 'node:fs';

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
