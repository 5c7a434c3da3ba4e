// The roster of one week as a grid: shifts down, days across, people inside, and in each field what is wrong with it.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { DutyPlanView, RosterConflictView, RosterEntryView, RosterFilled, RosterView } from '../../domain/api/duty-api.ts';
import { addDays, mondayOf } from '../../domain/time/calendar-date.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { formatDate } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';
import { CopyWeekDialog } from './copy-week-dialog.tsx';
import { fetchRoster } from './duty-requests.ts';
import { type EntryPlace, RosterEntryDialog } from './roster-entry-dialog.tsx';
import { RotationDialog } from './rotation-dialog.tsx';
import { useDutyNames, useDutyPlan } from './use-duty.ts';
import { AnswersFor } from './watch-panel.tsx';

type OpenDialog =
  | { readonly kind: 'none' | 'copy' | 'rotate' }
  | { readonly kind: 'add'; readonly place: EntryPlace }
  | { readonly kind: 'edit'; readonly entry: RosterEntryView };

export function RosterPanel({ week }: { readonly week: string | null }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const today = formatDate(useNow(60_000), zone);
  const mayManage = usePermission('duty.manage');
  const plan = useDutyPlan();
  const monday = mondayOf(week ?? today);
  const roster = useQuery({
    queryKey: ['duty', 'roster', monday],
    queryFn: ({ signal }) => fetchRoster(monday, signal),
    placeholderData: (before) => before,
  });
  const [dialog, setDialog] = useState<OpenDialog>({ kind: 'none' });
  const [filled, setFilled] = useState<RosterFilled | null>(null);
  const close = (): void => setDialog({ kind: 'none' });
  if (roster.data === undefined || plan === undefined)
    return <p className="empty">{roster.isError ? t('common.failed', { reason: roster.error.message }) : t('common.loading')}</p>;
  const count = roster.data.conflicts.length;
  return (
    <section className="panel" aria-label={t('duty.roster.title')} data-testid="roster">
      <div className="panel-head">
        <h2 className="number">{t('duty.roster.week', { from: monday, to: addDays(monday, 6) })}</h2>
        <WeekLink week={addDays(monday, -7)} label={t('duty.roster.previous')} />
        <WeekLink week={today} label={t('duty.roster.thisWeek')} />
        <WeekLink week={addDays(monday, 7)} label={t('duty.roster.next')} />
        <span className={count === 0 ? 'muted' : 'duty-gap'} data-testid="roster-conflicts">
          {count === 0 ? t('duty.roster.noConflicts') : t('duty.roster.conflicts', { count })}
        </span>
        {mayManage && (
          <span className="panel-link field-row">
            <button type="button" className="button" onClick={() => setDialog({ kind: 'copy' })} data-testid="roster-copy">
              {t('duty.roster.copy')}
            </button>
            {plan.rotations.length > 0 && (
              <button type="button" className="button" onClick={() => setDialog({ kind: 'rotate' })} data-testid="roster-rotate">
                {t('duty.roster.rotate')}
              </button>
            )}
          </span>
        )}
      </div>
      {filled !== null && (
        <p className="notice" role="status">
          {t('duty.roster.filled', { ...filled })}
        </p>
      )}
      <RosterGrid roster={roster.data} plan={plan} today={today} onOpen={mayManage ? setDialog : null} />
      {dialog.kind === 'add' && <RosterEntryDialog plan={plan} place={dialog.place} entry={null} onClose={close} />}
      {dialog.kind === 'edit' && <RosterEntryDialog plan={plan} place={dialog.entry} entry={dialog.entry} onClose={close} />}
      {dialog.kind === 'copy' && <CopyWeekDialog monday={monday} onFilled={setFilled} onClose={close} />}
      {dialog.kind === 'rotate' && (
        <RotationDialog plan={plan} monday={monday} entries={roster.data.entries} onFilled={setFilled} onClose={close} />
      )}
    </section>
  );
}

function WeekLink({ week, label }: { readonly week: string; readonly label: string }): ReactNode {
  return (
    <Link to="/duty" search={{ tab: 'roster', week }} className="button button-small">
      {label}
    </Link>
  );
}

interface GridProps {
  readonly roster: RosterView;
  readonly plan: DutyPlanView;
  readonly today: string;
  /** Null where the person may only look. */
  readonly onOpen: ((dialog: OpenDialog) => void) | null;
}

function RosterGrid({ roster, plan, today, onOpen }: GridProps): ReactNode {
  const { t, language } = useWords();
  const names = useDutyNames();
  const nowMs = useNow(60_000);
  const weekday = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', timeZone: 'UTC' });
  const dates = Array.from({ length: roster.days }, (_, day) => addDays(roster.from, day));
  return (
    <div className="roster-scroll">
      <table className="roster">
        <thead>
          <tr>
            <th scope="col">{t('duty.roster.shift')}</th>
            {dates.map((date) => (
              <th key={date} scope="col" aria-current={date === today ? 'date' : undefined}>
                {weekday.format(Date.parse(date))} <span className="number">{date.slice(5)}</span>
                {date === today && ' '}
                {date === today && <span className="tag">{t('duty.roster.today')}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {plan.shifts.map((shift) => (
            <tr key={shift.id}>
              <th scope="row">
                {names.shift(shift.id)}
                <div className="muted small number">
                  {shift.start}–{shift.end}
                </div>
              </th>
              {dates.map((date) => {
                const instance = roster.shifts.find((found) => found.date === date && found.shiftId === shift.id);
                const isNow = instance !== undefined && instance.startMs <= nowMs && nowMs < instance.endMs;
                return (
                  <RosterField
                    key={date}
                    place={{ date, shiftId: shift.id }}
                    entries={roster.entries.filter((entry) => entry.date === date && entry.shiftId === shift.id)}
                    conflicts={roster.conflicts.filter((conflict) => conflict.date === date && conflict.shiftId === shift.id)}
                    plan={plan}
                    isNow={isNow}
                    isPast={instance !== undefined && instance.endMs <= nowMs}
                    onOpen={onOpen}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface FieldProps {
  readonly place: EntryPlace;
  readonly entries: readonly RosterEntryView[];
  readonly conflicts: readonly RosterConflictView[];
  readonly plan: DutyPlanView;
  readonly isNow: boolean;
  readonly isPast: boolean;
  readonly onOpen: GridProps['onOpen'];
}

function RosterField({ place, entries, conflicts, plan, isNow, isPast, onOpen }: FieldProps): ReactNode {
  const { t } = useWords();
  const names = useDutyNames();
  const words = { date: place.date, shift: names.shift(place.shiftId) };
  const rank = (entry: RosterEntryView): number => plan.positions.findIndex((position) => position.id === entry.positionId);
  return (
    <td data-now={isNow || undefined} data-past={isPast || undefined} data-testid={`field-${place.date}-${place.shiftId}`}>
      <ul>
        {entries
          .toSorted((a, b) => rank(a) - rank(b))
          .map((entry) => (
            <li key={entry.id}>
              {onOpen === null ? (
                <span className="roster-person">
                  <EntryText entry={entry} />
                </span>
              ) : (
                <button type="button" className="roster-person" onClick={() => onOpen({ kind: 'edit', entry })}>
                  <EntryText entry={entry} />
                  <span className="visually-hidden">{t('duty.roster.edit', words)}</span>
                </button>
              )}
            </li>
          ))}
      </ul>
      {conflicts.length > 0 && (
        <ul className="roster-conflicts">
          {conflicts.map((conflict) => (
            <li key={JSON.stringify(conflict)} data-kind={conflict.kind}>
              ▲ <ConflictText conflict={conflict} />
            </li>
          ))}
        </ul>
      )}
      {onOpen !== null && (
        <button
          type="button"
          className="roster-add"
          aria-label={t('duty.roster.add', words)}
          onClick={() => onOpen({ kind: 'add', place })}
        >
          +
        </button>
      )}
    </td>
  );
}

function EntryText({ entry }: { readonly entry: RosterEntryView }): ReactNode {
  const names = useDutyNames();
  return (
    <>
      <span className="muted small">{names.position(entry.positionId)}</span> {names.person(entry.username)} <AnswersFor entry={entry} />
    </>
  );
}

function ConflictText({ conflict }: { readonly conflict: RosterConflictView }): ReactNode {
  const { t } = useWords();
  const names = useDutyNames();
  switch (conflict.kind) {
    case 'personTwice':
    case 'personUnavailable':
      return t(`duty.conflict.${conflict.kind}`, { who: names.person(conflict.username) });
    case 'tooLong':
      return t('duty.conflict.tooLong', { who: names.person(conflict.username), hours: conflict.hours });
    case 'positionShort':
      return t('duty.conflict.positionShort', { position: names.position(conflict.positionId), have: conflict.have, need: conflict.need });
    case 'stationsUncovered':
      return (
        <span title={conflict.stationIds.map(names.station).join('、')}>
          {t('duty.conflict.stationsUncovered', {
            stations: `${conflict.stationIds.slice(0, 2).join('、')}${conflict.stationIds.length > 2 ? ' …' : ''}`,
          })}
        </span>
      );
    case 'shiftUncovered':
    case 'emergencyTeamMissing':
    case 'unknownShift':
      return t(`duty.conflict.${conflict.kind}`);
  }
}
