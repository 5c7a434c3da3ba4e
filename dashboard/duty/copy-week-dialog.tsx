// Copies the week on the screen to another one.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { RosterFilled } from '../../domain/api/duty-api.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { copyWeek } from './duty-requests.ts';
import { OnExisting } from './on-existing.tsx';
import { useDutyAction } from './use-duty-action.ts';

const weeksOffered = 12;

export function CopyWeekDialog({
  monday,
  onFilled,
  onClose,
}: {
  readonly monday: string;
  readonly onFilled: (filled: RosterFilled) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useWords();
  const action = useDutyAction();
  const [to, setTo] = useState(addDays(monday, 7));
  const [onExisting, setOnExisting] = useState<'keep' | 'replace'>('keep');
  const weeks = Array.from({ length: weeksOffered }, (_, week) => addDays(monday, 7 * (week + 1)));

  function submit(event: FormEvent): void {
    event.preventDefault();
    void action.run(
      () => copyWeek({ from: monday, to, onExisting }),
      (filled) => {
        onFilled(filled);
        onClose();
      },
    );
  }

  return (
    <Dialog title={t('duty.roster.copyTitle')} onClose={onClose} testId="copy-week-dialog">
      <form onSubmit={submit}>
        <div className="dialog-body">
          <p className="no-margin number">{t('duty.roster.week', { from: monday, to: addDays(monday, 6) })}</p>
          <label className="field">
            <span>{t('duty.roster.copyTo')}</span>
            <select data-autofocus="" value={to} onChange={(event) => setTo(event.target.value)}>
              {weeks.map((week) => (
                <option key={week} value={week}>
                  {t('duty.roster.week', { from: week, to: addDays(week, 6) })}
                </option>
              ))}
            </select>
          </label>
          <OnExisting value={onExisting} onChange={setOnExisting} />
          <ProblemNotice text={action.problem} testId="duty-problem" />
        </div>
        <DialogFoot onClose={onClose} isReady={!action.isWorking} submit={t('duty.roster.copyTitle')} />
      </form>
    </Dialog>
  );
}
