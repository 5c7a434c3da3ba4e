// The marks that help to see what matters among many alarms: first-out, chattering, fleeting, stale. They hide nothing.
import type { ReactNode } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';

export function AlarmMarkTags({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  return (
    <>
      {alarm.isFirstOut && (
        <span className="tag tag-first-out" title={t('alarms.firstOutHint')} data-testid="first-out">
          {t('alarms.firstOut')}
        </span>
      )}
      {alarm.isChattering && (
        <span className="tag" title={t('alarms.chatteringHint')}>
          {t('alarms.chattering')}
        </span>
      )}
      {alarm.isFleeting && (
        <span className="tag" title={t('alarms.fleetingHint')}>
          {t('alarms.fleeting')}
        </span>
      )}
      {alarm.isStale && (
        <span className="tag" title={t('alarms.staleHint')}>
          {t('alarms.stale')}
        </span>
      )}
    </>
  );
}
