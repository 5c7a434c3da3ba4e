// Sends what a person does in an incident, and tells plainly what became of it. An action that got no answer is sent again as it was, so it has one effect.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { type ActionAnswer, incidentConflictSchema } from '../../domain/api/incident-api.ts';
import type { ClosingAction, IncidentAction } from '../../domain/incidents/incident-action.ts';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { zh } from '../language/zh.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { postAction, postClosing } from './incident-requests.ts';

export type Action = IncidentAction | ClosingAction;
type Without<Each> = Each extends Action ? Omit<Each, 'actionId'> : never;
/** An action before it gets its id. */
export type Press = Without<Action>;

export interface ActionNotice {
  readonly tone: 'problem' | 'information';
  readonly text: string;
  /** Where the same thing may be sent again. */
  readonly canRetry: boolean;
}

const closingKinds: ReadonlySet<Action['kind']> = new Set(['waive', 'review', 'close', 'cancel']);

/** The reason of a refusal in the words of the page; the server's own words where the page has none. */
export function useRefusalText(): (answer: Exclude<Answer<unknown>, { kind: 'ok' }>) => string {
  const { t } = useWords();
  return useCallback(
    (answer) => {
      if (answer.kind === 'unreachable') return t('incidents.action.unreachable');
      if (answer.kind === 'malformed') return t('incidents.action.refused', { reason: reasonOf(answer) });
      const { reason } = (answer.body ?? {}) as { reason?: unknown };
      const said =
        typeof reason === 'string' && Object.hasOwn(zh.incidents.refusal, reason)
          ? t(`incidents.refusal.${reason as keyof typeof zh.incidents.refusal}`)
          : reasonOf(answer);
      return t('incidents.action.refused', { reason: said });
    },
    [t],
  );
}

export function useIncidentAction(incidentId: string) {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const queries = useQueryClient();
  const refusalText = useRefusalText();
  const unanswered = useRef<Action | null>(null);
  const [isSending, setIsSending] = useState(false);
  const [notice, setNotice] = useState<ActionNotice | null>(null);

  const noticeOf = useCallback(
    (answer: Answer<ActionAnswer>): ActionNotice | null => {
      if (answer.kind === 'ok') {
        const { outcome, because } = answer.value;
        if (outcome === 'applied' || because === null) return null;
        return { tone: 'information', text: t('incidents.action.recorded', { reason: t(`incidents.late.${because}`) }), canRetry: false };
      }
      const conflict = answer.kind === 'problem' && answer.status === 409 ? incidentConflictSchema.safeParse(answer.body) : null;
      if (conflict?.success === true) {
        const { by, atMs } = conflict.data;
        const text = t('incidents.action.conflict', { name: by?.displayName ?? '', time: formatRecent(atMs, serverNowMs(), zone) });
        return { tone: 'problem', text, canRetry: false };
      }
      return { tone: 'problem', text: refusalText(answer), canRetry: answer.kind === 'unreachable' };
    },
    [t, zone, serverNowMs, refusalText],
  );

  const deliver = useCallback(
    async (action: Action): Promise<boolean> => {
      setIsSending(true);
      setNotice(null);
      const answer = await (closingKinds.has(action.kind)
        ? postClosing(incidentId, action as ClosingAction)
        : postAction(incidentId, action as IncidentAction));
      unanswered.current = answer.kind === 'unreachable' ? action : null;
      if (answer.kind === 'ok') queries.setQueryData(['incidents', incidentId], answer.value.incident);
      void queries.invalidateQueries({ queryKey: ['incidents'] });
      setNotice(noticeOf(answer));
      setIsSending(false);
      return answer.kind === 'ok';
    },
    [incidentId, queries, noticeOf],
  );

  return {
    isSending,
    notice,
    /** True where the server has taken it. */
    send: useCallback((press: Press) => deliver({ ...press, actionId: crypto.randomUUID() } as Action), [deliver]),
    retry: useCallback(() => {
      if (unanswered.current !== null) void deliver(unanswered.current);
    }, [deliver]),
    clear: useCallback(() => setNotice(null), []),
  };
}

export type IncidentActing = ReturnType<typeof useIncidentAction>;
