// Who has been told of one alarm or incident, by which channel, and what came of it: for the pages of alarms, incidents and duty.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { NotificationView } from '../../domain/api/notification-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { AttemptList } from './attempt-list.tsx';
import { fetchNotifications } from './notification-api.ts';
import { NotificationStateText } from './notification-state.tsx';
import { useNotificationText } from './notification-text.ts';
import './notifications.css';

export type NotificationAttemptsProps =
  /** `sinceMs`: only what was ordered since then, such as since the alarm rose. */
  { readonly alarmId: string; readonly sinceMs?: number | null } | { readonly incidentId: string };

/** Nothing where the person may not read notifications, or nobody has been told. */
export function NotificationAttempts(props: NotificationAttemptsProps): ReactNode {
  return usePermission('notifications.read') ? <Told {...props} /> : null;
}

function Told(props: NotificationAttemptsProps): ReactNode {
  const { t } = useWords();
  const search: Readonly<Record<string, string>> = 'alarmId' in props ? { alarm: props.alarmId } : { incident: props.incidentId };
  const sinceMs = 'alarmId' in props ? (props.sinceMs ?? 0) : 0;
  const log = useQuery({
    queryKey: ['notifications', 'of', search],
    queryFn: ({ signal }) => fetchNotifications({ ...search, limit: '50' }, signal),
    placeholderData: (before) => before,
  });
  const told = (log.data?.notifications ?? []).filter(({ orderedAtMs }) => orderedAtMs >= sinceMs);
  if (log.isSuccess && told.length === 0) return null;
  return (
    <section className="panel" aria-label={t('notifications.ofAlarm')} data-testid="notification-attempts">
      <div className="panel-head">
        <h2>{t('notifications.ofAlarm')}</h2>
        <Link to="/notifications" className="small panel-link">
          {t('notifications.title')}
        </Link>
      </div>
      {log.isError && <p className="empty">{t('common.failed', { reason: log.error.message })}</p>}
      {told.length > 0 && (
        <ul className="told">
          {told.map((notification) => (
            <ToldLine key={notification.deliveryId} notification={notification} />
          ))}
        </ul>
      )}
    </section>
  );
}

function ToldLine({ notification }: { readonly notification: NotificationView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const { recipientText, channelOf } = useNotificationText();
  const [isOpen, setIsOpen] = useState(false);
  const channel = channelOf(notification);
  return (
    <li data-testid="told" data-state={notification.state}>
      <div className="told-line">
        <span className="number muted">{formatRecent(notification.orderedAtMs, serverNowMs(), zone)}</span>
        <span>
          <b>{recipientText(notification)}</b> {channel !== null && <span className="muted">{t(`notifications.channel.${channel}`)}</span>}
        </span>
        <NotificationStateText notification={notification} />
        <button type="button" className="button button-quiet button-small" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? t('notifications.hideAttempts') : t('notifications.showAttempts')}
          <span className="visually-hidden"> {recipientText(notification)}</span>
        </button>
      </div>
      {isOpen && <AttemptList notification={notification} />}
    </li>
  );
}
