// Changing one's own password: the current one, the new one twice, and the code where there is a second factor.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AccountView } from '../../domain/api/account-api.ts';
import { useWords } from '../language/language.ts';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { useAccountRefusal } from './account-refusal.ts';
import { changeOwnPassword } from './account-requests.ts';

export function OwnPasswordForm({ account, onDone }: { readonly account: AccountView; readonly onDone: () => void }): ReactNode {
  const { t } = useWords();
  const { minimumLength } = account.passwords;
  const refusal = useAccountRefusal(minimumLength);
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const text = (name: string) => String(data.get(name) ?? '');
    if (text('password') !== text('again')) return setProblem(t('account.notSame'));
    setIsWorking(true);
    setProblem(null);
    const code = text('code').trim();
    const answer = await changeOwnPassword({ current: text('current'), password: text('password'), ...(code === '' ? {} : { code }) });
    setIsWorking(false);
    if (answer.kind !== 'ok') return setProblem(refusal(answer));
    form.reset();
    return onDone();
  }

  return (
    <form className="account-form" onSubmit={(event) => void submit(event)}>
      <ProblemNotice text={problem} testId="password-problem" />
      <PasswordInput name="current" label={t('account.current')} autoComplete="current-password" />
      <PasswordInput name="password" label={t('account.new', { count: minimumLength })} autoComplete="new-password" />
      <PasswordInput name="again" label={t('account.again')} autoComplete="new-password" />
      {account.secondFactor.isEnrolled && <CodeInput label={t('account.codeOrRecovery')} isRequired />}
      <button type="submit" className="button button-primary" disabled={isWorking} data-testid="change-own-password">
        {isWorking ? t('account.working') : t('account.change')}
      </button>
    </form>
  );
}

export function PasswordInput({
  name,
  label,
  autoComplete,
}: {
  readonly name: string;
  readonly label: string;
  readonly autoComplete: 'current-password' | 'new-password';
}): ReactNode {
  return (
    <label className="field">
      <span>{label}</span>
      <input type="password" name={name} required maxLength={256} autoComplete={autoComplete} data-testid={`own-${name}`} />
    </label>
  );
}

export function CodeInput({ label, isRequired = false }: { readonly label: string; readonly isRequired?: boolean }): ReactNode {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        name="code"
        inputMode="text"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={32}
        required={isRequired}
        data-testid="own-code"
      />
    </label>
  );
}
