// Alarm settings: the table of all alarms with findings, drafts of changes, and every version that was in force.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AlarmSettingsTableView } from '../../domain/api/alarm-settings-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { fetchSettings } from './alarm-settings-api.ts';
import { DraftsTab } from './drafts-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { VersionsTab } from './versions-tab.tsx';
import './alarm-settings.css';

const route = getRouteApi('/alarm-settings');
const tabs = ['table', 'drafts', 'versions'] as const;

export function AlarmSettingsScreen(): ReactNode {
  const { t } = useWords();
  const { tab = 'table', draft, version } = route.useSearch();
  const {
    data: table,
    error,
    isPending,
  } = useQuery({ queryKey: ['alarmSettings', 'table'], queryFn: ({ signal }) => fetchSettings(signal) });
  return (
    <div className="alarm-settings" data-testid="alarm-settings">
      <div className="settings-head">
        <h1>{t('alarmSettings.title')}</h1>
        <nav className="tabs" aria-label={t('alarmSettings.title')}>
          {tabs.map((name) => (
            <Link
              key={name}
              to="/alarm-settings"
              search={name === 'table' ? {} : { tab: name }}
              activeOptions={{ exact: name === 'table', includeSearch: true }}
              aria-current={tab === name ? 'page' : undefined}
              activeProps={{}}
              data-testid={`tab-${name}`}
            >
              {t(`alarmSettings.tab.${name}`)}
            </Link>
          ))}
        </nav>
        {table !== undefined && <InForce table={table} />}
      </div>
      <FailureNotice error={error} />
      {table === undefined ? (
        isPending && <p className="empty">{t('common.loading')}</p>
      ) : tab === 'drafts' ? (
        <DraftsTab draftId={draft ?? null} management={table.management} />
      ) : tab === 'versions' ? (
        <VersionsTab number={version ?? null} table={table} />
      ) : (
        <SettingsTab table={table} />
      )}
    </div>
  );
}

/** Which version is in force, since when and by whom; whether the collectors detect by it; and how the priorities are spread. */
function InForce({ table }: { readonly table: AlarmSettingsTableView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { version, collectors, distribution, rows } = table;
  const share = (count: number): string => `${rows.length === 0 ? 0 : Math.round((count / rows.length) * 100)} %`;
  const behind = collectors.filter(({ isInForce }) => !isInForce);
  return (
    <div className="settings-in-force small">
      <span data-testid="settings-version">
        <b>{t('alarmSettings.version', { number: version.number })}</b>{' '}
        <span className="muted number">
          {t('alarmSettings.inForceSince', { time: formatDateTime(version.appliedAtMs, zone).slice(0, 16) })} ·{' '}
          {version.proposedBy === null
            ? t('alarmSettings.byPlantFile')
            : `${t('alarmSettings.proposedBy', { who: version.proposedBy.displayName })} · ${t('alarmSettings.approvedBy', { who: version.approvedBy?.displayName ?? '' })}`}
        </span>
      </span>
      <span data-testid="settings-collectors" data-in-force={behind.length === 0}>
        {behind.length === 0 ? (
          <span className="muted">{t('alarmSettings.collectorsInForce')}</span>
        ) : (
          behind.map(({ collectorId, version: used }) => (
            <b key={collectorId} className="setting-problem">
              {used === null
                ? t('alarmSettings.collectorUnknown', { id: collectorId })
                : t('alarmSettings.collectorBehind', { id: collectorId, version: used })}{' '}
            </b>
          ))
        )}
        {collectors
          .filter(({ setAsideAlarmIds }) => setAsideAlarmIds.length > 0)
          .map(({ collectorId, setAsideAlarmIds }) => (
            <b key={collectorId} className="setting-problem">
              {t('alarmSettings.collectorSetAside', { id: collectorId, count: setAsideAlarmIds.length })}{' '}
            </b>
          ))}
      </span>
      <span className="muted number">
        {t('alarmSettings.distribution')}{' '}
        {t('alarmSettings.distributionText', {
          low: share(distribution.low ?? 0),
          medium: share(distribution.medium ?? 0),
          urgent: share((distribution.high ?? 0) + (distribution.critical ?? 0)),
        })}
      </span>
    </div>
  );
}
