// What the company tells everybody before he signs in, as the access file has it; the same at the desk and on the phone.
import type { ReactNode } from 'react';
import type { SignInOptions } from '../../domain/api/session-api.ts';
import { useWords } from '../language/language.ts';

export function UseNotice({ notice }: { readonly notice: SignInOptions['useNotice'] }): ReactNode {
  const { t, language } = useWords();
  if (notice === null) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long one scrolls, and must be reachable by keyboard (axe scrollable-region-focusable)
    <section className="use-notice" aria-label={t('signIn.useNotice')} data-testid="use-notice" tabIndex={0}>
      {notice[language]}
    </section>
  );
}
