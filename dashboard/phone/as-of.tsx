// How old what is shown is, where it is not live: the moment and its distance.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';

export function AsOf({ timeMs }: { readonly timeMs: number }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(1_000);
  const duration = useDurationText();
  return (
    <p className="as-of" data-testid="as-of">
      {t('phone.asOf', { time: formatRecent(timeMs, nowMs, zone), age: duration(Math.max(0, nowMs - timeMs)) })}
    </p>
  );
}
