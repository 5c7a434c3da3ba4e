// How long something still lasts, second by second, by the server's clock.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';

export function Countdown({ untilMs }: { readonly untilMs: number }): ReactNode {
  const { t } = useWords();
  const durationText = useDurationText();
  const leftMs = untilMs - useNow(1_000);
  return (
    <span className="number" role="timer" data-testid="countdown">
      {leftMs > 0 ? t('setAside.left', { duration: durationText(leftMs) }) : t('setAside.ending')}
    </span>
  );
}
