// A second person decides on a draft: approving is signed with name and password, rejecting says why.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { DraftView } from '../../domain/api/alarm-settings-api.ts';
import { CodeField } from '../account/code-field.tsx';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';

export type Decision = 'approve' | 'reject';

export interface DecisionDialogProps {
  readonly decision: Decision;
  readonly draft: DraftView;
  /** Of the person at this console, where he may approve himself. */
  readonly ownName: string;
  readonly problem: string | null;
  readonly isWorking: boolean;
  readonly onDecide: (body: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly onClose: () => void;
}

export function DecisionDialog({ decision, draft, ownName, problem, isWorking, onDecide, onClose }: DecisionDialogProps): ReactNode {
  const { t } = useWords();
  const [username, setUsername] = useState(ownName);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [comment, setComment] = useState('');
  const isApproval = decision === 'approve';
  const isReady = !isWorking && (isApproval ? username.trim() !== '' && password !== '' : comment.trim() !== '');

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!isReady) return;
    const text = comment.trim();
    void onDecide({
      ...(text === '' ? {} : { comment: text }),
      ...(isApproval ? { approver: { username: username.trim(), password, ...(code.trim() === '' ? {} : { code: code.trim() }) } } : {}),
    });
    setPassword('');
  }

  return (
    <Dialog
      title={t(isApproval ? 'alarmSettings.draft.approveTitle' : 'alarmSettings.draft.rejectTitle')}
      onClose={onClose}
      testId="decision-dialog"
    >
      <form onSubmit={submit}>
        <div className="dialog-body">
          {problem !== null && <ProblemNotice text={t('alarmSettings.draft.refused', { reason: problem })} />}
          {isApproval && (
            <>
              <p className="no-margin">
                {t('alarmSettings.draft.approveWhat', { alarms: draft.alarmCount, differences: draft.differenceCount })}
              </p>
              <p className="no-margin muted">{t('alarmSettings.draft.approverHint')}</p>
              <label className="field">
                <span>{t('alarmSettings.draft.approver')}</span>
                <input
                  autoComplete="off"
                  data-autofocus={ownName === '' || undefined}
                  value={username}
                  onChange={(event) => setUsername(event.target.value)}
                  data-testid="approver-name"
                />
              </label>
              <label className="field">
                <span>{t('alarmSettings.draft.password')}</span>
                <input
                  type="password"
                  autoComplete="off"
                  data-autofocus={ownName !== '' || undefined}
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                  data-testid="approver-password"
                />
              </label>
              <CodeField value={code} onChange={setCode} />
            </>
          )}
          <label className="field">
            <span>{t(isApproval ? 'alarmSettings.draft.comment' : 'alarmSettings.draft.rejectComment')}</span>
            <textarea value={comment} onChange={(event) => setComment(event.target.value)} data-testid="decision-comment" />
          </label>
        </div>
        <div className="dialog-foot">
          <button type="submit" className="button button-primary" disabled={!isReady} data-testid="decide">
            {t(isApproval ? 'alarmSettings.draft.approve' : 'alarmSettings.draft.reject')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
