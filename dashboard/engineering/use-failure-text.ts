// Why something asked of a device or of the server did not come off, in the reader's language.
import { useCallback } from 'react';
import { z } from 'zod';
import { commandFailures } from '../../domain/messages/engineering-command.ts';
import { type Answer, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';

const failureSchema = z.object({ reason: z.enum(commandFailures), reasonDetail: z.string().nullable() });

export function useFailureText(): (answer: Exclude<Answer<unknown>, { kind: 'ok' }>) => string {
  const { t } = useWords();
  return useCallback(
    (answer) => {
      if (answer.kind === 'unreachable') return t('engineering.problem.unreachable');
      const failure = answer.kind === 'problem' ? failureSchema.safeParse(answer.body) : null;
      if (failure?.success !== true) return reasonOf(answer);
      const { reason, reasonDetail } = failure.data;
      return reasonDetail === null ? t(`engineering.failure.${reason}`) : `${t(`engineering.failure.${reason}`)} (${reasonDetail})`;
    },
    [t],
  );
}
