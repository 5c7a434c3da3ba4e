// Sends acknowledgements: one by itself, or many in one request of which each is answered for itself.

import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { AcknowledgeManyResult, AlarmView } from '../../domain/api/alarm-api.ts';
import { acknowledgeAlarms } from '../http/gatewatch-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import type { Conflict } from './conflict-notice.tsx';
import { type ActionResult, useAlarmAction } from './use-alarm-action.ts';
import { useRefusalText } from './use-refusal-text.ts';

export type RowResult =
  | { readonly kind: 'done'; readonly alarm: AlarmView }
  | { readonly kind: 'conflict'; readonly conflict: Conflict }
  | { readonly kind: 'problem'; readonly text: string };

/** The server takes as many in one request. */
const mostTogether = 200;

/** Results by alarm id. `isMany`: from a list, where each critical one was ticked by itself. */
export function useAcknowledge(): (
  alarms: readonly AlarmView[],
  comment: string,
  isMany: boolean,
) => Promise<ReadonlyMap<string, RowResult>> {
  const { t } = useWords();
  const act = useAlarmAction();
  const { alarms: table } = useLiveClient();
  const queries = useQueryClient();
  const refusalText = useRefusalText();
  return useCallback(
    async (alarms, comment, isMany) => {
      const body = comment === '' ? {} : { comment };
      const results = new Map<string, RowResult>();
      const [only] = alarms;
      if (!isMany && only !== undefined) {
        results.set(only.alarmId, ofAction(await act(only, 'acknowledge', body)));
        return results;
      }
      for (let start = 0; start < alarms.length; start += mostTogether) {
        const part = alarms.slice(start, start + mostTogether);
        const items = part.map(({ id, version, priority }) => ({
          id,
          version,
          ...(priority === 'critical' ? { tickedCritical: true } : {}),
        }));
        const answer = await acknowledgeAlarms({ items, ...body });
        part.forEach((alarm, index) => {
          const result = answer.kind === 'ok' ? answer.value.results[index] : undefined;
          const failed = answer.kind === 'problem' ? reasonOf(answer) : null;
          results.set(alarm.alarmId, result === undefined ? problem(failed) : ofMany(result));
        });
      }
      table.apply(
        [...results.values()].flatMap((result) =>
          result.kind === 'done' ? [result.alarm] : result.kind === 'conflict' ? [result.conflict.current] : [],
        ),
      );
      void queries.invalidateQueries({ queryKey: ['journal'] });
      return results;

      function ofAction(result: ActionResult): RowResult {
        if (result.kind === 'done' || result.kind === 'conflict') return result;
        return problem(result.kind === 'refused' ? result.reason : null);
      }
      function ofMany(result: AcknowledgeManyResult): RowResult {
        if (result.kind === 'done') return result;
        return result.kind === 'conflict' ? { kind: 'conflict', conflict: result } : problem(refusalText(result, result.detail));
      }
      /** `reason` null: the server did not answer. */
      function problem(reason: string | null): RowResult {
        return { kind: 'problem', text: reason === null ? t('action.unreachable') : t('action.refused', { reason }) };
      }
    },
    [t, act, table, queries, refusalText],
  );
}
