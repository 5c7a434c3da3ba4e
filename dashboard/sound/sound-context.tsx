// Joins the alarm table to the sound of this console, and shows the state on the document element for style sheets and tests.
import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react';
import { useLiveClient } from '../live/live-context.tsx';
import { type AlarmSound, type SoundState, soundStateText } from './alarm-sound.ts';

const SoundContext = createContext<AlarmSound | null>(null);

export function SoundProvider({ sound, children }: { readonly sound: AlarmSound; readonly children: ReactNode }): ReactNode {
  const { alarms } = useLiveClient();
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
    const show = (): void => {
      document.documentElement.dataset.sound = soundStateText(sound.state.get());
    };
    show();
    return sound.state.subscribe(show);
  }, [sound]);
  return <SoundContext value={sound}>{children}</SoundContext>;
}

export function useSound(): AlarmSound {
  const sound = useContext(SoundContext);
  if (sound === null) throw new Error('useSound was called outside SoundProvider');
  return sound;
}

export function useSoundState(): SoundState {
  const { state } = useSound();
  return useSyncExternalStore(state.subscribe, state.get);
}
