// Who may sign in: the administrator's list, with what he can do to each. How people are reached is the duty page's.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { PersonView, SessionInfo, UserView } from '../../domain/api/users-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { ApiTokensPanel } from './api-tokens-panel.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { type DoneWhat, endSessions, fetchSessions, fetchUsers, resetSecondFactor, setAccess } from './people-requests.ts';
import { PersonDialog } from './person-dialog.tsx';
import { SessionsDialog } from './sessions-dialog.tsx';
import './people.css';

type OpenKind = 'change' | 'password' | 'disable' | 'end' | 'sessions' | 'factor';
type Open = { readonly kind: 'add' } | { readonly kind: OpenKind; readonly user: UserView };

export function PeopleScreen(): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const users = useQuery({ queryKey: ['users', 'all'], queryFn: ({ signal }) => fetchUsers(signal), refetchInterval: 30_000 });
  const sessions = useQuery({ queryKey: ['users', 'sessions'], queryFn: ({ signal }) => fetchSessions(signal), refetchInterval: 30_000 });
  const [open, setOpen] = useState<Open | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const close = (): void => setOpen(null);
  const done = (what: DoneWhat, name: string): void => {
    setOpen(null);
    setTold(what === 'factor' ? t('account.resetFactorDone', { name }) : t(`people.done.${what}`, { name }));
    void queries.invalidateQueries({ queryKey: ['users'] });
  };
  const readAgain = (): void => void queries.invalidateQueries({ queryKey: ['users'] });
  async function enable(user: UserView): Promise<void> {
    const answer = await setAccess(user.username, 'enable');
    if (answer.kind === 'ok') done('enable', user.displayName);
    else setTold(t('people.problem.refused', { reason: reasonOf(answer) }));
  }
  return (
    <div className="people-screen" data-testid="people-screen">
      <h1>{t('people.title')}</h1>
      <section className="panel" aria-label={t('people.title')}>
        <div className="panel-head">
          <span className="muted">{t('people.hint')}</span>
          <span role="status" data-testid="people-told">
            {told}
          </span>
          <button type="button" className="button panel-link" onClick={() => setOpen({ kind: 'add' })} data-testid="add-person">
            {t('people.add')}
          </button>
        </div>
        {users.isError && <p className="empty">{t('common.failed', { reason: users.error.message })}</p>}
        {users.isPending && <p className="empty">{t('common.loading')}</p>}
        {users.data !== undefined && (
          <PeopleTable
            users={users.data}
            sessions={sessions.data ?? []}
            onOpen={(kind, user) => setOpen({ kind, user })}
            onEnable={(user) => void enable(user)}
          />
        )}
      </section>
      {open?.kind === 'add' && <PersonDialog user={null} onClose={close} onDone={done} onReadAgain={readAgain} />}
      {open?.kind === 'change' && (
        <PersonDialog
          user={users.data?.find(({ username }) => username === open.user.username) ?? open.user}
          onClose={close}
          onDone={done}
          onReadAgain={readAgain}
        />
      )}
      {open?.kind === 'password' && <PasswordDialog user={open.user} onClose={close} onDone={done} />}
      {(open?.kind === 'disable' || open?.kind === 'end') && (
        <ConfirmDialog
          title={t(`people.${open.kind}Title`, { name: open.user.displayName })}
          meaning={t(`people.${open.kind}Meaning`)}
          action={open.kind === 'disable' ? t('people.disable') : t('people.endSessions')}
          act={() => (open.kind === 'disable' ? setAccess(open.user.username, 'disable') : endSessions(open.user.username))}
          onClose={close}
          onDone={() => done(open.kind === 'disable' ? 'disable' : 'end', open.user.displayName)}
        />
      )}
      {open?.kind === 'sessions' && (
        <SessionsDialog
          user={open.user}
          sessions={(sessions.data ?? []).filter(({ username }) => username === open.user.username)}
          onClose={close}
          onEnded={readAgain}
          onEndAll={() => setOpen({ kind: 'end', user: open.user })}
        />
      )}
      {open?.kind === 'factor' && (
        <ConfirmDialog
          title={t('account.resetFactorTitle', { name: open.user.displayName })}
          meaning={t('account.resetFactorMeaning')}
          action={t('account.resetFactor')}
          act={() => resetSecondFactor(open.user.username)}
          onClose={close}
          onDone={() => done('factor', open.user.displayName)}
        />
      )}
      <ApiTokensPanel />
    </div>
  );
}

function PeopleTable({
  users,
  sessions,
  onOpen,
  onEnable,
}: {
  readonly users: readonly PersonView[];
  readonly sessions: readonly SessionInfo[];
  readonly onOpen: (kind: OpenKind, user: UserView) => void;
  readonly onEnable: (user: UserView) => void;
}): ReactNode {
  const { t, text } = useWords();
  const { session, stations } = usePlant();
  const nameOf = (id: string): string => {
    const station = stations.find((candidate) => candidate.id === id);
    return station === undefined ? id : text(station.name);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
    <section className="table-scroll" tabIndex={0} aria-label={t('people.title')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('people.column.name')}</th>
            <th scope="col">{t('people.column.role')}</th>
            <th scope="col">{t('people.column.stations')}</th>
            <th scope="col">{t('people.column.sessions')}</th>
            <th scope="col">{t('people.column.state')}</th>
            <th scope="col">{t('people.column.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => {
            const isOwn = user.username === session.username;
            return (
              <tr key={user.username} data-testid={`person-${user.username}`} data-disabled={user.isDisabled || undefined}>
                <th scope="row">
                  {user.displayName} <span className="muted small">{user.username}</span>
                  {isOwn && ' '}
                  {isOwn && <span className="tag">{t('people.you')}</span>}
                </th>
                <td title={t(`people.roleMeaning.${user.role}`)}>{t(`role.${user.role}`)}</td>
                <td>{user.stationIds === null ? t('people.allStations') : user.stationIds.map(nameOf).join('、')}</td>
                <td className="number">
                  <Sessions sessions={sessions.filter(({ username }) => username === user.username)} />
                </td>
                <td>
                  {user.isDisabled ? <span className="tag">{t('people.disabled')}</span> : t('people.enabled')}
                  {user.hasSecondFactor && (
                    <>
                      {' '}
                      <span className="tag">{t('account.hasFactor')}</span>
                    </>
                  )}
                  {user.isOfDirectory && (
                    <>
                      {' '}
                      <span className="tag">{t('account.fromDirectory')}</span>
                    </>
                  )}
                </td>
                <td className="people-actions">
                  <ActionButton name={t('people.change')} who={user} onClick={() => onOpen('change', user)} />
                  {!user.isOfDirectory && (
                    <ActionButton name={t('people.resetPassword')} who={user} onClick={() => onOpen('password', user)} />
                  )}
                  {!isOwn && user.hasSecondFactor && (
                    <ActionButton name={t('account.resetFactor')} who={user} onClick={() => onOpen('factor', user)} />
                  )}
                  <ActionButton name={t('account.sessionsAction')} who={user} onClick={() => onOpen('sessions', user)} />
                  {!isOwn && !user.isDisabled && (
                    <ActionButton name={t('people.disable')} who={user} onClick={() => onOpen('disable', user)} />
                  )}
                  {user.isDisabled && <ActionButton name={t('people.enable')} who={user} onClick={() => onEnable(user)} />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function ActionButton({ name, who, onClick }: { readonly name: string; readonly who: UserView; readonly onClick: () => void }): ReactNode {
  return (
    <button type="button" className="button button-small button-quiet" onClick={onClick}>
      {name}
      <span className="visually-hidden"> {who.displayName}</span>
    </button>
  );
}

function Sessions({ sessions }: { readonly sessions: readonly SessionInfo[] }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  if (sessions.length === 0) return <span className="muted">{t('people.noSession')}</span>;
  const last = Math.max(...sessions.map(({ startedAtMs }) => startedAtMs));
  return <>{t('people.sessions', { count: sessions.length, time: formatRecent(last, serverNowMs(), zone) })}</>;
}
