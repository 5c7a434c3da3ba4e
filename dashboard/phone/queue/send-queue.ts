// Sends what waits, oldest first, one at a time, until the queue is empty or must be held. Keeps no timer: who calls it decides when to try again.
import { exhaustive } from '../../../domain/exhaustive.ts';
import type { QueueStore } from './queue-store.ts';
import { type HeldReason, type Post, sendAction } from './send-action.ts';

export type QueueRun =
  | { readonly kind: 'empty' }
  | { readonly kind: 'held'; readonly reason: HeldReason; readonly retryInMs: number | null };

/**
 * Of one person, or of everybody where `username` is null (the service worker does not know who is signed in; the server refuses what is not his).
 * A refused action stays with its reason and holds up nothing behind it; one that could not be sent holds up all that the same person did later.
 */
export async function sendQueue(options: {
  readonly store: QueueStore;
  readonly post: Post;
  readonly username: string | null;
  readonly nowMs: () => number;
}): Promise<QueueRun> {
  const { store, post, username, nowMs } = options;
  const held = new Map<string, Extract<QueueRun, { kind: 'held' }>>();
  for (;;) {
    const { kept } = await store.all();
    const next = kept.find(
      ({ action }) => action.state.kind === 'waiting' && (username === null || action.username === username) && !held.has(action.username),
    );
    if (next === undefined) break;
    const result = await sendAction(next.action, post);
    switch (result.kind) {
      case 'applied':
        await store.remove(next.key);
        break;
      case 'refused': {
        const { code, detail, by } = result;
        await store.replace(next.key, { ...next.action, state: { kind: 'refused', atMs: nowMs(), code, detail, by } });
        break;
      }
      case 'held':
        held.set(next.action.username, result);
        break;
      default:
        exhaustive(result, 'result');
    }
  }
  return [...held.values()][0] ?? { kind: 'empty' };
}
