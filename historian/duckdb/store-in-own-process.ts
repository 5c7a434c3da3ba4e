// The readings database in a process of its own: it may end at any moment, by its library's own doing or for want of memory, and the next `open` starts another.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type BirpcReturn, createBirpc } from 'birpc';
import { HistorianAwayError } from '../historian.ts';
import type { AppendBatch } from './append-readings.ts';
import type { ExportOrder, HouseRequest, OpenedStore, ReadingStore, SlotRange, SlotsRange, StoreOptions } from './reading-store.ts';
import type { StarterFunctions, StoreFunctions } from './store-calls.ts';

/** So long the process of a predecessor that was killed may take to store what it has received. */
const lockWaitMs = 10_000;
const lockPauseMs = 100;
const endWaitMs = 5_000;

interface Running {
  readonly child: ChildProcess;
  readonly remote: BirpcReturn<StoreFunctions, StarterFunctions>;
}

export class StoreInOwnProcess implements ReadingStore {
  readonly #options: Omit<StoreOptions, 'onSealStep'>;
  readonly #onEnded: (reason: string) => void;
  #running: Running | null = null;
  #lastKey = 0;

  /** `onEnded`: the process ended by itself; every call under way has been refused. */
  constructor(options: Omit<StoreOptions, 'onSealStep'>, onEnded: (reason: string) => void) {
    this.#options = options;
    this.#onEnded = onEnded;
  }

  async open(request: { readonly nowMs: number }): Promise<OpenedStore> {
    this.#running ??= this.#start();
    const untilMs = performance.now() + lockWaitMs;
    for (;;) {
      try {
        const opened = (await this.#call('open', request)) as OpenedStore;
        if (opened.kind === 'open' || opened.reason !== 'locked' || performance.now() > untilMs) return opened;
      } catch (error) {
        return { kind: 'failed', reason: 'unavailable', message: (error as Error).message };
      }
      await pause(lockPauseMs);
    }
  }

  append(batch: AppendBatch) {
    // Chunks are longer than what they hold.
    const chunks = batch.chunks.map(({ length, slot, timeMs, value, quality, text }) => ({
      length,
      slot: slot.subarray(0, length),
      timeMs: timeMs.subarray(0, length),
      value: value.subarray(0, length),
      quality: quality.subarray(0, length),
      text,
    }));
    return this.#call('append', { ...batch, chunks });
  }

  readRaw(range: SlotRange & { readonly limit: number }, signal?: AbortSignal) {
    return this.#call('readRaw', range, signal);
  }

  readRawOfMany(range: SlotsRange & { readonly limit: number }, signal?: AbortSignal) {
    return this.#call('readRawOfMany', range, signal);
  }

  readQualityRuns(range: SlotsRange & { readonly silenceMs: number }, signal?: AbortSignal) {
    return this.#call('readQualityRuns', range, signal);
  }

  readBuckets(range: SlotRange & { readonly buckets: number }, signal?: AbortSignal) {
    return this.#call('readBuckets', range, signal);
  }

  exportReadings(order: ExportOrder, signal?: AbortSignal) {
    return this.#call('exportReadings', order, signal);
  }

  keepHouse(request: HouseRequest) {
    return this.#call('keepHouse', request);
  }

  findOld(request: { readonly days: number; readonly nowMs: number }) {
    return this.#call('findOld', request);
  }

  removeOld(request: { readonly beforeMs: number }) {
    return this.#call('removeOld', request);
  }

  async stopKeepingHouse(): Promise<void> {
    if (this.#running !== null) await this.#call('stopKeepingHouse', null);
  }

  async abandon(): Promise<void> {
    this.#letGo('the failed readings database is opened anew')?.kill('SIGKILL');
  }

  async close(): Promise<void> {
    if (this.#running === null) return;
    await this.#call('close', null).catch((error: Error) =>
      this.#options.log.warn({ error: error.message }, 'the readings database did not close'),
    );
    const child = this.#letGo('the historian is closed');
    if (child === null) return;
    const ended = once(child, 'exit');
    child.disconnect();
    const tooLate = new AbortController();
    await Promise.race([
      ended,
      pause(endWaitMs, undefined, { signal: tooLate.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      ),
    ]);
    tooLate.abort();
    await ended;
  }

  #start(): Running {
    const { folder, threads, memoryLimitMB, log } = this.#options;
    const child = fork(new URL('./store-process.ts', import.meta.url), [JSON.stringify({ folder, threads, memoryLimitMB })], {
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = (reason: string) => {
      if (this.#running?.child !== child) return;
      this.#letGo(reason);
      this.#onEnded(reason);
    };
    child.once('error', (error) => ended(`the process of the readings database cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => ended(`the process of the readings database ended by itself (${signal ?? `code ${code}`})`));
    const remote = createBirpc<StoreFunctions, StarterFunctions>(
      { log: (level, fields, message) => log[level](fields, message) },
      // A process that is gone is told by its end, not by what cannot be sent to it.
      { post: (message) => child.send(message, () => undefined), on: (take) => child.on('message', take), timeout: -1 },
    );
    return { child, remote };
  }

  /** Calls under way are refused. Null where there was no process. */
  #letGo(reason: string): ChildProcess | null {
    const running = this.#running;
    this.#running = null;
    running?.remote.$close(new HistorianAwayError(`history is not available: ${reason}`));
    return running?.child ?? null;
  }

  async #call<Method extends keyof ReadingStore>(
    method: Method,
    request: Parameters<ReadingStore[Method]>[0] | null,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<ReadingStore[Method]>>> {
    signal?.throwIfAborted();
    if (this.#running === null) throw new HistorianAwayError('history is not available: the process of the readings database is not there');
    const { remote } = this.#running;
    this.#lastKey += 1;
    const key = this.#lastKey;
    const cancel = () => void remote.cancel.asEvent(key).catch(() => undefined);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return (await remote.call(key, { method, request })) as Awaited<ReturnType<ReadingStore[Method]>>;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }
}
