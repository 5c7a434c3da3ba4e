// The queue on the phone's disk, in the order in which things were done. Page and service worker see the same one and tell each other of changes.
import type { IDBPObjectStore } from 'idb';
import { openPhoneDatabase, type PhoneSchema } from '../phone-database.ts';
import { type KeptAction, type QueuedAction, queuedActionSchema } from './queued-action.ts';

export interface QueueContent {
  readonly kept: readonly KeptAction[];
  /** Keys of rows that this version of the app cannot read: told to the person, never passed over. */
  readonly unreadable: readonly number[];
}

export interface QueueStore {
  /** Resolves when it is on the disk. */
  add(action: QueuedAction): Promise<void>;
  all(): Promise<QueueContent>;
  replace(key: number, action: QueuedAction): Promise<void>;
  remove(key: number): Promise<void>;
}

const channelName = 'gatewatch-phone-queue';

export function openQueueStore(): QueueStore & { onChange(listener: () => void): () => void } {
  const listeners = new Set<() => void>();
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(channelName);
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  channel?.addEventListener('message', tell);
  const changed = (): void => {
    channel?.postMessage('changed');
    tell();
  };
  type ActionsStore = IDBPObjectStore<PhoneSchema, ['actions'], 'actions', 'readwrite'>;
  const write = async (work: (store: ActionsStore) => Promise<unknown>): Promise<void> => {
    const database = await openPhoneDatabase();
    // Strict: what the screen calls kept must survive a battery that drops out.
    const transaction = database.transaction('actions', 'readwrite', { durability: 'strict' });
    await work(transaction.store);
    await transaction.done;
    changed();
  };
  return {
    add: (action) => write((store) => store.add(action)),
    replace: (key, action) => write((store) => store.put(action, key)),
    remove: (key) => write((store) => store.delete(key)),
    all: async () => {
      const database = await openPhoneDatabase();
      const transaction = database.transaction('actions');
      const [keys, values] = await Promise.all([transaction.store.getAllKeys(), transaction.store.getAll()]);
      const kept: KeptAction[] = [];
      const unreadable: number[] = [];
      for (const [index, key] of keys.entries()) {
        const parsed = queuedActionSchema.safeParse(values[index]);
        if (parsed.success) kept.push({ key, action: parsed.data });
        else unreadable.push(key);
      }
      return { kept, unreadable };
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
