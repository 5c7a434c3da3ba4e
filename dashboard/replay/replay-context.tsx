// Whether this console replays the past, and how to begin and end it. Light: the replay itself is loaded when it is first wanted.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Clock } from '../../domain/time/clock.ts';
import { useLiveClient } from '../live/live-context.tsx';
import type { ReplaySession } from './replay-session.ts';

export interface Replay {
  /** Null while the screens show the plant as it is now. */
  readonly session: ReplaySession | null;
  /** Shows a past moment on every screen; where one is replayed already, jumps. */
  readonly start: (atMs: number) => Promise<void>;
  readonly leave: () => void;
}

const ReplayContext = createContext<Replay>({ session: null, start: async () => undefined, leave: () => undefined });

export function ReplayProvider({ clock, children }: { readonly clock: Clock; readonly children: ReactNode }): ReactNode {
  const { serverNowMs } = useLiveClient();
  const [session, setSession] = useState<ReplaySession | null>(null);
  const held = useRef<ReplaySession | null>(null);
  const put = useCallback((next: ReplaySession | null): void => {
    if (held.current !== next) held.current?.stop();
    held.current = next;
    setSession(next);
  }, []);
  const start = useCallback(
    async (atMs: number) => {
      if (held.current === null) {
        const { openReplaySession } = await import('./replay-session.ts');
        put(openReplaySession({ clock, liveNowMs: serverNowMs, atMs }));
      }
      await held.current?.player.seek(atMs);
    },
    [clock, serverNowMs, put],
  );
  const leave = useCallback(() => put(null), [put]);
  // Signed out, or connected anew: nothing of the old replay may stay.
  useEffect(() => () => held.current?.stop(), []);
  const replay = useMemo(() => ({ session, start, leave }), [session, start, leave]);
  return <ReplayContext value={replay}>{children}</ReplayContext>;
}

export function useReplay(): Replay {
  return useContext(ReplayContext);
}

const InsideContext = createContext(false);

/** Around the screens that show the past. */
export function InsideReplay({ children }: { readonly children: ReactNode }): ReactNode {
  return <InsideContext value={true}>{children}</InsideContext>;
}

/** True on a screen that shows the past; false in the header and the alarm strip, which stay live. */
export function useIsPast(): boolean {
  return useContext(InsideContext);
}
