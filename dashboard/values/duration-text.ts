// A length of time in words, two parts at most.
import { useCallback } from 'react';
import { useWords } from '../language/language.ts';
import { durationParts } from './format-value.ts';

export function useDurationText(): (durationMs: number) => string {
  const { t } = useWords();
  return useCallback(
    (durationMs) =>
      durationParts(durationMs)
        .map(({ unit, count }) => t(`duration.${unit}`, { count }))
        .join(' '),
    [t],
  );
}
