// Sign-in: one form, errors in plain words beside it, and the demo accounts where the server says that this is the demo.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { directoryRefusals } from '../../domain/api/session-api.ts';
import { fetchSignInOptions } from '../http/session-requests.ts';
import { setLanguage, useWords } from '../language/language.ts';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { UseNotice } from './use-notice.tsx';
import { useSignIn } from './use-sign-in.ts';
import './sign-in.css';

const demoAccounts = [
  { username: 'duty', role: 'operator' },
  { username: 'supervisor', role: 'supervisor' },
  { username: 'team', role: 'emergencyTeam' },
  { username: 'engineer', role: 'engineer' },
  { username: 'auditor', role: 'auditor' },
  { username: 'authority', role: 'authority' },
  { username: 'admin', role: 'administrator' },
] as const;

export function SignInScreen({ hasEnded }: { readonly hasEnded: boolean }): ReactNode {
  const { t, language } = useWords();
  const { problem, setProblem, isPending, needsCode, submit } = useSignIn();
  const form = useRef<HTMLFormElement>(null);
  const options = useQuery({ queryKey: ['signInOptions'], queryFn: fetchSignInOptions, refetchInterval: 15_000, retry: false });
  const directory = options.data?.directory ?? null;
  const directoryProblem = directoryRefusals.find((reason) => reason === new URLSearchParams(location.search).get('directory'));

  function fillIn(username: string): void {
    const fields = form.current?.elements;
    const name = fields?.namedItem('username');
    const password = fields?.namedItem('password');
    if (!(name instanceof HTMLInputElement) || !(password instanceof HTMLInputElement)) return;
    name.value = username;
    password.value = `${username}-demo`;
    setProblem(null);
    password.focus();
  }

  return (
    <main className="sign-in" id="content">
      <div className="sign-in-card">
        <header className="sign-in-head">
          <img src={new URL('../look/gatewatch.svg', import.meta.url).href} alt="" width="44" height="44" />
          <div>
            <h1>
              {t('product.name')} <span>{t('product.latin')}</span>
            </h1>
            <p>{t('product.tagline')}</p>
          </div>
        </header>
        <UseNotice notice={options.data?.useNotice ?? null} />
        <form
          ref={form}
          onSubmit={submit}
          data-testid="sign-in-form"
          noValidate
          aria-describedby={problem === null ? undefined : 'sign-in-problem'}
        >
          {hasEnded && problem === null && (
            <p className="notice" role="status">
              {t('signIn.ended')}
            </p>
          )}
          {directoryProblem !== undefined && problem === null && (
            <ProblemNotice text={t(`signIn.directoryRefused.${directoryProblem}`)} testId="directory-problem" />
          )}
          {problem !== null && (
            <p className="notice notice-problem" role="alert" id="sign-in-problem" data-testid="sign-in-problem">
              {problem}
            </p>
          )}
          <label className="field">
            <span>{t('signIn.username')}</span>
            <input name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} data-testid="sign-in-username" />
          </label>
          <label className="field">
            <span>{t('signIn.password')}</span>
            <input name="password" type="password" autoComplete="current-password" data-testid="sign-in-password" />
          </label>
          {needsCode && <CodeQuestion />}
          <button type="submit" className="button button-primary" disabled={isPending} data-testid="sign-in-submit">
            {isPending ? t('signIn.working') : t('signIn.submit')}
          </button>
        </form>
        {directory !== null && (
          <section className="sign-in-directory">
            {directory.isAvailable ? (
              <a className="button" href="/api/directory/start" data-testid="sign-in-directory">
                {t('signIn.directory', { name: directory.name[language] })}
              </a>
            ) : (
              <p className="no-margin muted" data-testid="directory-away">
                {t('signIn.directoryAway', { name: directory.name[language] })}
              </p>
            )}
          </section>
        )}
        {options.data?.isDemo === true && (
          <section className="sign-in-demo" data-testid="sign-in-demo" aria-label={t('signIn.demo')}>
            <p>{t('signIn.demoHint')}</p>
            <div>
              {demoAccounts.map(({ username, role }) => (
                <button key={username} type="button" className="button button-quiet" onClick={() => fillIn(username)}>
                  <code>{username}</code> {t(`role.${role}`)}
                </button>
              ))}
            </div>
          </section>
        )}
      </div>
      <button
        type="button"
        className="button button-quiet sign-in-language"
        onClick={() => void setLanguage(language === 'zh' ? 'en' : 'zh')}
        lang={language === 'zh' ? 'en' : 'zh-CN'}
      >
        {language === 'zh' ? 'English' : '中文'}
      </button>
    </main>
  );
}

/** Comes after the password, and takes the keyboard. */
function CodeQuestion(): ReactNode {
  const { t } = useWords();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <>
      <p className="notice" role="status">
        {t('signIn.codeHint')}
      </p>
      <label className="field">
        <span>{t('signIn.code')}</span>
        <input
          ref={field}
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
          data-testid="sign-in-code"
        />
      </label>
    </>
  );
}
