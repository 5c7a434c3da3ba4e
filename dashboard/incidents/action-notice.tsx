// What became of an action, where it did not simply succeed; with "send again" where that is safe and of use.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import type { IncidentActing } from './use-incident-action.ts';

export function ActionNoticeLine({ acting }: { readonly acting: Pick<IncidentActing, 'notice' | 'retry' | 'isSending'> }): ReactNode {
  const { t } = useWords();
  const { notice } = acting;
  if (notice === null) return null;
  return (
    <div className={notice.tone === 'problem' ? 'notice notice-problem' : 'notice'} role="alert" data-testid="incident-notice">
      {notice.text}{' '}
      {notice.canRetry && (
        <button type="button" className="button button-small" onClick={acting.retry} disabled={acting.isSending}>
          {t('incidents.action.retry')}
        </button>
      )}
    </div>
  );
}
