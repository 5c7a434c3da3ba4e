// Sessions of one person: since when, from where, how, until when; each but the one that looks can be ended.
import type { ReactNode } from 'react';
import type { OwnSession } from '../../domain/api/account-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';

export function SessionTable({
  sessions,
  label,
  onEnd,
}: {
  readonly sessions: readonly OwnSession[];
  readonly label: string;
  readonly onEnd: (id: string) => void;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const time = (atMs: number) => formatRecent(atMs, serverNowMs(), zone);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
    <section className="table-scroll" tabIndex={0} aria-label={label}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('account.session.started')}</th>
            <th scope="col">{t('account.session.from')}</th>
            <th scope="col">{t('account.session.method')}</th>
            <th scope="col">{t('account.session.until')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('people.column.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <tr key={session.id} data-testid="session-row">
              <td className="number">{time(session.startedAtMs)}</td>
              <td className="number">{session.from ?? ''}</td>
              <td>{t(`account.method.${session.method}`)}</td>
              <td className="number">{time(session.expiresAtMs)}</td>
              <td>
                {session.isOwn ? (
                  <span className="tag">{t('account.session.here')}</span>
                ) : (
                  <button
                    type="button"
                    className="button button-small button-quiet"
                    onClick={() => onEnd(session.id)}
                    data-testid="end-session"
                  >
                    {t('account.session.end')}
                    <span className="visually-hidden"> {time(session.startedAtMs)}</span>
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
