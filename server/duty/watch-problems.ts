// Why a watch cannot be ended or handed over.
import { ProblemError } from '../http/problem-error.ts';
import type { Watch } from './watch-store.ts';

export function endedProblem(): ProblemError {
  return new ProblemError(409, 'The watch has ended', { detail: 'This watch has been handed over, taken over or ended already.' });
}

export function notYoursProblem(watch: Watch): ProblemError {
  return new ProblemError(422, 'Refused', { detail: `${watch.displayName} has this watch, and he ends it or hands it over.` });
}
