// Which of many things in a long screen are near the screen, for a component: see `on-screen.ts`.
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { createBrowserClock } from '../time/browser-clock.ts';
import { OnScreen } from './on-screen.ts';

const clock = createBrowserClock();

/** Values of `attribute` (`data-station`) inside `holder` that are near the screen. Everything where the browser cannot tell. */
export function useOnScreen(holder: RefObject<HTMLElement | null>, attribute: string): ReadonlySet<string> {
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set());
  const watch = useRef<OnScreen | null>(null);
  useLayoutEffect(() => {
    const started = new OnScreen({ attribute, clock, onChange: setShown });
    watch.current = started;
    return () => started.stop();
  }, [attribute]);
  // Also after a change of order: the same station may be another element now.
  useLayoutEffect(() => {
    if (holder.current !== null) watch.current?.look([...holder.current.querySelectorAll<HTMLElement>(`[${attribute}]`)]);
  });
  return shown;
}
