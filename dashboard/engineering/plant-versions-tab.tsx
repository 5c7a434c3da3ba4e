// Every plant file that was in force: since when, by whom, what was found; and any two of them laid side by side. Which two is in the address.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PlantVersionView } from '../../domain/api/plant-versions-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { fetchPlantVersions } from './engineering-requests.ts';
import { PlantDifferencePanel } from './plant-difference-panel.tsx';

const route = getRouteApi('/engineering');

export function PlantVersionsTab(): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  if (session.stationIds !== null) return <p className="panel empty">{t('engineering.plant.limited')}</p>;
  return <AllVersions />;
}

function AllVersions(): ReactNode {
  const { t } = useWords();
  const { from, to } = route.useSearch();
  const versions = useQuery({ queryKey: ['engineering', 'plantVersions'], queryFn: ({ signal }) => fetchPlantVersions(signal) });
  if (versions.isError) return <FailureNotice error={versions.error} />;
  if (versions.data === undefined) return <p className="empty">{t('common.loading')}</p>;
  const newest = versions.data[0];
  if (newest === undefined) return <p className="panel empty">{t('plantVersions.none')}</p>;
  const after = to ?? newest.number;
  const before = from ?? Math.max(1, after - 1);
  return (
    <div className="plant-versions" data-testid="plant-versions">
      <section className="panel" aria-label={t('plantVersions.list')}>
        <div className="panel-head">
          <h2>{t('plantVersions.list')}</h2>
        </div>
        <div className="plant-versions-list">
          <VersionTable versions={versions.data} before={before} after={after} />
        </div>
      </section>
      {versions.data.length === 1 ? (
        <p className="panel empty">{t('plantVersions.onlyOne')}</p>
      ) : (
        <PlantDifferencePanel from={before} to={after} />
      )}
    </div>
  );
}

interface VersionTableProps {
  readonly versions: readonly PlantVersionView[];
  readonly before: number;
  readonly after: number;
}

function VersionTable({ versions, before, after }: VersionTableProps): ReactNode {
  const { t } = useWords();
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{t('plantVersions.before')}</th>
          <th scope="col">{t('plantVersions.after')}</th>
          <th scope="col">{t('plantVersions.number')}</th>
          <th scope="col">{t('plantVersions.since')}</th>
          <th scope="col">{t('plantVersions.loadedBy')}</th>
          <th scope="col">{t('plantVersions.counts')}</th>
          <th scope="col">{t('plantVersions.found')}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {versions.map((version) => (
          <VersionRow key={version.number} version={version} before={before} after={after} />
        ))}
      </tbody>
    </table>
  );
}

function VersionRow({ version, before, after }: Omit<VersionTableProps, 'versions'> & { readonly version: PlantVersionView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const navigate = useNavigate();
  const { number, counts, warnings, findings } = version;
  const compare = (from: number, to: number) =>
    void navigate({ to: '/engineering', search: { tab: 'versions', from, to }, replace: true, resetScroll: false });
  return (
    <tr data-testid={`plant-version-${number}`}>
      <td>
        <input
          type="radio"
          name="plant-before"
          checked={number === before}
          onChange={() => compare(number, after)}
          aria-label={t('plantVersions.chooseBefore', { number })}
        />
      </td>
      <td>
        <input
          type="radio"
          name="plant-after"
          checked={number === after}
          onChange={() => compare(before, number)}
          aria-label={t('plantVersions.chooseAfter', { number })}
        />
      </td>
      <td className="number">
        <b>{number}</b> {version.untilMs === null && <span className="tag">{t('plantVersions.now')}</span>}
        <span className="muted small plant-version-hash" title={t('plantVersions.sha256', { value: version.sha256 })}>
          {version.version}
        </span>
      </td>
      <td className="number">{formatDateTime(version.sinceMs, zone)}</td>
      <td>
        <code>{version.loadedBy}</code>
        <code className="muted small plant-version-hash">{version.file}</code>
      </td>
      <td className="number">
        {counts.stations} / {counts.devices} / {counts.points} / {counts.alarms}
      </td>
      <td title={warnings.join('\n')}>
        {warnings.length + findings === 0
          ? t('plantVersions.foundNone')
          : t('plantVersions.foundSome', { warnings: warnings.length, findings })}
      </td>
      <td className="cell-right">
        <DownloadButton version={version} />
      </td>
    </tr>
  );
}

function DownloadButton({ version }: { readonly version: PlantVersionView }): ReactNode {
  const { t } = useWords();
  return (
    <a
      className="button button-small"
      href={`/api/engineering/plant-versions/${version.number}/file`}
      download={`plant-${version.number}-${version.version}.yaml`}
    >
      {t('plantVersions.download')}
    </a>
  );
}
