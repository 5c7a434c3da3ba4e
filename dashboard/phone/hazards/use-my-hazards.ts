// The hazards that are the person's to settle: read while there is a network, kept for when there is none.
import { useQuery } from '@tanstack/react-query';
import type { HazardView } from '../../../domain/api/hazard-api.ts';
import { usePermission } from '../../session/plant-context.tsx';
import { fetchMyHazards } from '../phone-requests.ts';
import { useOwnActions } from '../queue/queue-context.tsx';
import type { Deed, QueuedAction } from '../queue/queued-action.ts';

export interface MyHazards {
  readonly items: readonly HazardView[];
  /** When they were last read; null while that was just now. */
  readonly asOfMs: number | null;
  readonly isUnknown: boolean;
}

export function useMyHazards(): MyHazards {
  const mayWork = usePermission('hazards.report');
  const query = useQuery({ queryKey: ['hazards', 'mine'], queryFn: fetchMyHazards, enabled: mayWork, refetchInterval: 5 * 60_000 });
  return {
    items: query.data ?? [],
    asOfMs: query.data !== undefined && query.isRefetchError ? query.dataUpdatedAt : null,
    isUnknown: query.data === undefined,
  };
}

type HazardDeed = Extract<Deed, { kind: 'hazardStep' | 'hazardPhoto' }>;

/** Done with this hazard on this phone and not sent yet. */
export function useWaitingOf(hazardId: string): readonly (QueuedAction & { readonly deed: HazardDeed })[] {
  const { waiting } = useOwnActions();
  return waiting
    .map(({ action }) => action)
    .filter(
      (action): action is QueuedAction & { readonly deed: HazardDeed } =>
        (action.deed.kind === 'hazardStep' || action.deed.kind === 'hazardPhoto') && action.deed.hazardId === hazardId,
    );
}
