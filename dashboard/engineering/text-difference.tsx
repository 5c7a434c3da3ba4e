// Two texts side by side, in hunks: lines gone with −, lines new with +, told by sign and not by colour alone.
import type { ReactNode } from 'react';
import type { TextHunk } from '../../domain/api/plant-versions-api.ts';
import { useWords } from '../language/language.ts';

const signs = { '+': 'added', '-': 'removed' } as const;

export function TextDifference({ hunks }: { readonly hunks: readonly TextHunk[] }): ReactNode {
  const { t } = useWords();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
    <section className="text-difference" tabIndex={0} aria-label={t('plantVersions.asText')} data-testid="text-difference">
      {hunks.map((hunk) => (
        <div key={`${hunk.oldStart} ${hunk.newStart}`}>
          <p className="muted small no-margin">{t('plantVersions.line', { line: hunk.newStart })}</p>
          <pre>
            {hunk.lines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text repeat; the list is replaced as a whole
              <span key={index} data-line={signs[line[0] as keyof typeof signs] ?? 'same'}>
                {line}
                {'\n'}
              </span>
            ))}
          </pre>
        </div>
      ))}
    </section>
  );
}
