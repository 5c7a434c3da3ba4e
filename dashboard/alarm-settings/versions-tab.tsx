// Every version of the alarm settings that was ever in force: who, when, why, and what it changed.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { fieldWords } from '../../domain/alarm-settings/setting-words.ts';
import type { AlarmSettingsTableView, SettingsVersionView, VersionChanges } from '../../domain/api/alarm-settings-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { fetchVersionChanges, fetchVersions } from './alarm-settings-api.ts';
import { useSettingText } from './setting-text.tsx';

const shownChanges = 300;

export function VersionsTab({ number, table }: { readonly number: number | null; readonly table: AlarmSettingsTableView }): ReactNode {
  const { t } = useWords();
  const versions = useQuery({ queryKey: ['alarmSettings', 'versions'], queryFn: ({ signal }) => fetchVersions(signal) });
  const changes = useQuery({
    queryKey: ['alarmSettings', 'version', number],
    queryFn: ({ signal }) => fetchVersionChanges(number ?? 0, signal),
    enabled: number !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (versions.error !== null) return <FailureNotice error={versions.error} />;
  if (versions.data === undefined) return <p className="empty">{t('common.loading')}</p>;
  return (
    <div className="versions">
      <div className="panel settings-scroll-x">
        <table className="table" data-testid="versions">
          <thead>
            <tr>
              <th scope="col">{t('alarmSettings.versions.number')}</th>
              <th scope="col">{t('alarmSettings.versions.when')}</th>
              <th scope="col">{t('alarmSettings.versions.origin')}</th>
              <th scope="col">{t('alarmSettings.versions.who')}</th>
              <th scope="col">{t('alarmSettings.versions.reason')}</th>
              <th scope="col" className="cell-right">
                {t('alarmSettings.versions.changes')}
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.data.map((version) => (
              <VersionRow key={version.number} version={version} isChosen={version.number === number} />
            ))}
          </tbody>
        </table>
      </div>
      <section className="panel" aria-label={t('alarmSettings.versions.changes')}>
        {number === null ? (
          <p className="empty">{t('alarmSettings.versions.choose')}</p>
        ) : (
          changes.data !== undefined && <Changes changes={changes.data} table={table} />
        )}
      </section>
    </div>
  );
}

function VersionRow({ version, isChosen }: { readonly version: SettingsVersionView; readonly isChosen: boolean }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  return (
    <tr data-selected={isChosen || undefined}>
      <td className="number">
        <Link
          to="/alarm-settings"
          search={{ tab: 'versions', version: version.number }}
          activeProps={{}}
          data-testid={`version-${version.number}`}
        >
          {version.number}
        </Link>
      </td>
      <td className="number">{formatDateTime(version.appliedAtMs, zone)}</td>
      <td>{t(`alarmSettings.versions.${version.origin}`)}</td>
      <td>{version.proposedBy === null ? '–' : `${version.proposedBy.displayName} / ${version.approvedBy?.displayName ?? ''}`}</td>
      <td>{version.reason}</td>
      <td className="number cell-right">{version.changeCount}</td>
    </tr>
  );
}

function Changes({
  changes: { version, changes },
  table,
}: {
  readonly changes: VersionChanges;
  readonly table: AlarmSettingsTableView;
}): ReactNode {
  const { t, text } = useWords();
  const settingText = useSettingText();
  const units = useMemo(() => new Map(table.rows.map(({ alarmId, unit }) => [alarmId, unit])), [table.rows]);
  const changed = changes.flatMap((change) => (change.kind === 'changed' ? [change] : []));
  const count = (kind: 'added' | 'removed') => changes.filter((change) => change.kind === kind).length;
  return (
    <>
      <div className="panel-head">
        <h2>{t('alarmSettings.version', { number: version.number })}</h2>
        {count('added') > 0 && <span className="muted">{t('alarmSettings.versions.added', { count: count('added') })}</span>}
        {count('removed') > 0 && <span className="muted">{t('alarmSettings.versions.removed', { count: count('removed') })}</span>}
      </div>
      {changed.length > 0 && (
        <table className="table difference-table" data-testid="version-changes">
          <tbody>
            {changed.slice(0, shownChanges).flatMap(({ alarmId, differences }) =>
              differences.map(({ field, from, to }, index) => (
                <tr key={`${alarmId} ${field}`} data-first={index === 0 || undefined}>
                  <td className="number">{index === 0 && <b>{alarmId}</b>}</td>
                  <td>{text(fieldWords[field])}</td>
                  <td className="number">
                    <del>{settingText(field, from, { unit: units.get(alarmId) ?? '', management: table.management })}</del>
                  </td>
                  <td className="number">
                    <ins>{settingText(field, to, { unit: units.get(alarmId) ?? '', management: table.management })}</ins>
                  </td>
                </tr>
              )),
            )}
            {changed.length > shownChanges && (
              <tr>
                <td colSpan={4} className="muted">
                  {t('alarmSettings.versions.more', { count: changed.length - shownChanges })}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
    </>
  );
}
