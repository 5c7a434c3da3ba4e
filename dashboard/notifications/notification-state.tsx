// The state of a notification in words and a shape, never by colour alone. Only what nobody was told of stands out.
import type { ReactNode } from 'react';
import type { NotificationView } from '../../domain/api/notification-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useNotificationText } from './notification-text.ts';

const marks = { waiting: '…', sending: '↗', held: '≡', sent: '✓', gaveUp: '✕', digested: '≡' } as const;

export function NotificationStateText({ notification }: { readonly notification: NotificationView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const { reasonText } = useNotificationText();
  const { state, reason, dueAtMs, digest } = notification;
  const isUntold = state === 'gaveUp' || (state === 'digested' && digest?.state === 'gaveUp');
  return (
    <span className="notification-state" data-state={state} data-untold={isUntold || undefined}>
      <span aria-hidden="true">{marks[state]}</span> <b>{t(`notifications.state.${state}`)}</b>
      {state === 'digested' && digest !== null && <span> · {t(`notifications.state.${digest.state}`)}</span>}
      {state !== 'sent' && state !== 'digested' && reason !== null && <span className="muted"> · {reasonText(reason)}</span>}
      {dueAtMs !== null && notification.attempts.length > 0 && (
        <span className="muted number"> · {t('notifications.nextAttempt', { time: formatRecent(dueAtMs, serverNowMs(), zone) })}</span>
      )}
    </span>
  );
}
