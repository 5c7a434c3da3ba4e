// Adds a person, or changes name, role and stations of one.
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { type Role, roles } from '../../domain/access/roles.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { PasswordField } from './password-dialog.tsx';
import { addPerson, changePerson, type DoneWhat } from './people-requests.ts';

export interface PersonDialogProps {
  /** Null: a new one. */
  readonly user: UserView | null;
  readonly onClose: () => void;
  readonly onDone: (what: DoneWhat, name: string) => void;
  readonly onReadAgain: () => void;
}

export function PersonDialog({ user, onClose, onDone, onReadAgain }: PersonDialogProps): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const isOwn = user?.username === session.username;
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [displayName, setDisplayName] = useState(user?.displayName ?? '');
  const [role, setRole] = useState<Role>(user?.role ?? 'operator');
  const [stationIds, setStationIds] = useState<readonly string[] | null>(user?.stationIds ?? null);
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [hasConflict, setHasConflict] = useState(false);
  // After a conflict the fields show how the person is now.
  useEffect(() => {
    if (!hasConflict || user === null) return;
    setDisplayName(user.displayName);
    setRole(user.role);
    setStationIds(user.stationIds);
  }, [hasConflict, user]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setIsWorking(true);
    setProblem(null);
    const fields = { displayName: displayName.trim(), role, stationIds };
    const answer =
      user === null
        ? await addPerson(username, password, fields)
        : await changePerson(user.username, fields, {
            displayName: user.displayName,
            role: user.role,
            stationIds: user.stationIds,
          });
    setIsWorking(false);
    if (answer.kind === 'ok') return onDone(user === null ? 'add' : 'change', fields.displayName);
    if (answer.kind === 'unreachable') return setProblem(t('people.problem.unreachable'));
    if (answer.kind === 'problem' && answer.status === 409) {
      setProblem(user === null ? t('people.problem.nameTaken', { username }) : t('people.problem.conflict'));
      if (user !== null) setHasConflict(true);
      return onReadAgain();
    }
    return setProblem(t('people.problem.refused', { reason: reasonOf(answer) }));
  }

  return (
    <Dialog
      title={user === null ? t('people.addTitle') : t('people.changeTitle', { name: user.displayName })}
      onClose={onClose}
      testId="person-dialog"
    >
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={problem} testId="person-problem" />
          {user === null && (
            <label className="field">
              <span>{t('people.username')}</span>
              <input
                value={username}
                required
                pattern="[a-z][a-z0-9._\-]{0,63}"
                autoComplete="off"
                spellCheck={false}
                data-autofocus=""
                onChange={(event) => setUsername(event.target.value)}
                data-testid="person-username"
              />
            </label>
          )}
          <label className="field">
            <span>{t('people.displayName')}</span>
            <input
              value={displayName}
              required
              maxLength={100}
              onChange={(event) => setDisplayName(event.target.value)}
              data-testid="person-name"
            />
          </label>
          {isOwn ? (
            <p className="no-margin muted">{t('people.ownRights')}</p>
          ) : (
            <>
              <label className="field">
                <span>{t('people.column.role')}</span>
                <select value={role} onChange={(event) => setRole(event.target.value as Role)} data-testid="person-role">
                  {roles.map((name) => (
                    <option key={name} value={name}>
                      {t(`role.${name}`)} — {t(`people.roleMeaning.${name}`)}
                    </option>
                  ))}
                </select>
              </label>
              <StationChoice chosen={stationIds} onChange={setStationIds} />
            </>
          )}
          {user === null && <PasswordField label={t('people.password')} value={password} onChange={setPassword} />}
          {user !== null && !isOwn && <p className="no-margin muted">{t('people.changeMeaning')}</p>}
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={!isWorking && stationIds?.length !== 0}
          submit={isWorking ? t('people.working') : t('people.save')}
          testId="save-person"
        />
      </form>
    </Dialog>
  );
}

export function StationChoice({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[] | null;
  readonly onChange: (stationIds: readonly string[] | null) => void;
}): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  return (
    <fieldset className="people-stations">
      <legend className="muted">{t('people.column.stations')}</legend>
      <label className="check">
        <input type="radio" name="stations" checked={chosen === null} onChange={() => onChange(null)} />
        {t('people.allStations')}
      </label>
      <label className="check">
        <input type="radio" name="stations" checked={chosen !== null} onChange={() => onChange([])} data-testid="some-stations" />
        {t('people.someStations')} {chosen !== null && <span className="muted">({t('people.chosen', { count: chosen.length })})</span>}
      </label>
      {chosen !== null && (
        <div className="people-station-list">
          {stations.map((station) => (
            <label className="check" key={station.id}>
              <input
                type="checkbox"
                checked={chosen.includes(station.id)}
                onChange={(event) => onChange(event.target.checked ? [...chosen, station.id] : chosen.filter((id) => id !== station.id))}
              />
              {text(station.name)} <span className="muted small">{station.id}</span>
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}
