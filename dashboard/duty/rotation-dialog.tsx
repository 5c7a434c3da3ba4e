// Fills the roster from a rotation: which teams, from when, for how many days.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { DutyPlanView, RosterEntryView, RosterFilled } from '../../domain/api/duty-api.ts';
import { addDays, calendarDateSchema } from '../../domain/time/calendar-date.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { fillByRotation } from './duty-requests.ts';
import { OnExisting } from './on-existing.tsx';
import { continueRotation, type RotationStart, type TeamMember } from './teams-of-roster.ts';
import { useDutyNames, usePeople } from './use-duty.ts';
import { useDutyAction } from './use-duty-action.ts';

const lengths = [7, 14, 28, 56] as const;

export function RotationDialog({
  plan,
  monday,
  entries,
  onFilled,
  onClose,
}: {
  readonly plan: DutyPlanView;
  readonly monday: string;
  readonly entries: readonly RosterEntryView[];
  readonly onFilled: (filled: RosterFilled) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { t, text } = useWords();
  const names = useDutyNames();
  const action = useDutyAction();
  const [rotationId, setRotationId] = useState(plan.rotations[0]?.id ?? '');
  const rotation = plan.rotations.find((candidate) => candidate.id === rotationId);
  const [from, setFrom] = useState(addDays(monday, 7));
  const startOf = (chosen: typeof rotation, date: string): RotationStart =>
    chosen === undefined ? { teams: [], firstDay: 0 } : continueRotation(entries, chosen, monday, date);
  const [start, setStart] = useState<RotationStart>(() => startOf(rotation, from));
  const { teams, firstDay } = start;
  const [days, setDays] = useState<number>(28);
  const [onExisting, setOnExisting] = useState<'keep' | 'replace'>('keep');
  if (rotation === undefined) return null;
  const shiftName = (shiftId: string | null): string => (shiftId === null ? t('duty.roster.off') : names.shift(shiftId));
  const onFirstDay = (team: number): string => {
    const length = rotation.cycle.length;
    return shiftName(rotation.cycle[(((firstDay - team * rotation.offset) % length) + length) % length] ?? null);
  };

  function submit(event: FormEvent): void {
    event.preventDefault();
    void action.run(
      () => fillByRotation({ rotationId, from, days, firstDay, teams, onExisting }),
      (filled) => {
        onFilled(filled);
        onClose();
      },
    );
  }

  return (
    <Dialog title={t('duty.roster.rotateTitle')} onClose={onClose} className="wide-dialog" testId="rotation-dialog">
      <form onSubmit={submit}>
        <div className="dialog-body">
          <div className="field-row">
            <label className="field">
              <span>{t('duty.roster.rotation')}</span>
              <select
                value={rotationId}
                onChange={(event) => {
                  const next = plan.rotations.find((candidate) => candidate.id === event.target.value);
                  setRotationId(event.target.value);
                  setStart(startOf(next, from));
                }}
              >
                {plan.rotations.map((candidate) => (
                  <option key={candidate.id} value={candidate.id}>
                    {text(candidate.name)}
                  </option>
                ))}
              </select>
            </label>
            <label className="field">
              <span>{t('duty.roster.startDate')}</span>
              <input
                required
                pattern="\d{4}-\d{2}-\d{2}"
                placeholder="2026-07-03"
                value={from}
                onChange={(event) => {
                  const date = event.target.value.trim();
                  setFrom(date);
                  if (calendarDateSchema.safeParse(date).success) setStart(startOf(rotation, date));
                }}
              />
            </label>
            <label className="field">
              <span>{t('duty.roster.days')}</span>
              <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
                {lengths.map((length) => (
                  <option key={length} value={length}>
                    {length}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <label className="field">
            <span>{t('duty.roster.firstDay')}</span>
            <select value={firstDay} onChange={(event) => setStart({ teams, firstDay: Number(event.target.value) })}>
              {rotation.cycle.map((shiftId, day) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a day of the cycle is its place in it
                <option key={day} value={day}>
                  {t('duty.roster.cycleDay', { day: day + 1, shift: shiftName(shiftId) })}
                </option>
              ))}
            </select>
          </label>
          <div className="teams">
            {teams.map((members, index) => (
              <Team
                // biome-ignore lint/suspicious/noArrayIndexKey: a team is its number
                key={index}
                title={`${t('duty.roster.team', { number: index + 1 })} · ${t('duty.roster.teamOn', { shift: onFirstDay(index) })}`}
                members={members}
                plan={plan}
                onChange={(changed) => setStart({ firstDay, teams: teams.map((before, place) => (place === index ? changed : before)) })}
              />
            ))}
          </div>
          <OnExisting value={onExisting} onChange={setOnExisting} />
          <ProblemNotice text={action.problem} testId="duty-problem" />
        </div>
        <DialogFoot onClose={onClose} isReady={!action.isWorking} submit={t('duty.roster.rotateTitle')} testId="rotation-submit" />
      </form>
    </Dialog>
  );
}

function Team({
  title,
  members,
  plan,
  onChange,
}: {
  readonly title: string;
  readonly members: readonly TeamMember[];
  readonly plan: DutyPlanView;
  readonly onChange: (members: readonly TeamMember[]) => void;
}): ReactNode {
  const { t, text } = useWords();
  const names = useDutyNames();
  const people = usePeople().filter((person) => !person.isDisabled);
  const unused = people.filter((person) => members.every((member) => member.username !== person.username));
  return (
    <fieldset className="scope">
      <legend>{title}</legend>
      {members.map((member, index) => (
        <div key={member.username} className="field-row">
          <span className="team-name">{names.person(member.username)}</span>
          <select
            className="input"
            aria-label={`${names.person(member.username)} ${t('duty.roster.position')}`}
            value={member.positionId}
            onChange={(event) =>
              onChange(members.map((before, place) => (place === index ? { ...before, positionId: event.target.value } : before)))
            }
          >
            {plan.positions.map((position) => (
              <option key={position.id} value={position.id}>
                {text(position.name)}
              </option>
            ))}
          </select>
          <button
            type="button"
            className="button button-small"
            aria-label={t('duty.roster.removeMember', { name: names.person(member.username) })}
            onClick={() => onChange(members.filter((_, place) => place !== index))}
          >
            ×
          </button>
        </div>
      ))}
      <select
        className="input"
        aria-label={`${title}: ${t('duty.roster.addMember')}`}
        value=""
        onChange={(event) =>
          onChange([...members, { username: event.target.value, positionId: plan.positions[0]?.id ?? '', stationIds: null, areaIds: null }])
        }
      >
        <option value="">{t('duty.roster.addMember')}</option>
        {unused.map((person) => (
          <option key={person.username} value={person.username}>
            {person.displayName}
          </option>
        ))}
      </select>
    </fieldset>
  );
}
