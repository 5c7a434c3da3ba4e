// That something could not be fetched, and why. Nothing while nothing failed.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { ProblemNotice } from './problem-notice.tsx';

export function FailureNotice({ error }: { readonly error: Error | null }): ReactNode {
  const { t } = useWords();
  return <ProblemNotice text={error === null ? null : t('common.failed', { reason: error.message })} />;
}
