// Joins the alarm table to the sound of this console, and shows the state on the document element for style sheets and tests.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant } from '../session/plant-context.tsx';
import { type AlarmSound, type SoundState, soundStateText } from './alarm-sound.ts';
import type { AlarmSpeech, SpokenWords } from './alarm-speech.ts';

interface ConsoleVoice {
  readonly sound: AlarmSound;
  readonly speech: AlarmSpeech;
}

const SoundContext = createContext<ConsoleVoice | null>(null);

export function SoundProvider({ sound, speech, children }: ConsoleVoice & { readonly children: ReactNode }): ReactNode {
  const { alarms } = useLiveClient();
  const words = useSpokenWords();
  useEffect(() => {
    const follow = (): void => sound.setAlarms(alarms.list.get());
    follow();
    const stopFollowing = alarms.list.subscribe(follow);
    return () => {
      stopFollowing();
      sound.stop();
    };
  }, [alarms, sound]);
  useEffect(() => {
    const follow = (): void => speech.follow(alarms.list.get(), sound.state.get(), words());
    follow();
    const stopFollowing = [alarms.list.subscribe(follow), sound.state.subscribe(follow)];
    return () => {
      for (const stop of stopFollowing) stop();
      speech.stop();
    };
  }, [alarms, sound, speech, words]);
  useEffect(() => {
    const show = (): void => {
      document.documentElement.dataset.sound = soundStateText(sound.state.get());
    };
    show();
    return sound.state.subscribe(show);
  }, [sound]);
  const voice = useMemo(() => ({ sound, speech }), [sound, speech]);
  return <SoundContext value={voice}>{children}</SoundContext>;
}

/** Always the newest, without a new one: stations are read again every few seconds, and a sentence must not be cut off for that. */
function useSpokenWords(): () => SpokenWords {
  const { t, text, language } = useWords();
  const { stations } = usePlant();
  const nameOf = (id: string): string => {
    const name = stations.find((station) => station.id === id)?.name;
    return name === undefined ? id : text(name);
  };
  const newest = useRef<SpokenWords | null>(null);
  const words: SpokenWords = {
    language,
    textOf: (alarm) =>
      t('sound.spoken', { priority: t(`priority.${alarm.priority}`), station: nameOf(alarm.stationId), message: text(alarm.message) }),
    moreText: (count) => t('sound.spokenMore', { count }),
  };
  newest.current = words;
  return useCallback(() => newest.current as SpokenWords, []);
}

function useConsoleVoice(): ConsoleVoice {
  const voice = useContext(SoundContext);
  if (voice === null) throw new Error('useSound was called outside SoundProvider');
  return voice;
}

export function useSound(): AlarmSound {
  return useConsoleVoice().sound;
}

export function useSpeech(): AlarmSpeech {
  return useConsoleVoice().speech;
}

export function useSoundState(): SoundState {
  const { state } = useSound();
  return useSyncExternalStore(state.subscribe, state.get);
}
