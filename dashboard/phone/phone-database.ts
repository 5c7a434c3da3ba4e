// The phone's own memory in IndexedDB, shared by page and service worker: what was last read from the server, and what was done and not yet sent.
// Rows are parsed by those who read them: an older version of the app may have written them.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

export interface RememberedRow {
  readonly person: string;
  readonly atMs: number;
  readonly value: unknown;
}

export interface PhoneSchema extends DBSchema {
  /** Keys count up: the order in which things were done. */
  actions: { key: number; value: unknown };
  /** By query key as JSON. */
  remembered: { key: string; value: RememberedRow };
}

export type PhoneDatabase = IDBPDatabase<PhoneSchema>;

let opened: Promise<PhoneDatabase> | null = null;

export function openPhoneDatabase(): Promise<PhoneDatabase> {
  opened ??= openDB<PhoneSchema>('gatewatch-phone', 1, {
    upgrade: (database) => {
      database.createObjectStore('actions', { autoIncrement: true });
      database.createObjectStore('remembered');
    },
    // A newer page wants to upgrade: let go, and open again when next asked.
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated: () => {
      opened = null;
    },
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}
