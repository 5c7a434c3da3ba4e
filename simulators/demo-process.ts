// The demo plant in a process of its own, as real devices would be: starts `gatewatch simulate`, tells when it is ready, and ends it.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { StartError } from '../domain/start/start-error.ts';

const readySchema = z.object({
  ready: z.literal(true),
  plantFile: z.string(),
  controlUrl: z.string(),
  environment: z.record(z.string(), z.string()),
});

export interface DemoOptions {
  readonly story: boolean;
  readonly seed: string;
  readonly simulatorPortBase: string;
  readonly simulatorControlPort: string;
}

export interface DemoProcess extends z.output<typeof readySchema> {
  /** It ended, by itself or because it was told to. */
  readonly ended: Promise<null>;
  stop(): Promise<void>;
}

/** `executable`: the file that `gatewatch simulate` is run with. */
export async function startDemoProcess(executable: string, dataDir: string, options: DemoOptions): Promise<DemoProcess> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', executable, 'simulate', ...parametersOf(dataDir, options)],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      detached: true,
    },
  );
  const ended = new Promise<null>((resolve) => child.once('exit', () => resolve(null)));
  return { ...(await readiness(child)), ended, stop: () => stopChild(child) };
}

function parametersOf(dataDir: string, options: DemoOptions): readonly string[] {
  return [
    '--plant-out',
    path.join(dataDir, 'demo-plant.yaml'),
    '--data-dir',
    path.join(dataDir, 'simulators'),
    '--port-base',
    options.simulatorPortBase,
    '--control-port',
    options.simulatorControlPort,
    '--seed',
    options.seed,
    ...(options.story ? ['--story'] : []),
  ];
}

function readiness(child: ChildProcess): Promise<z.output<typeof readySchema>> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const line = text.split('\n').find((candidate) => candidate.startsWith('{"ready"'));
      if (line !== undefined && text.includes('\n')) resolve(readySchema.parse(JSON.parse(line)));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new StartError(`the simulators ended with code ${code} before they were ready`)));
  });
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 3_000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
