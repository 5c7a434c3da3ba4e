// Sends an action on an alarm with the version that the person saw, and tells plainly what became of it. Actions go over HTTP only.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { type AlarmView, type VersionConflict, versionConflictSchema } from '../../domain/api/alarm-api.ts';
import { exhaustive } from '../../domain/exhaustive.ts';
import { type AlarmAction, actOnAlarm } from '../http/gatewatch-api.ts';
import { type Answer, reasonOf } from '../http/request.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useRefusalText } from './use-refusal-text.ts';

export type ActionResult =
  | { readonly kind: 'done'; readonly alarm: AlarmView }
  /** Somebody was quicker: the newer state, and who moved it when. */
  | { readonly kind: 'conflict'; readonly conflict: VersionConflict }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unreachable' };

function actionResultOf(answer: Answer<AlarmView>, refusalText: (body: unknown, otherwise: string) => string): ActionResult {
  switch (answer.kind) {
    case 'ok':
      return { kind: 'done', alarm: answer.value };
    case 'problem': {
      const conflict = answer.status === 409 ? versionConflictSchema.safeParse(answer.body) : null;
      if (conflict?.success === true) return { kind: 'conflict', conflict: conflict.data };
      const first = answer.problem.errors?.[0];
      return {
        kind: 'refused',
        reason: first === undefined ? refusalText(answer.body, reasonOf(answer)) : reasonOf(answer),
      };
    }
    case 'unreachable':
      return { kind: 'unreachable' };
    case 'malformed':
      return { kind: 'refused', reason: reasonOf(answer) };
    default:
      return exhaustive(answer, 'answer');
  }
}

export type Act = (alarm: AlarmView, action: AlarmAction, body?: Readonly<Record<string, unknown>>) => Promise<ActionResult>;

export function useAlarmAction(): Act {
  const { alarms } = useLiveClient();
  const queries = useQueryClient();
  const refusalText = useRefusalText();
  return useCallback(
    async (alarm, action, body = {}) => {
      const result = actionResultOf(await actOnAlarm(alarm.id, action, { version: alarm.version, ...body }), refusalText);
      if (result.kind === 'done') alarms.apply([result.alarm]);
      if (result.kind === 'conflict') alarms.apply([result.conflict.current]);
      void queries.invalidateQueries({ queryKey: ['alarm', alarm.alarmId] });
      void queries.invalidateQueries({ queryKey: ['journal'] });
      return result;
    },
    [alarms, queries, refusalText],
  );
}
