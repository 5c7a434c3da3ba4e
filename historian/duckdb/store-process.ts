// The readings database in a process of its own (started by store-in-own-process.ts). Where its library ends the process, it ends this one and no alarm with it.
import { createBirpc } from 'birpc';
import type { HistorianLog } from '../historian.ts';
import { messageOf } from './database.ts';
import { DuckdbStore } from './duckdb-store.ts';
import type { StoreSettings } from './reading-store.ts';
import type { StarterFunctions, StoreFunctions } from './store-calls.ts';

const running = new Map<number, AbortController>();
let appending: Promise<unknown> = Promise.resolve();

const functions: StoreFunctions = {
  async call(key, { method, request }) {
    const controller = new AbortController();
    running.set(key, controller);
    try {
      // The methods of a store all take a request and a signal.
      const answer = (store[method] as (request: unknown, signal: AbortSignal) => Promise<unknown>)(request, controller.signal);
      if (method === 'append') appending = answer.catch(() => undefined);
      return await answer;
    } catch (error) {
      // Not every error can be sent.
      throw new Error(messageOf(error));
    } finally {
      running.delete(key);
    }
  },
  cancel(key) {
    running.get(key)?.abort();
  },
};

const starter = createBirpc<StarterFunctions, StoreFunctions>(functions, {
  post: (message) => process.send?.(message),
  on: (take) => process.on('message', take),
  // Who waits is told when the other process has ended.
  timeout: -1,
});

const logged = (level: keyof HistorianLog) => (fields: object, message: string) =>
  void starter.log.asEvent(level, fields, message).catch(() => undefined);
const settings = JSON.parse(process.argv[2] ?? '') as StoreSettings;
const store = new DuckdbStore({ ...settings, log: { info: logged('info'), warn: logged('warn'), error: logged('error') } });

// The one that started this process decides when it ends: an interrupt of the terminal and a stop of the service come to both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

process.on('disconnect', () => {
  // What was received is stored; nothing else may keep the files from the next one. A database that is not closed is settled by its next opening.
  void appending.finally(() => process.kill(process.pid, 'SIGKILL'));
});
