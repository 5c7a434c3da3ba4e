// A thread of its own for one sheet: writing ten thousand rows or reading a hostile file must not hold up alarms. Ends with its one answer.
import { parentPort, workerData } from 'node:worker_threads';
import { readSheetContent, type SheetOrder, type SheetReading, writeSheetContent } from './sheet-content.ts';

export type SheetTask = { readonly kind: 'read'; readonly bytes: Uint8Array } | { readonly kind: 'write'; readonly order: SheetOrder };
export type SheetAnswer =
  | { readonly kind: 'read'; readonly reading: SheetReading }
  | { readonly kind: 'written'; readonly bytes: Uint8Array };

const task = workerData as SheetTask;
const answer: SheetAnswer =
  task.kind === 'read'
    ? { kind: 'read', reading: await readSheetContent(task.bytes) }
    : { kind: 'written', bytes: await writeSheetContent(task.order) };
parentPort?.postMessage(answer);
