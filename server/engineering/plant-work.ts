// Runs work on plant files in a thread, within bounds of time and memory, one at a time.
import { Worker } from 'node:worker_threads';
import type { Plant } from '../../domain/plant/plant.ts';
import type { PlantAnswer, PlantTask } from './plant-worker.ts';

const longestMs = 30_000;
const mostHeapMb = 768;
const mostWaiting = 5;

export type PlantWorkResult = PlantAnswer | { readonly kind: 'failed'; readonly reason: 'busy' | 'tooLarge' | 'late' };

let tail: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** Of a version that is kept: waits for nobody's checks. Null where this version of the program cannot read it, or not within its bounds. */
export async function readPlantApart(text: string): Promise<Plant | null> {
  const answer = await runNow({ kind: 'read', text });
  return answer.kind === 'read' ? answer.plant : null;
}

export function workOnPlant(task: PlantTask): Promise<PlantWorkResult> {
  if (waiting >= mostWaiting) return Promise.resolve({ kind: 'failed', reason: 'busy' });
  waiting += 1;
  const result = tail
    .then(() => runNow(task))
    .finally(() => {
      waiting -= 1;
    });
  tail = result.catch(() => undefined);
  return result;
}

function runNow(task: PlantTask): Promise<PlantWorkResult> {
  const worker = new Worker(new URL('./plant-worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: mostHeapMb },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return new Promise((resolve) => {
    const settle = (answer: PlantWorkResult) => {
      clearTimeout(timer);
      void worker.terminate();
      resolve(answer);
    };
    const timer = setTimeout(() => settle({ kind: 'failed', reason: 'late' }), longestMs);
    worker.once('message', settle);
    worker.once('error', () => settle({ kind: 'failed', reason: 'tooLarge' }));
    worker.once('exit', () => settle({ kind: 'failed', reason: 'tooLarge' }));
  });
}
