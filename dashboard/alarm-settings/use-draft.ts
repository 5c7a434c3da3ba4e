// The draft that a person is writing: his newest open one. What he changes goes to the server at once, so that nothing is lost with the page.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import type { AlarmSettingsPatch } from '../../domain/alarm-settings/alarm-settings.ts';
import type { DraftView } from '../../domain/api/alarm-settings-api.ts';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { type DraftChange, editDraft, fetchDraft, fetchDrafts, propose } from './alarm-settings-api.ts';

export function useDrafts() {
  return useQuery({ queryKey: ['alarmSettings', 'drafts'], queryFn: ({ signal }) => fetchDrafts(signal) });
}

/** Null: there is no such draft. */
export function useDraft(id: string | null) {
  return useQuery({
    queryKey: ['alarmSettings', 'draft', id],
    queryFn: ({ signal }) => fetchDraft(id ?? '', signal),
    enabled: id !== null,
    placeholderData: (before: DraftView | null | undefined) => (before?.id === id ? before : undefined),
  });
}

export type WriteResult = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly reason: string };

export interface MyDraft {
  readonly draft: DraftView | null;
  /** Puts settings of an alarm into the draft, beside what stands there already; makes a draft where there is none. */
  write(alarmId: string, settings: AlarmSettingsPatch): Promise<WriteResult>;
}

export function useMyDraft(): MyDraft {
  const { session } = usePlant();
  const mayPropose = usePermission('alarmSettings.propose');
  const queries = useQueryClient();
  const { t } = useWords();
  const { data: drafts } = useDrafts();
  const mine = mayPropose
    ? drafts?.find(({ state, proposedBy }) => state === 'open' && proposedBy.username === session.username)
    : undefined;
  const { data } = useDraft(mine?.id ?? null);
  const draft = mine === undefined ? null : (data ?? null);

  // One write after the other: each needs the version that the one before made.
  const newest = useRef<DraftView | null>(null);
  newest.current = newerOf(draft, newest.current);
  const tail = useRef<Promise<unknown>>(Promise.resolve());
  const write = useCallback(
    (alarmId: string, settings: AlarmSettingsPatch): Promise<WriteResult> => {
      const work = async (): Promise<WriteResult> => {
        const answer = await send(newest.current, { alarmId, settings });
        if (answer.kind === 'ok') {
          newest.current = answer.value;
          queries.setQueryData(['alarmSettings', 'draft', answer.value.id], answer.value);
        }
        await queries.invalidateQueries({ queryKey: ['alarmSettings', 'drafts'] });
        if (answer.kind === 'ok') return { kind: 'done' };
        if (answer.kind === 'problem' && answer.status === 409) return { kind: 'failed', reason: t('alarmSettings.draft.moved') };
        return {
          kind: 'failed',
          reason: reasonOf(answer),
        };
      };
      const result = tail.current.then(work);
      tail.current = result;
      return result;
    },
    [queries, t],
  );
  return { draft, write };
}

/** What was just written is newer than what a query still holds; a draft that is no longer mine to write is none. */
function newerOf(fetched: DraftView | null, written: DraftView | null): DraftView | null {
  if (fetched === null) return null;
  return written?.id === fetched.id && written.version > fetched.version ? written : fetched;
}

function send(draft: DraftView | null, change: DraftChange): Promise<Answer<DraftView>> {
  if (draft === null) return propose([change]);
  const row = draft.rows.find(({ alarmId }) => alarmId === change.alarmId);
  const before = Object.fromEntries((row?.differences ?? []).map(({ field, to }) => [field, to])) as AlarmSettingsPatch;
  return editDraft(draft, { changes: [{ alarmId: change.alarmId, settings: { ...before, ...change.settings } }] });
}
