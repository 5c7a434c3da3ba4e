// Beside every alarm that rose while its point was under test, wherever it is shown. Once the test is over and the condition is still true it says so:
// nobody moves the instrument any more.
import type { ReactNode } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';
import { useWork } from '../maintenance/use-work.ts';

type Tested = Pick<AlarmView, 'isTest' | 'isConditionTrue' | 'pointId'>;

export function TestTag({ alarm }: { readonly alarm: Tested }): ReactNode {
  return alarm.isTest ? <TagOfTest alarm={alarm} /> : null;
}

function TagOfTest({ alarm }: { readonly alarm: Tested }): ReactNode {
  const { t } = useWords();
  const { isKnown, testByPoint } = useWork();
  const isOver = isKnown && alarm.isConditionTrue && alarm.pointId !== null && !testByPoint.has(alarm.pointId);
  return (
    <span className="tag tag-test" title={isOver ? t('common.testOverHint') : t('common.testHint')} data-testid="test-tag">
      {isOver ? t('common.testOver') : t('common.testMark')}
    </span>
  );
}
