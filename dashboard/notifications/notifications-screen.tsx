// Notifications: how each channel fares, and the log of who was told what, when, by which channel, with every attempt.
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Fragment, type ReactNode, useState } from 'react';
import { type NotificationView, notificationStates, notificationSubjectKinds } from '../../domain/api/notification-api.ts';
import { notificationChannels } from '../../domain/notification/notification-order.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { useIsPast } from '../replay/replay-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { AttemptList } from './attempt-list.tsx';
import { ChannelPanel } from './channel-panel.tsx';
import { fetchNotifications } from './notification-api.ts';
import { NotificationStateText } from './notification-state.tsx';
import { useNotificationText } from './notification-text.ts';
import './notifications.css';

const route = getRouteApi('/notifications');
const filterNames = ['subject', 'channel', 'state'] as const;
const choices = { subject: notificationSubjectKinds, channel: notificationChannels, state: notificationStates } as const;

export function NotificationsScreen(): ReactNode {
  const { t } = useWords();
  const isPast = useIsPast();
  return (
    <div className="notifications" data-testid="notifications">
      <h1>{t('notifications.title')}</h1>
      {/* How a channel fares is of now. */}
      {!isPast && <ChannelPanel />}
      <Log />
    </div>
  );
}

function Log(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const asked = Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Record<string, string>;
  const log = useInfiniteQuery({
    queryKey: ['notifications', 'log', asked],
    queryFn: ({ signal, pageParam }) => fetchNotifications({ ...asked, ...(pageParam === null ? {} : { before: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const notifications = log.data?.pages.flatMap((page) => page.notifications) ?? [];
  return (
    <section className="panel" aria-label={t('notifications.log')}>
      <div className="panel-head">
        <h2>{t('notifications.log')}</h2>
        <Filters />
      </div>
      <FailureNotice error={log.error} />
      {log.isPending && <p className="empty">{t('common.loading')}</p>}
      {log.isSuccess && notifications.length === 0 && (
        <p className="empty">
          <strong>{t('notifications.empty')}</strong>
          {t('notifications.emptyHint')}
        </p>
      )}
      {notifications.length > 0 && <LogTable notifications={notifications} />}
      {log.hasNextPage && (
        <p className="empty">
          <button type="button" className="button" onClick={() => void log.fetchNextPage()} disabled={log.isFetchingNextPage}>
            {t('notifications.older')}
          </button>
        </p>
      )}
    </section>
  );
}

function Filters(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const name = (filter: (typeof filterNames)[number], value: string): string =>
    t(`notifications.${filter}.${value}` as 'notifications.subject.alarm');
  return (
    <div className="notification-filters">
      {filterNames.map((filter) => (
        <select
          key={filter}
          className="input"
          aria-label={t(`notifications.column.${filter}`)}
          value={search[filter] ?? ''}
          data-testid={`filter-${filter}`}
          onChange={(event) =>
            void navigate({ search: { ...search, [filter]: event.target.value === '' ? undefined : event.target.value }, replace: true })
          }
        >
          <option value="">{t(`notifications.all.${filter}`)}</option>
          {choices[filter].map((value) => (
            <option key={value} value={value}>
              {name(filter, value)}
            </option>
          ))}
        </select>
      ))}
      <input
        className="input"
        aria-label={t('notifications.column.recipient')}
        placeholder={t('notifications.all.person')}
        defaultValue={search.person ?? ''}
        data-testid="filter-person"
        onChange={(event) => {
          const person = event.target.value.trim();
          void navigate({ search: { ...search, person: person === '' ? undefined : person }, replace: true });
        }}
      />
    </div>
  );
}

function LogTable({ notifications }: { readonly notifications: readonly NotificationView[] }): ReactNode {
  const { t } = useWords();
  const [openIds, setOpenIds] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string): void => {
    const next = new Set(openIds);
    if (!next.delete(id)) next.add(id);
    setOpenIds(next);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
    <section className="table-scroll" tabIndex={0} aria-label={t('notifications.log')}>
      <table className="table notification-table">
        <thead>
          <tr>
            <th scope="col">{t('notifications.column.time')}</th>
            <th scope="col">{t('notifications.column.recipient')}</th>
            <th scope="col">{t('notifications.column.subject')}</th>
            <th scope="col">{t('notifications.column.content')}</th>
            <th scope="col">{t('notifications.column.channel')}</th>
            <th scope="col">{t('notifications.column.state')}</th>
            <th scope="col">{t('notifications.column.attempts')}</th>
          </tr>
        </thead>
        <tbody>
          {notifications.map((notification) => (
            <Fragment key={notification.deliveryId}>
              <LogRow
                notification={notification}
                isOpen={openIds.has(notification.deliveryId)}
                onToggle={() => toggle(notification.deliveryId)}
              />
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function LogRow({
  notification,
  isOpen,
  onToggle,
}: {
  readonly notification: NotificationView;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { recipientText, channelOf } = useNotificationText();
  const channel = channelOf(notification);
  return (
    <>
      <tr data-testid="notification" data-state={notification.state} data-key={notification.key}>
        <td className="number">{formatDateTime(notification.orderedAtMs, zone)}</td>
        <td>
          <b>{recipientText(notification)}</b>
        </td>
        <td>
          <SubjectText notification={notification} />
        </td>
        <td className="notification-content">
          <PriorityMark priority={notification.urgency} alarmClass="process" flash="none" size={18} />
          <span title={text(notification.text)}>{text(notification.title)}</span>
        </td>
        <td>{channel === null ? '—' : t(`notifications.channel.${channel}`)}</td>
        <td>
          <NotificationStateText notification={notification} />
        </td>
        <td>
          <button type="button" className="button button-quiet button-small number" aria-expanded={isOpen} onClick={onToggle}>
            {notification.attempts.length} {isOpen ? '▴' : '▾'}
            <span className="visually-hidden">{isOpen ? t('notifications.hideAttempts') : t('notifications.showAttempts')}</span>
          </button>
        </td>
      </tr>
      {isOpen && (
        <tr className="attempt-row">
          <td colSpan={7}>
            {text(notification.text) !== '' && <p className="notification-text">{text(notification.text)}</p>}
            <AttemptList notification={notification} />
          </td>
        </tr>
      )}
    </>
  );
}

function SubjectText({ notification }: { readonly notification: NotificationView }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const { subject, stationId } = notification;
  const station = stations.find((candidate) => candidate.id === stationId);
  const where = station === undefined ? '' : ` ${text(station.name)}`;
  if (subject.kind === 'alarm') {
    return (
      <Link to="/alarms/$alarmId" params={{ alarmId: subject.alarmId }}>
        {t('notifications.subject.alarm')}
        {where}
      </Link>
    );
  }
  return (
    <>
      {t(`notifications.subject.${subject.kind}`)}
      {where}
    </>
  );
}
