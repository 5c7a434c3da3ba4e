// A process and all that it started, from Linux's /proc: what is held still, killed or measured together. Elsewhere a process stands alone.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** All that it started, and what those started. */
export function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const each of processIds()) {
    const parent = parentOf(each);
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), each]);
  }
  const all = [...(children.get(pid) ?? [])];
  for (const each of all) all.push(...(children.get(each) ?? []));
  return all;
}

export function treeOf(pid: number): number[] {
  return [pid, ...descendantsOf(pid)];
}

export function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch {
      // Ended meanwhile.
    }
}

export function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** With its parameters; empty where it has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Of readings in this folder, whoever started it. */
export function readingsProcessOf(folder: string): number | null {
  return processIds().find((pid) => commandOf(pid).includes('store-process') && commandOf(pid).includes(JSON.stringify(folder))) ?? null;
}

function processIds(): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function parentOf(pid: number): number | null {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);
  } catch {
    return null; // ended meanwhile
  }
}
