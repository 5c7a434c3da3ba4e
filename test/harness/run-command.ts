// Commands of the system: those that make and take away disks for tests, and those that judge a file of ours.
import { spawnSync } from 'node:child_process';

/** Null, or what the command said against it. */
export function run(command: string, ...parameters: readonly string[]): string | null {
  const { status, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (error !== undefined) return `${command}: ${error.message}`;
  return status === 0 ? null : `${command} ${parameters.join(' ')}: ${stderr.trim()}`;
}

export function must(refusal: string | null): void {
  if (refusal !== null) throw new Error(refusal);
}
