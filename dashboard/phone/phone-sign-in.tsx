// Sign-in on the phone: large fields, and the word that unsent actions wait for their person.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { fetchSignInOptions } from '../http/session-requests.ts';
import { setLanguage, useWords } from '../language/language.ts';
import { UseNotice } from '../session/use-notice.tsx';
import { useSignIn } from '../session/use-sign-in.ts';
import { useQueueState } from './queue/queue-context.tsx';

export function PhoneSignIn({ hasEnded }: { readonly hasEnded: boolean }): ReactNode {
  const { t, language } = useWords();
  const { problem, isPending, needsCode, submit } = useSignIn({
    // What another person had read is not his.
    beforeSession: (queries) => queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' }),
    isTriedWithoutNetwork: true,
  });
  const options = useQuery({ queryKey: ['signInOptions'], queryFn: fetchSignInOptions, refetchInterval: 15_000, retry: false });

  return (
    <main className="phone phone-sign-in" id="content">
      <h1>
        <img src={new URL('../look/gatewatch.svg', import.meta.url).href} alt="" width="48" height="48" /> {t('product.name')}
      </h1>
      <UnsentOf />
      <UseNotice notice={options.data?.useNotice ?? null} />
      <form onSubmit={submit} noValidate aria-describedby={problem === null ? undefined : 'sign-in-problem'}>
        {hasEnded && problem === null && (
          <p className="phone-notice" role="status">
            {t('signIn.ended')}
          </p>
        )}
        {problem !== null && (
          <p className="phone-notice phone-notice-problem" role="alert" id="sign-in-problem" data-testid="sign-in-problem">
            {problem}
          </p>
        )}
        <label className="phone-field">
          <span>{t('signIn.username')}</span>
          <input name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} data-testid="sign-in-username" />
        </label>
        <label className="phone-field">
          <span>{t('signIn.password')}</span>
          <input name="password" type="password" autoComplete="current-password" data-testid="sign-in-password" />
        </label>
        {needsCode && (
          <label className="phone-field">
            <span>{t('signIn.code')}</span>
            <input
              name="code"
              autoComplete="one-time-code"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={32}
              data-testid="sign-in-code"
            />
          </label>
        )}
        <button type="submit" className="big-button big-button-next" disabled={isPending} data-testid="sign-in-submit">
          {isPending ? t('signIn.working') : t('signIn.submit')}
        </button>
        {options.data?.isDemo === true && <p className="phone-hint">{t('phone.signIn.demo')}</p>}
      </form>
      <button
        type="button"
        className="phone-button"
        lang={language === 'zh' ? 'en' : 'zh-CN'}
        onClick={() => void setLanguage(language === 'zh' ? 'en' : 'zh')}
      >
        {language === 'zh' ? 'English' : '中文'}
      </button>
    </main>
  );
}

function UnsentOf(): ReactNode {
  const { t } = useWords();
  const { kept } = useQueueState();
  const counts = new Map<string, number>();
  for (const { action } of kept)
    if (action.state.kind === 'waiting') counts.set(action.displayName, (counts.get(action.displayName) ?? 0) + 1);
  return [...counts].map(([who, count]) => (
    <p key={who} className="phone-notice phone-unsent" role="status" data-testid="unsent-of">
      {t('phone.signIn.unsent', { count, who })}
    </p>
  ));
}
