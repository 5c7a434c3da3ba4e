// What goes between the historian and the process of its database.
import type { HistorianLog } from '../historian.ts';
import type { ReadingStore } from './reading-store.ts';

export interface StoreCall {
  readonly method: keyof ReadingStore;
  readonly request: unknown;
}

export interface StoreFunctions {
  /** `key`: a number of its own, by which it may be cancelled. */
  call(key: number, call: StoreCall): Promise<unknown>;
  cancel(key: number): void;
}

export interface StarterFunctions {
  log(level: keyof HistorianLog, fields: object, message: string): void;
}
