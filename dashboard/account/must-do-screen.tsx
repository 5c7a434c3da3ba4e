// Signed in, but something is asked for before anything else: a new password, or a second factor. Nothing of the plant is shown until then.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { DutyBefore } from '../../domain/api/session-api.ts';
import { useWords } from '../language/language.ts';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { fetchAccount } from './account-requests.ts';
import { OwnPasswordForm } from './own-password-form.tsx';
import { SecondFactorSection } from './second-factor-section.tsx';
import '../session/sign-in.css';
import './account.css';

export function MustDoScreen({ mustDo, onSignOut }: { readonly mustDo: DutyBefore; readonly onSignOut: () => void }): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const account = useQuery({ queryKey: ['users', 'account'], queryFn: ({ signal }) => fetchAccount(signal) });
  const done = (): void => {
    void queries.invalidateQueries({ queryKey: ['users'] });
    void queries.invalidateQueries({ queryKey: ['session'] });
  };
  return (
    <main className="sign-in" id="content" data-testid="must-do">
      <div className="sign-in-card must-do-card">
        <header>
          <h1>{t(`account.mustDo.${mustDo}`)}</h1>
          <p className="no-margin muted">{t(`account.mustDo.${mustDo}Why`)}</p>
        </header>
        <FailureNotice error={account.error} />
        {account.data !== undefined &&
          (mustDo === 'changePassword' ? (
            <OwnPasswordForm account={account.data} onDone={done} />
          ) : (
            <SecondFactorSection account={account.data} onChanged={done} />
          ))}
        <button type="button" className="button button-quiet" onClick={onSignOut}>
          {t('header.signOut')}
        </button>
      </div>
    </main>
  );
}
