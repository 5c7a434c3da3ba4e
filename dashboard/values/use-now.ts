// The server's idea of now, again and again, for things that count time on the screen.
import { useEffect, useState } from 'react';
import { useLiveClient } from '../live/live-context.tsx';

export function useNow(everyMs: number): number {
  const { serverNowMs, jumps } = useLiveClient();
  const [nowMs, setNowMs] = useState(serverNowMs);
  useEffect(() => {
    const look = (): void => setNowMs(serverNowMs());
    const timer = setInterval(look, everyMs);
    const stopFollowing = jumps.subscribe(look);
    return () => {
      clearInterval(timer);
      stopFollowing();
    };
  }, [serverNowMs, jumps, everyMs]);
  return nowMs;
}
