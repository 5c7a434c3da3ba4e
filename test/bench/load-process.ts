// The load devices in a process of their own, so that what they cost is not counted as ours.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface LoadProcess {
  readonly pid: number;
  readonly ports: readonly number[];
  /** Every point has this value from now on; null: the wave goes on. */
  hold(value: number | null): void;
  stop(): Promise<void>;
}

export async function startLoadProcess(options: { readonly devices: number; readonly pointsEach: number }): Promise<LoadProcess> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('../../simulators/load/load-devices.ts', import.meta.url)),
      String(options.devices),
      String(options.pointsEach),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  while (!text.includes('\n')) await once(child.stdout, 'data');
  const { ports } = JSON.parse(text) as { ports: number[] };
  return {
    pid: child.pid ?? 0,
    ports,
    hold: (value) => void child.stdin.write(`${value ?? 'wave'}\n`),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
