// Register maps of real instruments that come with the product: what they say, where from, and how sure it is.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ProfileView } from '../../domain/api/engineering-api.ts';
import { useWords } from '../language/language.ts';
import { fetchProfiles } from './engineering-requests.ts';

export function ProfilesTab(): ReactNode {
  const { t } = useWords();
  const [filter, setFilter] = useState('');
  const profiles = useQuery({ queryKey: ['engineering', 'profiles'], queryFn: ({ signal }) => fetchProfiles(signal), staleTime: 600_000 });
  const wanted = filter.trim().toLowerCase();
  const shown = (profiles.data ?? []).filter(({ id, maker, model }) => `${id} ${maker} ${model}`.toLowerCase().includes(wanted));
  return (
    <div className="profiles" data-testid="profiles">
      <input
        className="input profiles-filter"
        aria-label={t('engineering.profiles.search')}
        placeholder={t('engineering.profiles.search')}
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      {profiles.isError && <p className="empty">{t('common.failed', { reason: profiles.error.message })}</p>}
      {profiles.isPending && <p className="empty">{t('common.loading')}</p>}
      {shown.map((profile) => (
        <Profile key={profile.id} profile={profile} />
      ))}
    </div>
  );
}

/** Names, registers and notes of a profile are the maker's, in English. */
function Profile({ profile }: { readonly profile: ProfileView }): ReactNode {
  const { t } = useWords();
  return (
    <details className="panel profile" data-testid={`profile-${profile.id}`}>
      <summary>
        <b lang="en">
          {profile.maker} {profile.model}
        </b>{' '}
        <code>{profile.id}</code> <span className="tag">{t(`engineering.profiles.certainty.${profile.certainty}`)}</span>
      </summary>
      <div className="profile-body">
        <p className="no-margin muted">
          {t('engineering.profiles.source', { source: profile.source })} ·{' '}
          {t('engineering.profiles.base', { base: profile.addressBase, order: profile.wordOrder })} ·{' '}
          {profile.usedBy.length === 0
            ? t('engineering.profiles.unused')
            : t('engineering.profiles.usedBy', { devices: profile.usedBy.join(', ') })}
        </p>
        <table className="table number">
          <thead>
            <tr>
              <th scope="col">{t('engineering.profiles.point')}</th>
              <th scope="col">{t('engineering.profiles.register')}</th>
              <th scope="col">{t('engineering.profiles.range')}</th>
              <th scope="col">{t('engineering.profiles.note')}</th>
            </tr>
          </thead>
          <tbody>
            {profile.points.map((point) => (
              <tr key={point.name}>
                <th scope="row" lang="en">
                  {point.name}
                </th>
                <td lang="en">
                  {point.table} {point.address} {point.type}
                  {point.channelStep !== null && (
                    <span className="muted"> {t('engineering.profiles.channel', { step: point.channelStep })}</span>
                  )}
                </td>
                <td>
                  {point.range === null ? '' : `${point.range.min}–${point.range.max}`} {point.unit}
                </td>
                <td className="muted" lang="en">
                  {point.note}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
