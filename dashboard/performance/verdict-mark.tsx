// A verdict as sign and word: read without colour, which on these screens belongs to alarms.
import type { ReactNode } from 'react';
import type { FigureVerdict } from '../../domain/api/performance-api.ts';
import { useWords } from '../language/language.ts';

const signs: Readonly<Record<FigureVerdict, string>> = { good: '✓', manageable: '△', over: '!', tooFew: '—' };

export function VerdictMark({ verdict }: { readonly verdict: FigureVerdict }): ReactNode {
  const { t } = useWords();
  return (
    <span className="verdict" data-verdict={verdict}>
      <span aria-hidden="true">{signs[verdict]}</span> {t(`performance.verdict.${verdict}`)}
    </span>
  );
}
