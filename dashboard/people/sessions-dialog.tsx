// Where a person is signed in, one by one, each to be ended.
import { type ReactNode, useState } from 'react';
import type { SessionInfo, UserView } from '../../domain/api/users-api.ts';
import { SessionTable } from '../account/session-table.tsx';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { endSession } from './people-requests.ts';

export interface SessionsDialogProps {
  readonly user: UserView;
  readonly sessions: readonly SessionInfo[];
  readonly onClose: () => void;
  readonly onEnded: () => void;
  /** Of all his sessions at once. */
  readonly onEndAll: () => void;
}

export function SessionsDialog({ user, sessions, onClose, onEnded, onEndAll }: SessionsDialogProps): ReactNode {
  const { t } = useWords();
  const [problem, setProblem] = useState<string | null>(null);
  async function end(id: string): Promise<void> {
    const answer = await endSession(id);
    if (answer.kind === 'ok') onEnded();
    else setProblem(t('people.problem.refused', { reason: reasonOf(answer) }));
  }
  const title = t('account.sessionsOf', { name: user.displayName });
  return (
    <Dialog title={title} onClose={onClose} className="wide-dialog" testId="sessions-dialog">
      <div className="dialog-body">
        <ProblemNotice text={problem} />
        {sessions.length === 0 ? (
          <p className="empty">{t('people.noSession')}</p>
        ) : (
          <SessionTable sessions={sessions} label={title} onEnd={(id) => void end(id)} />
        )}
      </div>
      <div className="dialog-foot">
        <button type="button" className="button" data-autofocus="" onClick={onClose}>
          {t('common.close')}
        </button>
        <button type="button" className="button" disabled={sessions.length === 0} onClick={onEndAll}>
          {t('people.endSessions')}
        </button>
      </div>
    </Dialog>
  );
}
