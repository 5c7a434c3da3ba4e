// Every attempt of one notification: when, by which channel, what came of it.
import type { ReactNode } from 'react';
import type { NotificationView } from '../../domain/api/notification-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNotificationText } from './notification-text.ts';

export function AttemptList({ notification }: { readonly notification: NotificationView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  const { reasonText } = useNotificationText();
  if (notification.attempts.length === 0) return <p className="muted no-margin">{t('notifications.noAttempts')}</p>;
  return (
    <ol className="attempts number" data-testid="attempts">
      {notification.attempts.map((attempt) => (
        <li key={attempt.number}>
          <span>{formatDateTime(attempt.startedAtMs, zone)}</span>
          <span>
            {t(`notifications.channel.${attempt.channel}`)}
            {attempt.target !== attempt.channel && ` ${attempt.target}`}
          </span>
          <span>
            {attempt.outcome === null && t('notifications.underWay')}
            {attempt.outcome === 'sent' && `${t('notifications.state.sent')}${attempt.reference === null ? '' : ` · ${attempt.reference}`}`}
            {attempt.outcome === 'failed' && (
              <>
                {reasonText(attempt.reason ?? '')}
                {attempt.code !== null && <span className="muted"> · {attempt.code}</span>}
              </>
            )}
            {attempt.endedAtMs !== null && attempt.endedAtMs - attempt.startedAtMs >= 1_000 && (
              <span className="muted"> · {durationText(attempt.endedAtMs - attempt.startedAtMs)}</span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
