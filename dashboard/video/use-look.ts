// The look that this page has open: its end by hand, by leaving the page, or by the clock of the server.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { OpenedLook } from '../../domain/api/video-api.ts';
import { useNow } from '../values/use-now.ts';
import { endLook } from './video-requests.ts';

export function useLook() {
  const [opened, setOpened] = useState<OpenedLook | null>(null);
  const current = useRef<OpenedLook | null>(null);
  const nowMs = useNow(1_000);
  const end = useCallback(() => {
    const open = current.current;
    current.current = null;
    setOpened(null);
    if (open !== null) void endLook(open.look.id);
  }, []);
  const begin = useCallback(
    (next: OpenedLook) => {
      end();
      current.current = next;
      setOpened(next);
    },
    [end],
  );
  useEffect(() => end, [end]);
  const isOver = opened !== null && nowMs >= opened.look.expiresAtMs;
  return { opened: isOver ? null : opened, begin, end };
}
