// Lifecycle events as older versions wrote them into the journal, read as the events of today. Lines are never rewritten; this is what reads them.
import type { LifecycleEvent } from './alarm-machine.ts';

/** Up to 0.1.0: a raise did not say whether it latches or is a test, and suppression had one cause, a lost device's alarm. */
type OldEvent =
  | { readonly kind: 'raise'; readonly isTest?: boolean; readonly isLatching?: boolean }
  | { readonly kind: 'suppress'; readonly byAlarmId?: string; readonly cause?: unknown }
  | { readonly kind: 'unsuppress'; readonly cause?: unknown };

/** `isLatching`: of the definition, for raises that do not say. */
export function storedEvent(stored: unknown, isLatching: boolean): LifecycleEvent {
  const event = stored as LifecycleEvent;
  const old = stored as OldEvent;
  if (old.kind === 'raise') return { isTest: false, isLatching, ...event } as LifecycleEvent;
  if (old.kind === 'suppress' && old.cause === undefined)
    return { kind: 'suppress', atMs: event.atMs, cause: { kind: 'alarm', alarmId: old.byAlarmId ?? '' } };
  if (old.kind === 'unsuppress' && old.cause === undefined) return { kind: 'unsuppress', atMs: event.atMs, cause: 'alarm' };
  return event;
}
