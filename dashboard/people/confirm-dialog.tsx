// Asks once more before something that cuts a person off, and says what it means.
import { type ReactNode, useState } from 'react';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';

export interface ConfirmDialogProps {
  readonly title: string;
  readonly meaning: string;
  readonly action: string;
  readonly act: () => Promise<Answer<unknown>>;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function ConfirmDialog({ title, meaning, action, act, onClose, onDone }: ConfirmDialogProps): ReactNode {
  const { t } = useWords();
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function confirm(): Promise<void> {
    setIsWorking(true);
    const answer = await act();
    setIsWorking(false);
    if (answer.kind === 'ok') onDone();
    else if (answer.kind === 'unreachable') setProblem(t('people.problem.unreachable'));
    else setProblem(t('people.problem.refused', { reason: reasonOf(answer) }));
  }
  return (
    <Dialog title={title} onClose={onClose} testId="confirm-dialog">
      <div className="dialog-body">
        <ProblemNotice text={problem} />
        <p className="no-margin">{meaning}</p>
      </div>
      <div className="dialog-foot">
        <button type="button" className="button" data-autofocus="" onClick={onClose}>
          {t('common.cancel')}
        </button>
        <button type="button" className="button button-primary" disabled={isWorking} onClick={() => void confirm()} data-testid="confirm">
          {isWorking ? t('people.working') : action}
        </button>
      </div>
    </Dialog>
  );
}
