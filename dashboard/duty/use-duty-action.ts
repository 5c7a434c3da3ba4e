// Does something about duty and tells plainly what became of it: every page reads duty again, a refusal is a text.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';

export interface DutyAction {
  readonly isWorking: boolean;
  /** What went wrong the last time, or null. */
  readonly problem: string | null;
  /** True where it was done. */
  run<Value>(act: () => Promise<Answer<Value>>, whenDone?: (value: Value) => void): Promise<boolean>;
}

export function useDutyAction(): DutyAction {
  const { t } = useWords();
  const queries = useQueryClient();
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function run<Value>(act: () => Promise<Answer<Value>>, whenDone?: (value: Value) => void): Promise<boolean> {
    setIsWorking(true);
    setProblem(null);
    const answer = await act();
    setIsWorking(false);
    void queries.invalidateQueries({ queryKey: ['duty'] });
    switch (answer.kind) {
      case 'ok':
        whenDone?.(answer.value);
        return true;
      case 'problem': {
        const reason = reasonOf(answer);
        setProblem(answer.status === 409 ? t('duty.problem.conflict', { reason }) : t('duty.problem.refused', { reason }));
        return false;
      }
      case 'unreachable':
        setProblem(t('duty.problem.unreachable'));
        return false;
      case 'malformed':
        setProblem(t('duty.problem.refused', { reason: reasonOf(answer) }));
        return false;
    }
  }
  return { isWorking, problem, run };
}
