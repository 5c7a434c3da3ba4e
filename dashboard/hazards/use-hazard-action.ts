// Sends a step of a hazard and tells plainly what became of it.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { type HazardView, hazardConflictSchema } from '../../domain/api/hazard-api.ts';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { zh } from '../language/zh.ts';
import { type HazardPress, postStep } from './hazard-requests.ts';

/** The reason of a refusal in the words of the page; the server's own words where the page has none. */
export function useHazardRefusal(): (answer: Exclude<Answer<unknown>, { kind: 'ok' }>) => string {
  const { t } = useWords();
  return useCallback(
    (answer) => {
      if (answer.kind === 'unreachable') return t('hazards.action.unreachable');
      if (answer.kind === 'malformed') return t('hazards.action.refused', { reason: answer.detail });
      const conflict = answer.status === 409 ? hazardConflictSchema.safeParse(answer.body) : null;
      if (conflict?.success === true)
        return t('hazards.action.conflict', { name: conflict.data.by?.displayName ?? t('hazards.history.system') });
      const { reason } = (answer.body ?? {}) as { reason?: unknown };
      const said =
        typeof reason === 'string' && Object.hasOwn(zh.hazards.refusal, reason)
          ? t(`hazards.refusal.${reason as keyof typeof zh.hazards.refusal}`)
          : reasonOf(answer);
      return t('hazards.action.refused', { reason: said });
    },
    [t],
  );
}

export function useHazardAction(hazardId: string) {
  const queries = useQueryClient();
  const refusalText = useHazardRefusal();
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const take = useCallback(
    async (answer: Answer<HazardView>): Promise<boolean> => {
      if (answer.kind === 'ok') queries.setQueryData(['hazards', hazardId], answer.value);
      await queries.invalidateQueries({ queryKey: ['hazards'] });
      setProblem(answer.kind === 'ok' ? null : refusalText(answer));
      setIsSending(false);
      return answer.kind === 'ok';
    },
    [hazardId, queries, refusalText],
  );

  return {
    isSending,
    problem,
    /** True where the server has taken it. */
    send: useCallback(
      async (press: HazardPress): Promise<boolean> => {
        setIsSending(true);
        return take(await postStep(hazardId, press));
      },
      [hazardId, take],
    ),
    clear: useCallback(() => setProblem(null), []),
  };
}

export type HazardActing = ReturnType<typeof useHazardAction>;
