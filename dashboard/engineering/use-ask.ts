// One question to the server at a time, with its answer, or why there is none.
import { useCallback, useState } from 'react';
import type { Answer } from '../http/request.ts';
import { useFailureText } from './use-failure-text.ts';

export interface Ask<Value> {
  readonly isAsking: boolean;
  /** The last answer; it stays while the next one is awaited. */
  readonly value: Value | null;
  readonly problem: string | null;
  readonly run: (ask: () => Promise<Answer<Value>>) => Promise<Value | null>;
}

export function useAsk<Value>(): Ask<Value> {
  const failureText = useFailureText();
  const [isAsking, setIsAsking] = useState(false);
  const [value, setValue] = useState<Value | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const run = useCallback(
    async (ask: () => Promise<Answer<Value>>) => {
      setIsAsking(true);
      const answer = await ask();
      setIsAsking(false);
      if (answer.kind === 'ok') {
        setValue(answer.value);
        setProblem(null);
        return answer.value;
      }
      setProblem(failureText(answer));
      return null;
    },
    [failureText],
  );
  return { isAsking, value, problem, run };
}
