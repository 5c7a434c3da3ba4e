// The rounds that the phone may walk: read while there is a network, kept for when there is none, with what is unsent on this phone laid over.
import { useQuery } from '@tanstack/react-query';
import type { WalkablePatrol } from '../../../domain/api/patrol-api.ts';
import { earlyMs } from '../../../domain/patrols/patrol-machine.ts';
import { usePermission } from '../../session/plant-context.tsx';
import { useNow } from '../../values/use-now.ts';
import { fetchWalkable } from '../phone-requests.ts';
import { useOwnActions } from '../queue/queue-context.tsx';
import type { Deed, QueuedAction } from '../queue/queued-action.ts';

export type PatrolVisitDeed = Extract<Deed, { kind: 'patrolVisit' }>;

export interface PhonePatrol {
  readonly patrol: WalkablePatrol;
  /** By place: unsent on this phone. */
  readonly unsent: ReadonlyMap<string, QueuedAction & { readonly deed: PatrolVisitDeed }>;
  readonly doneCount: number;
  /** By the phone's knowledge of the time: a round begins and ends also where nobody tells it. */
  readonly standing: 'later' | 'open' | 'late' | 'over';
}

export interface PhonePatrols {
  readonly all: readonly PhonePatrol[];
  /** To be walked now: begun, not over, not done. */
  readonly toWalk: readonly PhonePatrol[];
  readonly asOfMs: number | null;
  readonly isUnknown: boolean;
}

export function useWalkablePatrols(): PhonePatrols {
  const mayWalk = usePermission('patrols.walk');
  const query = useQuery({ queryKey: ['patrols', 'walkable'], queryFn: fetchWalkable, enabled: mayWalk, refetchInterval: 60_000 });
  const nowMs = useNow(10_000);
  const { waiting } = useOwnActions();
  const unsent = waiting.map(({ action }) => action).filter(isVisit);
  const all = (query.data ?? []).map((patrol) => withUnsent(patrol, unsent, nowMs));
  return {
    all,
    toWalk: all.filter(
      ({ patrol, standing, doneCount }) => (standing === 'open' || standing === 'late') && doneCount < patrol.points.length,
    ),
    // What could not be read again is as old as its last reading.
    asOfMs: query.data !== undefined && query.isRefetchError ? query.dataUpdatedAt : null,
    isUnknown: query.data === undefined,
  };
}

function isVisit(action: QueuedAction): action is QueuedAction & { readonly deed: PatrolVisitDeed } {
  return action.deed.kind === 'patrolVisit';
}

function withUnsent(
  patrol: WalkablePatrol,
  actions: readonly (QueuedAction & { readonly deed: PatrolVisitDeed })[],
  nowMs: number,
): PhonePatrol {
  const unsent = new Map(actions.filter(({ deed }) => deed.patrolId === patrol.id).map((action) => [action.deed.placeId, action]));
  const isDone = (placeId: string) => unsent.has(placeId) || patrol.visits.some((visit) => visit.placeId === placeId);
  return {
    patrol,
    unsent,
    doneCount: patrol.points.filter(({ placeId }) => isDone(placeId)).length,
    standing: nowMs < patrol.plannedAtMs - earlyMs ? 'later' : nowMs <= patrol.dueAtMs ? 'open' : nowMs <= patrol.cutAtMs ? 'late' : 'over',
  };
}
