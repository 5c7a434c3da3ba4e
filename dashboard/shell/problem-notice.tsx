// What went wrong, said where it was asked for, and read aloud at once. Nothing where nothing did.
import type { ReactNode } from 'react';

export function ProblemNotice({ text, testId }: { readonly text: string | null; readonly testId?: string }): ReactNode {
  if (text === null) return null;
  return (
    <p className="notice notice-problem" role="alert" data-testid={testId}>
      {text}
    </p>
  );
}
