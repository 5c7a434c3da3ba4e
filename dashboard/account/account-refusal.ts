// Why a password or a code was not taken, in the page's own words where the server gives a reason that it knows.
import { z } from 'zod';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';

const reasons = ['wrongPassword', 'wrongCode', 'tooShort', 'common', 'ownName', 'sameAgain', 'secondFactor'] as const;
const bodySchema = z.object({ reason: z.enum(reasons) });

export function useAccountRefusal(minimumLength = 12): (answer: Exclude<Answer<unknown>, { kind: 'ok' }>) => string {
  const { t } = useWords();
  return (answer) => {
    if (answer.kind === 'problem') {
      if (answer.status === 429) return t('account.problem.tooMany');
      const body = bodySchema.safeParse(answer.body);
      if (body.success) return t(`account.problem.${body.data.reason}`, { count: minimumLength });
    }
    return t('account.problem.refused', { reason: reasonOf(answer) });
  };
}
