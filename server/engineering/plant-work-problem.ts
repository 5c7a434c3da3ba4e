// Why work on a plant file did not come off, as a problem that says what to do.
import { ProblemError } from '../http/problem-error.ts';
import type { PlantWorkResult } from './plant-work.ts';
import type { PlantAnswer } from './plant-worker.ts';

/** The answer where there is one; throws the problem where there is none. */
export function workDone(answer: PlantWorkResult): Exclude<PlantAnswer, { kind: 'refused' }> {
  if (answer.kind === 'failed') {
    if (answer.reason === 'busy') throw new ProblemError(429, 'Busy', { detail: 'Other checks are under way; try again in a moment.' });
    throw new ProblemError(422, 'Too much', {
      detail: 'This takes more time or memory than a check may; use gatewatch plant check FILE.',
    });
  }
  if (answer.kind === 'refused') throw new ProblemError(422, 'Refused', { detail: answer.reason });
  return answer;
}
