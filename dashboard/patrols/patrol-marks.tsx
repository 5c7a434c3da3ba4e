// How a patrol stands, in a word, with colour only for what is not as it should be; and how much time it has.
import type { ReactNode } from 'react';
import type { PatrolSummary } from '../../domain/api/patrol-api.ts';
import { patrolStateWords } from '../../domain/patrols/patrol-words.ts';
import { useWords } from '../language/language.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';

export function usePatrolStateText(): (state: PatrolSummary['state']) => string {
  const { t, text } = useWords();
  return (state) => (state === 'planned' ? t('patrols.state.planned') : text(patrolStateWords[state]));
}

type Standing = Pick<PatrolSummary, 'state' | 'warnAtMs' | 'dueAtMs'>;

/** `warn`: open, and its end is near. */
export function toneOf({ state, warnAtMs }: Standing, nowMs: number): 'calm' | 'warn' | 'bad' | 'missed' {
  if (state === 'missed') return 'missed';
  if (state === 'late' || state === 'doneLate') return 'bad';
  return state === 'open' && nowMs >= warnAtMs ? 'warn' : 'calm';
}

export function PatrolState({ patrol }: { readonly patrol: Standing }): ReactNode {
  const stateText = usePatrolStateText();
  const nowMs = useNow(10_000);
  return (
    <b className="patrol-state" data-tone={toneOf(patrol, nowMs)}>
      {stateText(patrol.state)}
    </b>
  );
}

/** Of an open one: how long is left, or by how much it is over. */
export function TimeLeft({ patrol }: { readonly patrol: Standing }): ReactNode {
  const { t } = useWords();
  const nowMs = useNow(10_000);
  const duration = useDurationText();
  if (patrol.state !== 'open' && patrol.state !== 'late') return null;
  const leftMs = patrol.dueAtMs - nowMs;
  return (
    <span className="patrol-left number" data-tone={toneOf(patrol, nowMs)}>
      {leftMs >= 0 ? t('patrols.left', { duration: duration(leftMs) }) : t('patrols.over', { duration: duration(-leftMs) })}
    </span>
  );
}
