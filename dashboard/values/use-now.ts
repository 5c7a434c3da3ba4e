// The server's idea of now, again and again, for things that count time on the screen.
import { useEffect, useState } from 'react';
import { useLiveClient } from '../live/live-context.tsx';

export function useNow(everyMs: number): number {
  const { serverNowMs } = useLiveClient();
  const [nowMs, setNowMs] = useState(serverNowMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(serverNowMs()), everyMs);
    return () => clearInterval(timer);
  }, [serverNowMs, everyMs]);
  return nowMs;
}
