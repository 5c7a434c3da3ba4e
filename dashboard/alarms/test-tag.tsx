// Beside every alarm that rose while its point was under test, wherever it is shown.
import type { ReactNode } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';

export function TestTag({ alarm }: { readonly alarm: Pick<AlarmView, 'isTest'> }): ReactNode {
  const { t } = useWords();
  if (!alarm.isTest) return null;
  return (
    <span className="tag tag-test" title={t('common.testHint')} data-testid="test-tag">
      {t('common.testMark')}
    </span>
  );
}
