// Sends what waits in one lane, oldest first, one at a time, until the lane is empty or must be held. Keeps no timer: who calls it decides when to try
// again. Pictures have a lane of their own: on a bad network a step must not wait for one.
import { exhaustive } from '../../../domain/exhaustive.ts';
import type { QueueStore } from './queue-store.ts';
import type { QueuedAction } from './queued-action.ts';
import { type HeldReason, type Post, sendAction } from './send-action.ts';

export const lanes = ['steps', 'pictures'] as const;
export type Lane = (typeof lanes)[number];

export function laneOf(action: QueuedAction): Lane {
  return 'picture' in action.deed ? 'pictures' : 'steps';
}

export type QueueRun =
  | { readonly kind: 'empty' }
  | { readonly kind: 'held'; readonly reason: HeldReason; readonly retryInMs: number | null };

/**
 * Of one person, or of everybody where `username` is null (the service worker does not know who is signed in; the server refuses what is not his).
 * A refused action stays with its reason and holds up nothing behind it; one that could not be sent holds up all that the same person did later.
 */
export async function sendQueue(options: {
  readonly store: QueueStore;
  readonly lane: Lane;
  readonly post: Post;
  readonly username: string | null;
  readonly nowMs: () => number;
  /** Told before the action leaves the queue, so that the newer state is on the screen first. */
  readonly onAnswered?: (action: QueuedAction, body: unknown) => void;
}): Promise<QueueRun> {
  const { store, lane, post, username, nowMs, onAnswered } = options;
  const held = new Map<string, Extract<QueueRun, { kind: 'held' }>>();
  for (;;) {
    const { kept } = await store.all();
    const next = kept.find(
      ({ action }) =>
        action.state.kind === 'waiting' &&
        laneOf(action) === lane &&
        (username === null || action.username === username) &&
        !held.has(action.username),
    );
    if (next === undefined) break;
    const result = await sendAction(next.action, post);
    if (result.kind === 'applied' || result.kind === 'noted') onAnswered?.(next.action, result.body);
    switch (result.kind) {
      case 'applied':
        await store.remove(next.key);
        break;
      case 'refused': {
        const { code, detail, by } = result;
        await store.replace(next.key, { ...next.action, state: { kind: 'refused', atMs: nowMs(), code, detail, by } });
        break;
      }
      case 'noted': {
        const { because, by, earlierAtMs } = result;
        await store.replace(next.key, { ...next.action, state: { kind: 'noted', atMs: nowMs(), because, by, earlierAtMs } });
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
