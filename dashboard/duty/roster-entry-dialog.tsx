// One place in the roster: who, in which position, for which stations. Added, changed, removed.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { DutyPlanView, RosterEntryView } from '../../domain/api/duty-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { addRosterEntry, changeRosterEntry, removeRosterEntry } from './duty-requests.ts';
import { useDutyNames, usePeople } from './use-duty.ts';
import { useDutyAction } from './use-duty-action.ts';

export interface EntryPlace {
  readonly date: string;
  readonly shiftId: string;
}

const scopes = ['all', 'byArea', 'byStation'] as const;
type Scope = (typeof scopes)[number];

export function RosterEntryDialog({
  plan,
  place,
  entry,
  onClose,
}: {
  readonly plan: DutyPlanView;
  readonly place: EntryPlace;
  /** Null for a new one. */
  readonly entry: RosterEntryView | null;
  readonly onClose: () => void;
}): ReactNode {
  const { t, text } = useWords();
  const { plant, stations } = usePlant();
  const names = useDutyNames();
  const people = usePeople().filter((person) => !person.isDisabled || person.username === entry?.username);
  const action = useDutyAction();
  const [username, setUsername] = useState(entry?.username ?? '');
  const [positionId, setPositionId] = useState(entry?.positionId ?? plan.positions.find((position) => position.duty === 'watch')?.id ?? '');
  const [shiftId, setShiftId] = useState(place.shiftId);
  const [scope, setScope] = useState<Scope>(entry?.areaIds ? 'byArea' : entry?.stationIds ? 'byStation' : 'all');
  const [areaIds, setAreaIds] = useState<ReadonlySet<string>>(new Set(entry?.areaIds ?? []));
  const [stationIds, setStationIds] = useState<ReadonlySet<string>>(new Set(entry?.stationIds ?? []));
  const isScopeComplete = scope === 'all' || (scope === 'byArea' ? areaIds.size > 0 : stationIds.size > 0);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body = {
      date: place.date,
      shiftId,
      username,
      positionId,
      areaIds: scope === 'byArea' ? [...areaIds] : null,
      stationIds: scope === 'byStation' ? [...stationIds] : null,
    };
    void action.run(
      () => (entry === null ? addRosterEntry(body) : changeRosterEntry(entry.id, { ...body, version: entry.version })),
      onClose,
    );
  }

  return (
    <Dialog title={entry === null ? t('duty.roster.addTitle') : t('duty.roster.editTitle')} onClose={onClose} testId="roster-entry-dialog">
      <form onSubmit={submit}>
        <div className="dialog-body">
          <p className="no-margin number">
            {place.date} {names.shift(place.shiftId)}
          </p>
          <label className="field">
            <span>{t('duty.roster.person')}</span>
            <select
              data-autofocus=""
              required
              value={username}
              onChange={(event) => setUsername(event.target.value)}
              data-testid="entry-person"
            >
              <option value="" />
              {people.map((person) => (
                <option key={person.username} value={person.username}>
                  {person.displayName}（{t(`role.${person.role}`)}）
                </option>
              ))}
            </select>
          </label>
          <div className="field-row">
            <label className="field">
              <span>{t('duty.roster.position')}</span>
              <select value={positionId} onChange={(event) => setPositionId(event.target.value)} data-testid="entry-position">
                {plan.positions.map((position) => (
                  <option key={position.id} value={position.id}>
                    {text(position.name)}
                  </option>
                ))}
              </select>
            </label>
            <label className="field">
              <span>{t('duty.roster.shift')}</span>
              <select value={shiftId} onChange={(event) => setShiftId(event.target.value)}>
                {plan.shifts.map((shift) => (
                  <option key={shift.id} value={shift.id}>
                    {text(shift.name)} {shift.start}–{shift.end}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <fieldset className="scope">
            <legend>{t('duty.roster.answersFor')}</legend>
            <div className="choices">
              {scopes.map((name) => (
                <button key={name} type="button" aria-pressed={scope === name} onClick={() => setScope(name)}>
                  {t(`duty.roster.${name}`)}
                </button>
              ))}
            </div>
            {scope === 'byArea' && <Ticks items={plant.areas} ticked={areaIds} onTick={setAreaIds} />}
            {scope === 'byStation' && <Ticks items={stations} ticked={stationIds} onTick={setStationIds} showsId />}
          </fieldset>
          <ProblemNotice text={action.problem} testId="duty-problem" />
        </div>
        <div className="dialog-foot">
          {entry !== null && (
            <button
              type="button"
              className="button button-quiet dialog-foot-left"
              disabled={action.isWorking}
              onClick={() => void action.run(() => removeRosterEntry(entry.id, entry.version), onClose)}
              data-testid="entry-remove"
            >
              {t('duty.roster.remove')}
            </button>
          )}
          <button type="button" className="button" onClick={onClose}>
            {t('common.cancel')}
          </button>
          <button
            type="submit"
            className="button button-primary"
            disabled={username === '' || !isScopeComplete || action.isWorking}
            data-testid="entry-save"
          >
            {t('duty.roster.save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Ticks({
  items,
  ticked,
  onTick,
  showsId = false,
}: {
  readonly items: readonly { readonly id: string; readonly name: { readonly zh: string; readonly en: string } }[];
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (ticked: ReadonlySet<string>) => void;
  readonly showsId?: boolean;
}): ReactNode {
  const { text } = useWords();
  return (
    <div className="ticks">
      {items.map((item) => (
        <label key={item.id} className="check">
          <input
            type="checkbox"
            checked={ticked.has(item.id)}
            onChange={(event) => {
              const next = new Set(ticked);
              if (event.target.checked) next.add(item.id);
              else next.delete(item.id);
              onTick(next);
            }}
          />
          {showsId && <span className="muted">{item.id}</span>} {text(item.name)}
        </label>
      ))}
    </div>
  );
}
