// The second factor of one's own account: set up by a QR code and a first code, recovery codes shown once, renewed, removed.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AccountView, BegunSecondFactor } from '../../domain/api/account-api.ts';
import type { Answer } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { QrCode } from '../patrols/qr-code.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { useAccountRefusal } from './account-refusal.ts';
import { beginSecondFactor, confirmSecondFactor, removeSecondFactor, renewRecoveryCodes } from './account-requests.ts';
import { CodeInput, PasswordInput } from './own-password-form.tsx';

type Step =
  | { readonly kind: 'rest' }
  | { readonly kind: 'password' }
  | { readonly kind: 'scan'; readonly begun: BegunSecondFactor }
  | { readonly kind: 'prove'; readonly act: 'renew' | 'remove' }
  | { readonly kind: 'codes'; readonly codes: readonly string[] };

export interface SecondFactorSectionProps {
  readonly account: AccountView;
  /** Something has changed: the account is read again. */
  readonly onChanged: (told: string) => void;
}

export function SecondFactorSection({ account, onChanged }: SecondFactorSectionProps): ReactNode {
  const { t } = useWords();
  const refusal = useAccountRefusal();
  const [step, setStep] = useState<Step>({ kind: 'rest' });
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const go = (next: Step): void => {
    setProblem(null);
    setStep(next);
  };

  async function run<Value>(
    event: FormEvent<HTMLFormElement>,
    work: (data: FormData) => Promise<Answer<Value>>,
    then: (value: Value) => void,
  ) {
    event.preventDefault();
    setIsWorking(true);
    const answer = await work(new FormData(event.currentTarget));
    setIsWorking(false);
    if (answer.kind !== 'ok') return setProblem(refusal(answer));
    setProblem(null);
    return then(answer.value);
  }
  const text = (data: FormData, name: string) => String(data.get(name) ?? '').trim();
  const showCodes = ({ recoveryCodes }: { readonly recoveryCodes: readonly string[] }) => go({ kind: 'codes', codes: recoveryCodes });

  return (
    <div className="account-form" data-testid="second-factor">
      <ProblemNotice text={problem} testId="factor-problem" />
      {step.kind === 'rest' && <AtRest account={account} onGo={go} />}
      {step.kind === 'password' && (
        <form
          className="account-form"
          onSubmit={(event) =>
            void run(
              event,
              (data) => beginSecondFactor(String(data.get('password') ?? '')),
              (begun) => go({ kind: 'scan', begun }),
            )
          }
        >
          <PasswordInput name="password" label={t('account.current')} autoComplete="current-password" />
          <FormButtons
            submit={isWorking ? t('account.working') : t('account.begin')}
            isWorking={isWorking}
            onBack={() => go({ kind: 'rest' })}
          />
        </form>
      )}
      {step.kind === 'scan' && (
        <form className="account-form" onSubmit={(event) => void run(event, (data) => confirmSecondFactor(text(data, 'code')), showCodes)}>
          <p className="no-margin">{t('account.scan')}</p>
          <div className="account-scan">
            <QrCode text={step.begun.uri} label={t('account.qr')} />
            <div className="account-form">
              <p className="no-margin">
                <span className="muted">{t('account.secret')}</span>
                <br />
                <code className="account-secret" data-testid="factor-secret">
                  {step.begun.secret}
                </code>
              </p>
              <CodeInput label={t('account.code')} isRequired />
              <FormButtons
                submit={isWorking ? t('account.working') : t('account.confirm')}
                isWorking={isWorking}
                onBack={() => go({ kind: 'rest' })}
              />
            </div>
          </div>
        </form>
      )}
      {step.kind === 'prove' && (
        <form
          className="account-form"
          onSubmit={(event) => {
            if (step.act === 'renew')
              void run(event, (data) => renewRecoveryCodes(String(data.get('password') ?? ''), text(data, 'code')), showCodes);
            else
              void run(
                event,
                (data) => removeSecondFactor(String(data.get('password') ?? ''), text(data, 'code')),
                () => {
                  go({ kind: 'rest' });
                  onChanged(t('account.removed'));
                },
              );
          }}
        >
          <p className="no-margin">{t('account.prove')}</p>
          <PasswordInput name="password" label={t('account.current')} autoComplete="current-password" />
          <CodeInput label={t('account.codeOrRecovery')} isRequired />
          <FormButtons
            submit={isWorking ? t('account.working') : step.act === 'renew' ? t('account.renew') : t('account.remove')}
            isWorking={isWorking}
            onBack={() => go({ kind: 'rest' })}
          />
        </form>
      )}
      {step.kind === 'codes' && (
        <RecoveryCodes
          codes={step.codes}
          onKept={() => {
            go({ kind: 'rest' });
            onChanged(t('account.enrolled'));
          }}
        />
      )}
    </div>
  );
}

function AtRest({ account, onGo }: { readonly account: AccountView; readonly onGo: (step: Step) => void }): ReactNode {
  const { t } = useWords();
  const { isEnrolled, isRequired, recoveryCodesLeft } = account.secondFactor;
  return (
    <>
      <p className="no-margin" data-testid="factor-state">
        {isEnrolled ? t('account.factorOn', { count: recoveryCodesLeft }) : t('account.factorOff')}
        {isRequired && ` ${t('account.factorRequired')}`}
      </p>
      <div className="account-buttons">
        {!isEnrolled && (
          <button type="button" className="button button-primary" onClick={() => onGo({ kind: 'password' })} data-testid="begin-factor">
            {t('account.begin')}
          </button>
        )}
        {isEnrolled && (
          <button type="button" className="button" onClick={() => onGo({ kind: 'prove', act: 'renew' })}>
            {t('account.renew')}
          </button>
        )}
        {isEnrolled && !isRequired && (
          <button type="button" className="button" onClick={() => onGo({ kind: 'prove', act: 'remove' })} data-testid="remove-factor">
            {t('account.remove')}
          </button>
        )}
      </div>
    </>
  );
}

function RecoveryCodes({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }): ReactNode {
  const { t } = useWords();
  return (
    <section className="account-form" aria-label={t('account.recovery')}>
      <h3 className="no-margin">{t('account.recovery')}</h3>
      <p className="no-margin">{t('account.recoveryMeaning')}</p>
      <ol className="account-codes" data-testid="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className="account-buttons">
        <CopyButton text={codes.join('\n')} />
        <button type="button" className="button button-primary" onClick={onKept} data-testid="codes-kept">
          {t('account.kept')}
        </button>
      </div>
    </section>
  );
}

/** Only where the browser lets a page write to the clipboard: over https, or on this machine. */
export function CopyButton({ text }: { readonly text: string }): ReactNode {
  const { t } = useWords();
  const [isCopied, setIsCopied] = useState(false);
  if (navigator.clipboard === undefined) return null;
  return (
    <button
      type="button"
      className="button"
      onClick={() =>
        void navigator.clipboard.writeText(text).then(
          () => setIsCopied(true),
          () => setIsCopied(false),
        )
      }
    >
      {isCopied ? t('account.copied') : t('account.copy')}
    </button>
  );
}

function FormButtons({
  submit,
  isWorking,
  onBack,
}: {
  readonly submit: string;
  readonly isWorking: boolean;
  readonly onBack: () => void;
}): ReactNode {
  const { t } = useWords();
  return (
    <div className="account-buttons">
      <button type="button" className="button" onClick={onBack}>
        {t('common.cancel')}
      </button>
      <button type="submit" className="button button-primary" disabled={isWorking} data-testid="factor-submit">
        {submit}
      </button>
    </div>
  );
}
