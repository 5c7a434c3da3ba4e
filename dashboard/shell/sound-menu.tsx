// The sound of this console: what it does now, silence, test, and a warning while the browser blocks it.
import { type ReactNode, useSyncExternalStore } from 'react';
import { alarmPriorities } from '../../domain/alarms/priority.ts';
import { exhaustive } from '../../domain/exhaustive.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import type { SoundState } from '../sound/alarm-sound.ts';
import { useSound, useSoundState, useSpeech } from '../sound/sound-context.tsx';
import { KeyHint } from './key-hint.tsx';
import { Menu } from './menu.tsx';

export function SoundMenu(): ReactNode {
  const { t } = useWords();
  const sound = useSound();
  const state = useSoundState();
  const text = useSoundText(state);
  if (state.kind === 'blocked') {
    return (
      <button
        type="button"
        className="header-button sound-blocked"
        title={t('sound.blockedHint')}
        onClick={() => sound.unblock()}
        data-testid="sound-blocked"
      >
        <Speaker isOn={false} />
        <span>{t('sound.enable')}</span>
      </button>
    );
  }
  return (
    <span className="sound" data-sound={state.kind}>
      {state.kind === 'sounding' && (
        <button
          type="button"
          className="header-button sound-silence"
          onClick={() => sound.silence()}
          title={t('sound.silenceHint')}
          data-testid="silence"
        >
          {t('sound.silence')} <KeyHint name="s" />
        </button>
      )}
      <Menu
        label={`${t('sound.title')}: ${text}`}
        isIcon
        button={<Speaker isOn={state.kind === 'sounding'} isMuted={state.kind === 'silenced'} />}
        testId="sound-menu"
      >
        {() => (
          <>
            <p className="menu-title">
              {t('sound.title')}: {text}
            </p>
            <p className="menu-note">{t('sound.silenceHint')}</p>
            <p className="menu-title">{t('sound.test')}</p>
            {alarmPriorities.map((priority) => (
              <button
                key={priority}
                type="button"
                className="menu-item"
                onClick={() => sound.test(priority)}
                aria-label={t('sound.testPriority', { priority: t(`priority.${priority}`) })}
                data-testid={`sound-test-${priority}`}
              >
                <PriorityMark priority={priority} showsWord />
              </button>
            ))}
            <SpeechChoice />
          </>
        )}
      </Menu>
    </span>
  );
}

/** Speech of station and message, for this console. */
function SpeechChoice(): ReactNode {
  const { t, language } = useWords();
  const speech = useSpeech();
  const isOn = useSyncExternalStore(speech.isOn.subscribe, speech.isOn.get);
  const isAvailable = speech.isAvailable(language);
  return (
    <>
      <p className="menu-title">{t('sound.speech')}</p>
      <label className="check menu-check">
        <input
          type="checkbox"
          checked={isOn && isAvailable}
          disabled={!isAvailable}
          onChange={(event) => speech.turn(event.target.checked)}
          data-testid="speech"
        />
        {t('sound.speechOn')}
      </label>
      {isAvailable ? (
        <button
          type="button"
          className="menu-item"
          onClick={() => speech.test(t('sound.speechSample'), language)}
          data-testid="speech-test"
        >
          {t('sound.speechTest')}
        </button>
      ) : (
        <p className="menu-note" data-testid="speech-missing">
          {t('sound.speechMissing')}
        </p>
      )}
    </>
  );
}

function useSoundText(state: SoundState): string {
  const { t } = useWords();
  switch (state.kind) {
    case 'silent':
      return t('sound.silent');
    case 'sounding':
      return t('sound.sounding', { priority: t(`priority.${state.priority}`) });
    case 'silenced':
      return t('sound.silenced');
    case 'blocked':
      return t('sound.blocked');
    default:
      return exhaustive(state, 'sound state');
  }
}

function Speaker({ isOn, isMuted = false }: { readonly isOn: boolean; readonly isMuted?: boolean }): ReactNode {
  return (
    <svg
      viewBox="0 0 20 20"
      width="18"
      height="18"
      aria-hidden="true"
      focusable="false"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
    >
      <path d="M3 7.5h3l4.5-4v13l-4.5-4H3z" strokeLinejoin="round" fill={isOn ? 'currentColor' : 'none'} />
      {isMuted ? <path d="M13 7.5l5 5m0-5l-5 5" /> : <path d="M13 7.2a4 4 0 0 1 0 5.6M15.4 4.8a7.4 7.4 0 0 1 0 10.4" />}
    </svg>
  );
}
