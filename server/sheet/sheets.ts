// Sheets for people (Excel, CSV): written and read in a thread of its own, within bounds of time and memory.
import { Worker } from 'node:worker_threads';
import type { SheetFormat, SheetOrder, SheetReading } from './sheet-content.ts';
import type { SheetAnswer, SheetTask } from './sheet-worker.ts';

const longestMs = 30_000;
const mostHeapMb = 512;
/** Sheets under way at once; the next ones wait for their turn. */
const mostAtOnce = 2;

export const sheetTypes: Readonly<Record<SheetFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
};

let underWay = 0;
const waiting: (() => void)[] = [];

export async function writeSheet(order: SheetOrder): Promise<Buffer> {
  const answer = await run({ kind: 'write', order });
  if (answer.kind !== 'written') throw new Error('the sheet could not be written', { cause: answer });
  return Buffer.from(answer.bytes);
}

/** Never throws for what is in the file: a file that is too much for the thread's bounds is refused like one that is no sheet. */
export async function readSheet(bytes: Uint8Array): Promise<SheetReading> {
  const answer = await run({ kind: 'read', bytes });
  return answer.kind === 'read' ? answer.reading : { kind: 'refused', reason: 'tooLarge' };
}

/** The thread died, or took too long. */
type SheetFailure = { readonly kind: 'failed'; readonly reason: string };

async function run(task: SheetTask): Promise<SheetAnswer | SheetFailure> {
  if (underWay >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  underWay += 1;
  try {
    return await runNow(task);
  } finally {
    underWay -= 1;
    waiting.shift()?.();
  }
}

function runNow(task: SheetTask): Promise<SheetAnswer | SheetFailure> {
  const worker = new Worker(new URL('./sheet-worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: mostHeapMb },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return new Promise((resolve) => {
    const fail = (reason: string) => settle({ kind: 'failed', reason });
    const timer = setTimeout(() => fail('late'), longestMs);
    const settle = (answer: SheetAnswer | SheetFailure) => {
      clearTimeout(timer);
      void worker.terminate();
      resolve(answer);
    };
    worker.once('message', settle);
    worker.once('error', (error) => fail(String(error)));
    worker.once('exit', (code) => fail(`ended with code ${code}`));
  });
}
