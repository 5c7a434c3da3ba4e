// `gatewatch simulate`: the demo plant as a process of its own. Writes the plant file, says when it is ready in one line of JSON, stops when told or when its parent goes.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../domain/time/clock.ts';
import { startSimulators } from './start-simulators.ts';

export async function runSimulateCommand(options: {
  readonly plantFile: string;
  readonly dataDir: string;
  readonly portBase: number;
  readonly controlPort: number;
  readonly seed: number;
  readonly story: boolean;
  readonly clock: Clock;
}): Promise<void> {
  const simulators = await startSimulators(options);
  mkdirSync(path.dirname(options.plantFile), { recursive: true });
  writeFileSync(options.plantFile, simulators.plantText);
  process.stdout.write(
    `${JSON.stringify({ ready: true, plantFile: options.plantFile, controlUrl: simulators.controlUrl, environment: simulators.environment })}\n`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) process.once(signal, () => resolve());
  });
  await simulators.stop();
}
