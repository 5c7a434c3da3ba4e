// Stations in maintenance and points under test, as the server is asked about them.
import { type WorkList, workConflictSchema, workListSchema } from '../../domain/api/maintenance-api.ts';
import { exhaustive } from '../../domain/exhaustive.ts';
import { type WorkWindow, workWindowSchema } from '../../domain/maintenance/work-window.ts';
import { type Answer, reasonOf, request, valueOrThrow } from '../http/request.ts';

export async function fetchWork(signal?: AbortSignal): Promise<WorkList> {
  return valueOrThrow(await request('/api/maintenance', { schema: workListSchema, ...(signal && { signal }) }));
}

export type WorkStep = 'start' | 'extend' | 'end';

/** `place` is a station for maintenance, a point for a test. */
export interface WorkAsk {
  readonly kind: WorkWindow['kind'];
  readonly place: string;
  readonly step: WorkStep;
  readonly body: Readonly<Record<string, unknown>>;
}

export type WorkResult =
  | { readonly kind: 'done'; readonly window: WorkWindow }
  /** Somebody was quicker, or time was: what is now. */
  | { readonly kind: 'conflict'; readonly window: WorkWindow }
  /** Nothing runs there any more. */
  | { readonly kind: 'gone' }
  /** `body`: the problem document, `reason` the server's sentence. */
  | { readonly kind: 'refused'; readonly reason: string; readonly body: unknown }
  | { readonly kind: 'unreachable' };

export async function askForWork({ kind, place, step, body }: WorkAsk): Promise<WorkResult> {
  const base =
    kind === 'maintenance'
      ? `/api/stations/${encodeURIComponent(place)}/maintenance`
      : `/api/points/${encodeURIComponent(place)}/test-mode`;
  return resultOf(await request(step === 'start' ? base : `${base}/${step}`, { method: 'POST', body, schema: workWindowSchema }));
}

function resultOf(answer: Answer<WorkWindow>): WorkResult {
  switch (answer.kind) {
    case 'ok':
      return { kind: 'done', window: answer.value };
    case 'problem': {
      if (answer.status === 409) {
        const conflict = workConflictSchema.safeParse(answer.body);
        return conflict.success ? { kind: 'conflict', window: conflict.data.current } : { kind: 'gone' };
      }
      return { kind: 'refused', reason: reasonOf(answer), body: answer.body };
    }
    case 'unreachable':
      return { kind: 'unreachable' };
    case 'malformed':
      return { kind: 'refused', reason: reasonOf(answer), body: null };
    default:
      return exhaustive(answer, 'answer');
  }
}
