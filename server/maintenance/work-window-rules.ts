// Beginning, extending and ending work on a place, as pure functions: a window and an event in, a new window or a refusal out. Rules: RULES.md.
import { longestTestMs, type WorkWindow } from '../../domain/maintenance/work-window.ts';

export type WorkPlace =
  | { readonly kind: 'maintenance'; readonly stationId: string; readonly permit: string }
  | { readonly kind: 'test'; readonly stationId: string; readonly pointId: string };

export interface WorkLimits {
  readonly longestMaintenanceMs: number;
}

export type WorkRefusal = 'endsInThePast' | 'tooLong' | 'hasEnded';

export type WorkTransition =
  | { readonly kind: 'changed'; readonly window: WorkWindow }
  | { readonly kind: 'refused'; readonly reason: WorkRefusal }
  /** Somebody was quicker: what is now. */
  | { readonly kind: 'conflict'; readonly window: WorkWindow };

export function longestMsOf(kind: WorkWindow['kind'], limits: WorkLimits): number {
  return kind === 'test' ? longestTestMs : limits.longestMaintenanceMs;
}

/** MT1, MT2, MT3. `running`: what runs at the place already. */
export function startWork(
  running: WorkWindow | null,
  place: WorkPlace,
  event: { readonly id: string; readonly atMs: number; readonly by: string; readonly reason: string; readonly untilMs: number },
  limits: WorkLimits,
): WorkTransition {
  if (running !== null) return { kind: 'conflict', window: running };
  const { id, atMs, by, reason, untilMs } = event;
  const refusal = refusalOfEnd(place.kind, atMs, untilMs, limits);
  if (refusal !== null) return { kind: 'refused', reason: refusal };
  const common = { id, version: 1, reason, startedBy: by, startedAtMs: atMs, untilMs, ended: null, changedBy: by, changedAtMs: atMs };
  return { kind: 'changed', window: { ...place, ...common } };
}

/** MT4. */
export function extendWork(
  window: WorkWindow,
  event: { readonly version: number; readonly atMs: number; readonly by: string; readonly reason: string; readonly untilMs: number },
  limits: WorkLimits,
): WorkTransition {
  if (window.version !== event.version) return { kind: 'conflict', window };
  if (window.ended !== null) return { kind: 'refused', reason: 'hasEnded' };
  const { atMs, by, reason, untilMs } = event;
  const refusal = refusalOfEnd(window.kind, atMs, untilMs, limits);
  if (refusal !== null) return { kind: 'refused', reason: refusal };
  return { kind: 'changed', window: { ...window, version: window.version + 1, reason, untilMs, changedBy: by, changedAtMs: atMs } };
}

/** MT5. `version` null and `by` null: time ends it. */
export function endWork(
  window: WorkWindow,
  event: { readonly version: number | null; readonly atMs: number; readonly by: string | null; readonly comment: string | null },
): WorkTransition {
  if (event.version !== null && window.version !== event.version) return { kind: 'conflict', window };
  if (window.ended !== null) return { kind: 'refused', reason: 'hasEnded' };
  const { atMs, by, comment } = event;
  const ended = { atMs, by, comment };
  return { kind: 'changed', window: { ...window, version: window.version + 1, ended, changedBy: by, changedAtMs: atMs } };
}

function refusalOfEnd(kind: WorkWindow['kind'], atMs: number, untilMs: number, limits: WorkLimits): WorkRefusal | null {
  if (untilMs <= atMs) return 'endsInThePast';
  return untilMs - atMs > longestMsOf(kind, limits) ? 'tooLong' : null;
}
