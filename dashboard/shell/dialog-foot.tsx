// The foot of a dialogue that sends something: back without it, or send.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';

export interface DialogFootProps {
  readonly onClose: () => void;
  readonly isReady: boolean;
  readonly submit: string;
  readonly testId?: string;
}

export function DialogFoot({ onClose, isReady, submit, testId }: DialogFootProps): ReactNode {
  const { t } = useWords();
  return (
    <div className="dialog-foot">
      <button type="button" className="button" onClick={onClose}>
        {t('common.cancel')}
      </button>
      <button type="submit" className="button button-primary" disabled={!isReady} data-testid={testId}>
        {submit}
      </button>
    </div>
  );
}
