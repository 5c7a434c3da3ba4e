// One's own account: where one is signed in, password, second factor.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useAccountRefusal } from './account-refusal.ts';
import { endOwnSession, fetchAccount } from './account-requests.ts';
import { OwnPasswordForm } from './own-password-form.tsx';
import { SecondFactorSection } from './second-factor-section.tsx';
import { SessionTable } from './session-table.tsx';
import './account.css';

export function AccountScreen(): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const queries = useQueryClient();
  const refusal = useAccountRefusal();
  const [told, setTold] = useState<string | null>(null);
  const account = useQuery({ queryKey: ['users', 'account'], queryFn: ({ signal }) => fetchAccount(signal), refetchInterval: 30_000 });
  const changed = (what: string): void => {
    setTold(what);
    void queries.invalidateQueries({ queryKey: ['users'] });
  };
  async function end(id: string): Promise<void> {
    const answer = await endOwnSession(id);
    changed(answer.kind === 'ok' ? t('account.ended') : refusal(answer));
  }
  return (
    <div className="account-screen" data-testid="account-screen">
      <h1>{t('account.title')}</h1>
      <p className="no-margin">
        <strong>{session.displayName}</strong> <span className="muted">{session.username}</span> · {t(`role.${session.role}`)}
        <span role="status" className="account-told" data-testid="account-told">
          {told}
        </span>
      </p>
      {account.isError && <p className="empty">{t('common.failed', { reason: account.error.message })}</p>}
      {account.isPending && <p className="empty">{t('common.loading')}</p>}
      {account.data !== undefined && (
        <>
          <section className="panel" aria-labelledby="account-sessions">
            <div className="panel-head">
              <h2 id="account-sessions">{t('account.sessions')}</h2>
            </div>
            <SessionTable sessions={account.data.sessions} label={t('account.sessions')} onEnd={(id) => void end(id)} />
          </section>
          <div className="account-pair">
            <section className="panel" aria-labelledby="account-factor">
              <div className="panel-head">
                <h2 id="account-factor">{t('account.factor')}</h2>
              </div>
              <div className="account-body">
                {account.data.isOfDirectory ? (
                  <p className="no-margin">{t('account.ofDirectory')}</p>
                ) : (
                  <SecondFactorSection account={account.data} onChanged={changed} />
                )}
              </div>
            </section>
            {!account.data.isOfDirectory && (
              <section className="panel" aria-labelledby="account-password">
                <div className="panel-head">
                  <h2 id="account-password">{t('account.password')}</h2>
                  {account.data.passwords.changedAtMs !== null && (
                    <span className="muted">
                      {t('account.passwordChanged', { time: formatRecent(account.data.passwords.changedAtMs, serverNowMs(), zone) })}
                    </span>
                  )}
                </div>
                <div className="account-body">
                  <OwnPasswordForm account={account.data} onDone={() => changed(t('account.changed'))} />
                </div>
              </section>
            )}
          </div>
        </>
      )}
    </div>
  );
}
