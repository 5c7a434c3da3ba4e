// A notification as it stood at a past moment, from what is kept of it now: attempts and ends of later had not come yet. Pure.
import type { NotificationView } from '../api/notification-api.ts';

/** Null where it had not been ordered yet. When one was held back, or tried again, is kept by its attempts only: what had none yet waits. */
export function notificationAsOf(notification: NotificationView, atMs: number): NotificationView | null {
  if (notification.orderedAtMs > atMs) return null;
  const attempts = notification.attempts
    .filter(({ startedAtMs }) => startedAtMs <= atMs)
    .map((attempt) =>
      attempt.endedAtMs === null || attempt.endedAtMs <= atMs
        ? attempt
        : { ...attempt, endedAtMs: null, outcome: null, reason: null, code: null, reference: null },
    );
  const hadEnded = notification.finishedAtMs !== null && notification.finishedAtMs <= atMs;
  const last = attempts.at(-1);
  if (hadEnded) return { ...notification, attempts, digest: digestAsOf(notification.digest, atMs) };
  const isUnderWay = last !== undefined && last.endedAtMs === null;
  const isHeldStill = notification.state === 'held' && attempts.length === notification.attempts.length;
  const step = notification.route.findIndex(({ channel, target }) => channel === last?.channel && target === last?.target);
  return {
    ...notification,
    state: isUnderWay ? 'sending' : isHeldStill ? 'held' : 'waiting',
    reason: isUnderWay ? null : (last?.reason ?? (isHeldStill ? notification.reason : null)),
    step: Math.max(0, step),
    dueAtMs: null,
    finishedAtMs: null,
    attempts,
    digest: null,
  };
}

function digestAsOf(digest: NotificationView['digest'], atMs: number): NotificationView['digest'] {
  if (digest === null || (digest.finishedAtMs !== null && digest.finishedAtMs <= atMs)) return digest;
  return { ...digest, state: 'waiting', finishedAtMs: null };
}
