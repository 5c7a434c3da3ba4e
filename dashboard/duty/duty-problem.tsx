// What went wrong with an action, where it was asked for.
import type { ReactNode } from 'react';

export function DutyProblem({ problem }: { readonly problem: string | null }): ReactNode {
  if (problem === null) return null;
  return (
    <p className="notice notice-problem" role="alert" data-testid="duty-problem">
      {problem}
    </p>
  );
}
