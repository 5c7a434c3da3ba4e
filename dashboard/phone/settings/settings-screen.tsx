// One's own phone: who is signed in, push, look, language, what is unsent, the version, and the way out.
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import { languages } from '../../../domain/text/localized-text.ts';
import { setLanguage, useWords } from '../../language/language.ts';
import { usePlant } from '../../session/plant-context.tsx';
import { ConfirmButton } from '../confirm-button.tsx';
import { installPrompt, isInstalled } from '../install/install-prompt.ts';
import { look, looks, setLook } from '../look/phone-look.ts';
import { setSharesPosition, sharesPosition } from '../position/share-position.ts';
import { type PushProblem, type PushState, readPushState, testPush, turnPushOff, turnPushOn } from '../push/push-subscription.ts';
import { useOwnActions } from '../queue/queue-context.tsx';
import { signOutOfPhone } from './sign-out.ts';

const languageNames = { zh: '中文', en: 'English' } as const;

export function SettingsScreen(): ReactNode {
  const { t, language } = useWords();
  const { session } = usePlant();
  const { waiting } = useOwnActions();
  const isPositionShared = useSyncExternalStore(sharesPosition.subscribe, sharesPosition.get);
  const shownLook = useSyncExternalStore(look.subscribe, look.get);
  return (
    <section aria-labelledby="settings-title" className="phone-settings">
      <h1 className="phone-title" id="settings-title">
        {t('phone.settings.title')}
      </h1>
      <p className="no-margin">{t('phone.settings.person', { name: session.displayName, role: t(`role.${session.role}`) })}</p>
      <Link to="/queue" className="phone-button" data-testid="open-queue">
        {t('phone.settings.queue', { count: waiting.length })}
      </Link>
      <PushSettings />
      <Choice
        legend={t('phone.settings.look')}
        options={looks.map((name) => ({ name, text: t(`phone.settings.lookName.${name}`) }))}
        chosen={shownLook}
        onChoose={setLook}
      />
      <Choice
        legend={t('phone.settings.language')}
        options={languages.map((name) => ({ name, text: languageNames[name] }))}
        chosen={language}
        onChoose={(name) => void setLanguage(name)}
      />
      <label className="tick">
        <input
          type="checkbox"
          checked={isPositionShared}
          onChange={(event) => setSharesPosition(event.target.checked)}
          data-testid="share-position"
        />
        <span className="phone-row-text">
          <span>{t('phone.settings.position')}</span>
          <span className="phone-row-small">{t('phone.settings.positionHint')}</span>
        </span>
      </label>
      <InstallSettings />
      <SignOut />
      <p className="phone-hint">
        {t('phone.settings.version')} {__gatewatchVersion}
      </p>
    </section>
  );
}

function Choice<Name extends string>({
  legend,
  options,
  chosen,
  onChoose,
}: {
  readonly legend: string;
  readonly options: readonly { readonly name: Name; readonly text: string }[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}): ReactNode {
  return (
    <fieldset className="phone-choice">
      <legend>{legend}</legend>
      {options.map(({ name, text }) => (
        <button
          key={name}
          type="button"
          className="phone-button"
          aria-pressed={name === chosen}
          data-testid={`choose-${name}`}
          onClick={() => onChoose(name)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}

function PushSettings(): ReactNode {
  const { t, language } = useWords();
  const [state, setState] = useState<PushState>('unknown');
  const [problem, setProblem] = useState<PushProblem | null>(null);
  const [tested, setTested] = useState<string | null>(null);
  const [isWorking, setIsWorking] = useState(false);
  useEffect(() => {
    void readPushState().then(setState);
  }, []);

  async function work(what: () => Promise<void>): Promise<void> {
    setIsWorking(true);
    setProblem(null);
    setTested(null);
    await what();
    setState(await readPushState());
    setIsWorking(false);
  }
  const test = async (): Promise<void> => {
    const result = await testPush();
    setTested(result.kind === 'sent' ? t('phone.settings.pushTested') : t('phone.settings.pushTestFailed', { code: result.code }));
  };

  return (
    <section className="phone-panel" aria-labelledby="push-title">
      <h2 id="push-title">{t('phone.settings.push')}</h2>
      <p className="no-margin" data-testid="push-state" data-state={state}>
        {t(`phone.settings.pushState.${state}`)}
      </p>
      {problem !== null && (
        <p className="phone-notice phone-notice-problem" role="alert">
          {t('phone.settings.pushFailed', { reason: t(`phone.settings.pushFailure.${problem}`) })}
        </p>
      )}
      {tested !== null && (
        <p className="phone-notice" role="status" data-testid="push-tested">
          {tested}
        </p>
      )}
      {state === 'off' && (
        <button
          type="button"
          className="phone-button"
          disabled={isWorking}
          onClick={() => void work(async () => setProblem(await turnPushOn(language)))}
          data-testid="push-on"
        >
          {t('phone.settings.pushOn')}
        </button>
      )}
      {state === 'on' && (
        <>
          <button type="button" className="phone-button" disabled={isWorking} onClick={() => void work(test)} data-testid="push-test">
            {t('phone.settings.pushTest')}
          </button>
          <button
            type="button"
            className="phone-button"
            disabled={isWorking}
            onClick={() => void work(async () => setProblem(await turnPushOff()))}
            data-testid="push-off"
          >
            {t('phone.settings.pushOff')}
          </button>
        </>
      )}
    </section>
  );
}

function InstallSettings(): ReactNode {
  const { t } = useWords();
  const prompt = useSyncExternalStore(installPrompt.subscribe, installPrompt.get);
  return (
    <section className="phone-panel" aria-labelledby="install-title">
      <h2 id="install-title">{t('phone.settings.install')}</h2>
      <p className="no-margin">{isInstalled() ? t('phone.settings.installed') : t('phone.settings.installHint')}</p>
      {prompt !== null && (
        <button type="button" className="phone-button" onClick={() => void prompt.prompt()}>
          {t('phone.settings.installNow')}
        </button>
      )}
    </section>
  );
}

function SignOut(): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const { waiting } = useOwnActions();
  const [hasFailed, setHasFailed] = useState(false);
  return (
    <div className="phone-panel">
      {waiting.length > 0 && <p className="no-margin">{t('phone.settings.signOutUnsent', { count: waiting.length })}</p>}
      {hasFailed && (
        <p className="phone-notice phone-notice-problem" role="alert">
          {t('phone.settings.signOutFailed')}
        </p>
      )}
      <ConfirmButton
        className="phone-button"
        name={t('phone.settings.signOut')}
        label={t('phone.settings.signOut')}
        onConfirm={() => void signOutOfPhone(queries).then((result) => setHasFailed(result === 'unreachable'))}
        testId="sign-out"
      />
    </div>
  );
}
