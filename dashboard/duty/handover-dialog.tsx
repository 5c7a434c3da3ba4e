// Handing a watch over: the two read what is open, and both sign, the next person with his own name and password. And a handover of the past, to be read again.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { mayDo } from '../../domain/access/roles.ts';
import type { WatchView } from '../../domain/api/watch-api.ts';
import { CodeField } from '../account/code-field.tsx';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatClock, formatDateTime } from '../time/plant-time.ts';
import { fetchHandover, fetchHandoverDraft, signHandover } from './duty-requests.ts';
import { HandoverDocumentView } from './handover-document-view.tsx';
import { useDutyNames, useDutyNow, usePeople } from './use-duty.ts';
import { useDutyAction } from './use-duty-action.ts';
import './duty.css';
import { DialogFoot } from '../shell/dialog-foot.tsx';

export function HandoverDialog({
  watch,
  consoleName,
  onClose,
}: {
  readonly watch: WatchView;
  readonly consoleName: string;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const action = useDutyAction();
  const now = useDutyNow();
  // Not under the topic `duty`: the list stays as the two read it until they ask for it anew.
  const draft = useQuery({
    queryKey: ['handover-draft', watch.id],
    queryFn: ({ signal }) => fetchHandoverDraft(watch.id, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const candidates = usePeople().filter(
    (person) => !person.isDisabled && person.username !== watch.username && mayDo(person.role, 'duty.watch'),
  );
  // Whoever is on the roster next is offered first.
  const expected = new Set([...(now.data?.onDuty ?? []), ...(now.data?.next?.entries ?? [])].map((entry) => entry.username));
  const sorted = candidates.toSorted((a, b) => Number(expected.has(b.username)) - Number(expected.has(a.username)));
  const [chosen, setChosen] = useState<string | null>(null);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [notes, setNotes] = useState('');
  const next = chosen ?? sorted[0]?.username ?? '';

  function sign(event: FormEvent): void {
    event.preventDefault();
    if (draft.data === undefined) return;
    const body = {
      to: { username: next, password, ...(code.trim() === '' ? {} : { code: code.trim() }) },
      draftId: draft.data.draftId,
      notes: notes.trim(),
    };
    // The server has signed the next person in: this page starts anew in his name.
    void action.run(
      () => signHandover(watch.id, body),
      () => location.reload(),
    );
  }

  return (
    <Dialog title={t('duty.handover.title', { console: consoleName })} onClose={onClose} className="wide-dialog" testId="handover-dialog">
      <form onSubmit={sign}>
        <div className="dialog-body">
          {draft.data === undefined ? (
            <p className="empty">{draft.isError ? t('common.failed', { reason: draft.error.message }) : t('common.loading')}</p>
          ) : (
            <>
              <p className="muted no-margin">
                {t('duty.handover.draftedAt', { time: formatClock(draft.data.document.draftedAtMs, zone) })}{' '}
                <button type="button" className="button button-small" onClick={() => void draft.refetch()}>
                  {t('duty.handover.refresh')}
                </button>
              </p>
              <HandoverDocumentView document={draft.data.document} />
            </>
          )}
          <label className="field">
            <span>{t('duty.handover.notes')}</span>
            <textarea maxLength={4_000} value={notes} onChange={(event) => setNotes(event.target.value)} data-testid="handover-notes" />
          </label>
          <div className="field-row">
            <label className="field">
              <span>{t('duty.handover.next')}</span>
              <select value={next} required onChange={(event) => setChosen(event.target.value)} data-testid="handover-next">
                {sorted.map((person) => (
                  <option key={person.username} value={person.username}>
                    {person.displayName}（{person.username}）
                  </option>
                ))}
              </select>
            </label>
            <label className="field">
              <span>{t('duty.handover.password')}</span>
              <input
                type="password"
                required
                autoComplete="off"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
                data-testid="handover-password"
              />
            </label>
          </div>
          <CodeField value={code} onChange={setCode} />
          <p className="muted small no-margin">{t('duty.handover.meaning')}</p>
          <ProblemNotice text={action.problem} testId="duty-problem" />
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={draft.data !== undefined && next !== '' && password !== '' && !action.isWorking}
          submit={action.isWorking ? t('duty.handover.working') : t('duty.handover.submit')}
          testId="handover-sign"
        />
      </form>
    </Dialog>
  );
}

export function PastHandoverDialog({ handoverId, onClose }: { readonly handoverId: string; readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const names = useDutyNames();
  const handover = useQuery({
    queryKey: ['handover', handoverId],
    queryFn: ({ signal }) => fetchHandover(handoverId, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const document = handover.data?.document;
  return (
    <Dialog
      title={
        document === undefined ? t('duty.handover.document') : t('duty.handover.title', { console: names.console(document.consoleId) })
      }
      onClose={onClose}
      className="wide-dialog"
      testId="past-handover"
    >
      <div className="dialog-body">
        <FailureNotice error={handover.error} />
        {document !== undefined && (
          <>
            <p className="no-margin">
              {t('duty.handover.signed', {
                from: document.from.displayName,
                to: document.to?.displayName ?? '',
                time: formatDateTime(document.signedAtMs ?? document.draftedAtMs, zone),
              })}
            </p>
            <HandoverDocumentView document={document} />
            <p className="muted small no-margin number handover-hash">
              {t('duty.handover.hash')} SHA-256 {handover.data?.sha256}
            </p>
          </>
        )}
      </div>
    </Dialog>
  );
}
