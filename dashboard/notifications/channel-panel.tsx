// How each channel fares, and a test message through it for those who may.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { NotificationChannelView } from '../../domain/api/notification-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { fetchChannels } from './notification-api.ts';
import { useNotificationText } from './notification-text.ts';
import { TestDialog } from './test-dialog.tsx';

export function ChannelPanel(): ReactNode {
  const { t } = useWords();
  const mayTest = usePermission('notifications.manage');
  const [tested, setTested] = useState<NotificationChannelView | null>(null);
  const [isDone, setIsDone] = useState(false);
  const channels = useQuery({
    queryKey: ['notifications', 'channels'],
    queryFn: ({ signal }) => fetchChannels(signal),
    refetchInterval: 15_000,
  });
  return (
    <section className="panel" aria-label={t('notifications.channels')} data-testid="channels">
      <div className="panel-head">
        <h2>{t('notifications.channels')}</h2>
        {isDone && (
          <span role="status" className="muted">
            {t('notifications.testDone')}
          </span>
        )}
      </div>
      {channels.isError && <p className="empty">{t('common.failed', { reason: channels.error.message })}</p>}
      {channels.isPending && <p className="empty">{t('common.loading')}</p>}
      {channels.data !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
        <section className="table-scroll" tabIndex={0} aria-label={t('notifications.channels')}>
          <table className="table number">
            <thead>
              <tr>
                <th scope="col">{t('notifications.column.channel')}</th>
                <th scope="col">{t('notifications.column.target')}</th>
                <th scope="col">{t('notifications.column.state')}</th>
                <th scope="col">{t('notifications.column.lastSuccess')}</th>
                <th scope="col">{t('notifications.column.lastFailure')}</th>
                <th scope="col" className="cell-right">
                  {t('notifications.column.queued')}
                </th>
                <th scope="col" className="cell-right" title={t('notifications.sinceStart')}>
                  {t('notifications.column.sent')}
                </th>
                <th scope="col" className="cell-right" title={t('notifications.sinceStart')}>
                  {t('notifications.column.failed')}
                </th>
                {mayTest && <td />}
              </tr>
            </thead>
            <tbody>
              {channels.data.map((channel) => (
                <ChannelRow
                  key={`${channel.channel} ${channel.target}`}
                  channel={channel}
                  onTest={
                    mayTest && channel.target !== null
                      ? () => {
                          setIsDone(false);
                          setTested(channel);
                        }
                      : null
                  }
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {tested !== null && <TestDialog channel={tested} onClose={() => setTested(null)} onDone={() => setIsDone(true)} />}
    </section>
  );
}

function ChannelRow({ channel, onTest }: { readonly channel: NotificationChannelView; readonly onTest: (() => void) | null }): ReactNode {
  const { t } = useWords();
  const mayTest = usePermission('notifications.manage');
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const { reasonText } = useNotificationText();
  const time = (atMs: number | null): string => (atMs === null ? '—' : formatRecent(atMs, serverNowMs(), zone));
  const name = t(`notifications.channel.${channel.channel}`);
  if (channel.target === null) {
    return (
      <tr data-testid="channel" data-channel={channel.channel} data-state={channel.state}>
        <th scope="row">{name}</th>
        <td colSpan={mayTest ? 8 : 7} className="muted" title={t('notifications.notConfiguredHint')}>
          {t('notifications.channelState.notConfigured')}
        </td>
      </tr>
    );
  }
  return (
    <tr data-testid="channel" data-channel={channel.channel} data-target={channel.target} data-state={channel.state}>
      <th scope="row">{name}</th>
      <td>
        {channel.target === channel.channel ? '' : channel.target}
        {channel.stationIds !== null && (
          <span className="muted"> {t('notifications.stations', { stations: channel.stationIds.join(', ') })}</span>
        )}
      </td>
      <td>
        <span className="channel-state" data-state={channel.state}>
          {channel.state === 'ready' ? '✓ ' : '✕ '}
          {t(`notifications.channelState.${channel.state}`)}
        </span>
        {channel.failingSinceMs !== null && (
          <span className="muted"> {t('notifications.since', { time: time(channel.failingSinceMs) })}</span>
        )}
      </td>
      <td>{time(channel.lastSuccessAtMs)}</td>
      <td>
        {time(channel.lastFailureAtMs)}
        {channel.lastFailureReason !== null && <span className="muted"> {reasonText(channel.lastFailureReason)}</span>}
      </td>
      <td className="cell-right">{channel.queued}</td>
      <td className="cell-right">{channel.sentTotal}</td>
      <td className="cell-right">{channel.failedTotal}</td>
      {mayTest && (
        <td className="cell-right">
          {onTest !== null && (
            <button type="button" className="button button-small" onClick={onTest} data-testid={`test-${channel.target}`}>
              {t('notifications.test')}
              <span className="visually-hidden">
                {' '}
                {name} {channel.target}
              </span>
            </button>
          )}
        </td>
      )}
    </tr>
  );
}
