// On the phone too: who was given a password, or has had his for too long, chooses a new one before anything else.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { fetchAccount } from '../account/account-requests.ts';
import { OwnPasswordForm } from '../account/own-password-form.tsx';
import { signOut } from '../http/session-requests.ts';
import { useWords } from '../language/language.ts';

export function PhonePassword(): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const account = useQuery({ queryKey: ['users', 'account'], queryFn: ({ signal }) => fetchAccount(signal) });
  // This phone was never his: it has no push address of his to take back.
  const leave = (): void => void signOut().then((answer) => answer.kind === 'ok' && queries.setQueryData(['session'], null));
  return (
    <main className="phone phone-sign-in phone-password" id="content" data-testid="must-do">
      <h1>{t('account.mustDo.changePassword')}</h1>
      <p className="phone-hint">{t('account.mustDo.changePasswordWhy')}</p>
      {account.isError && <p className="phone-notice phone-notice-problem">{t('common.failed', { reason: account.error.message })}</p>}
      {account.data !== undefined && (
        <OwnPasswordForm account={account.data} onDone={() => void queries.invalidateQueries({ queryKey: ['session'] })} />
      )}
      <button type="button" className="phone-button" onClick={leave}>
        {t('phone.settings.signOut')}
      </button>
    </main>
  );
}
