// The state of an obligation by shape and word, and days as a row of small bars. Grey while it is met; no colour says what the shape does not.
import type { ReactNode } from 'react';
import type { ObligationState } from '../../domain/obligations/obligation.ts';
import { stateWords } from '../../domain/obligations/obligation-words.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDay } from '../time/plant-time.ts';

const shapes: Readonly<Record<ObligationState, string>> = { met: '✓', atRisk: '▲', breached: '✕', notMeasured: '?' };

export function StateMark({ state, isShort = false }: { readonly state: ObligationState; readonly isShort?: boolean }): ReactNode {
  const { text } = useWords();
  return (
    <span className="state-mark" data-state={state}>
      <span aria-hidden="true" className="state-shape">
        {shapes[state]}
      </span>
      <span className={isShort ? 'visually-hidden' : undefined}>{text(stateWords[state])}</span>
    </span>
  );
}

export function DayBars({
  days,
  startsMs,
}: {
  readonly days: readonly (ObligationState | null)[];
  readonly startsMs: readonly number[];
}): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  if (days.length < 2) return null;
  const told = days.flatMap((state, index) =>
    state === null || state === 'met'
      ? []
      : [t('obligations.dayState', { date: formatDay(startsMs[index] ?? 0, zone), state: text(stateWords[state]) })],
  );
  return (
    <span className="day-bars" title={told.join('\n')} aria-hidden="true">
      {days.map((state, index) => (
        <span key={startsMs[index]} data-state={state ?? 'coming'} />
      ))}
    </span>
  );
}
