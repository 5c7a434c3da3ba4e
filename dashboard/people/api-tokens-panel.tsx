// Tokens of other systems: listed, made (shown once), revoked.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ApiTokenView } from '../../domain/api/api-tokens-api.ts';
import { fetchApiTokens, revokeApiToken } from '../account/account-requests.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePersonName } from '../session/person-names.ts';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { formatDateTime, formatRecent } from '../time/plant-time.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { TokenDialog } from './token-dialog.tsx';

type Open = { readonly kind: 'make' } | { readonly kind: 'revoke'; readonly token: ApiTokenView };

export function ApiTokensPanel(): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const tokens = useQuery({ queryKey: ['users', 'apiTokens'], queryFn: ({ signal }) => fetchApiTokens(signal), refetchInterval: 60_000 });
  const [open, setOpen] = useState<Open | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const close = (): void => setOpen(null);
  const readAgain = (): void => void queries.invalidateQueries({ queryKey: ['users', 'apiTokens'] });
  return (
    <section className="panel" aria-labelledby="api-tokens">
      <div className="panel-head">
        <h2 id="api-tokens">{t('account.tokens')}</h2>
        <span className="muted">{t('account.tokensHint')}</span>
        <span role="status">{told}</span>
        <button type="button" className="button panel-link" onClick={() => setOpen({ kind: 'make' })} data-testid="make-token">
          {t('account.token.make')}
        </button>
      </div>
      {tokens.isError && <p className="empty">{t('common.failed', { reason: tokens.error.message })}</p>}
      {tokens.data?.length === 0 && <p className="empty">{t('account.token.none')}</p>}
      {tokens.data !== undefined && tokens.data.length > 0 && (
        <TokenTable tokens={tokens.data} onRevoke={(token) => setOpen({ kind: 'revoke', token })} />
      )}
      {open?.kind === 'make' && <TokenDialog onClose={close} onMade={readAgain} />}
      {open?.kind === 'revoke' && (
        <ConfirmDialog
          title={t('account.token.revokeTitle', { name: open.token.name })}
          meaning={t('account.token.revokeMeaning')}
          action={t('account.token.revoke')}
          act={() => revokeApiToken(open.token.id)}
          onClose={close}
          onDone={() => {
            setTold(t('account.token.told', { name: open.token.name }));
            close();
            readAgain();
          }}
        />
      )}
    </section>
  );
}

function TokenTable({
  tokens,
  onRevoke,
}: {
  readonly tokens: readonly ApiTokenView[];
  readonly onRevoke: (token: ApiTokenView) => void;
}): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const nameOf = usePersonName();
  const { stations } = usePlant();
  const { serverNowMs } = useLiveClient();
  const stationName = (id: string) => {
    const station = stations.find((candidate) => candidate.id === id);
    return station === undefined ? id : text(station.name);
  };
  const permissionName = (name: string) => t(`account.tokenPermission.${name}` as 'account.tokenPermission.plant.read');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
    <section className="table-scroll" tabIndex={0} aria-labelledby="api-tokens">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('account.token.name')}</th>
            <th scope="col">{t('account.token.permissions')}</th>
            <th scope="col">{t('account.token.stations')}</th>
            <th scope="col">{t('account.token.expires')}</th>
            <th scope="col">{t('account.token.used')}</th>
            <th scope="col">{t('people.column.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr
              key={token.id}
              data-testid="token-row"
              data-disabled={token.revokedAtMs !== null || token.expiresAtMs <= serverNowMs() || undefined}
            >
              <th scope="row">
                {token.name}
                <br />
                <span className="muted small">
                  {t('account.token.by', { who: nameOf(token.madeBy), time: formatRecent(token.madeAtMs, serverNowMs(), zone) })}
                </span>
              </th>
              <td>{token.permissions.map(permissionName).join('、')}</td>
              <td>{token.stationIds === null ? t('people.allStations') : token.stationIds.map(stationName).join('、')}</td>
              <td className="number">{formatDateTime(token.expiresAtMs, zone)}</td>
              <td className="number">
                {token.lastUsedAtMs === null
                  ? t('account.token.never')
                  : `${formatRecent(token.lastUsedAtMs, serverNowMs(), zone)} ${token.lastUsedFrom ?? ''}`}
              </td>
              <td>
                <TokenState token={token} isExpired={token.expiresAtMs <= serverNowMs()} onRevoke={() => onRevoke(token)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function TokenState({
  token,
  isExpired,
  onRevoke,
}: {
  readonly token: ApiTokenView;
  readonly isExpired: boolean;
  readonly onRevoke: () => void;
}): ReactNode {
  const { t } = useWords();
  const nameOf = usePersonName();
  if (token.revokedBy !== null) return <span className="tag">{t('account.token.revoked', { who: nameOf(token.revokedBy) })}</span>;
  if (isExpired) return <span className="tag">{t('account.token.expired')}</span>;
  return (
    <button type="button" className="button button-small button-quiet" onClick={onRevoke} data-testid="revoke-token">
      {t('account.token.revoke')}
      <span className="visually-hidden"> {token.name}</span>
    </button>
  );
}
