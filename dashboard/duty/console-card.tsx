// One console: who has its watch, since when, whether he answered the last check; and what the person at this page may do about it.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { DutyNow, WatchView } from '../../domain/api/watch-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { leaveWatch, takeWatch } from './duty-requests.ts';
import { HandoverDialog } from './handover-dialog.tsx';
import { useDutyNames } from './use-duty.ts';
import { useDutyAction } from './use-duty-action.ts';

type OpenDialog = 'none' | 'handover' | 'take' | 'leave';
/** Handing over takes a while: before this nobody is reminded. */
const graceMs = 15 * 60_000;

export function ConsoleCard({
  console: place,
  shifts,
}: {
  readonly console: DutyNow['consoles'][number];
  readonly shifts: DutyNow['shifts'];
}): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const mayWatch = usePermission('duty.watch');
  const names = useDutyNames();
  const action = useDutyAction();
  const [dialog, setDialog] = useState<OpenDialog>('none');
  const { consoleId, watch } = place;
  const name = names.console(consoleId);
  const isMine = watch?.username === session.username;
  const close = (): void => setDialog('none');
  return (
    <li className="console" data-testid={`console-${consoleId}`} data-free={watch === null || undefined}>
      <h3>{name}</h3>
      <div className="console-who">
        {watch === null ? <FreeText emptySinceMs={place.emptySinceMs} /> : <WatchText watch={watch} shifts={shifts} />}
      </div>
      {mayWatch && (
        <div className="console-actions">
          {watch === null && (
            <button
              type="button"
              className="button button-primary"
              disabled={action.isWorking}
              onClick={() => void action.run(() => takeWatch({ consoleId }))}
              data-testid="take-watch"
            >
              {t('duty.take')}
            </button>
          )}
          {isMine && (
            <>
              <button type="button" className="button button-primary" onClick={() => setDialog('handover')} data-testid="hand-over">
                {t('duty.handOver')}
              </button>
              <button type="button" className="button button-quiet" onClick={() => setDialog('leave')} data-testid="leave-watch">
                {t('duty.leave')}
              </button>
            </>
          )}
          {watch !== null && !isMine && (
            <button type="button" className="button button-quiet" onClick={() => setDialog('take')} data-testid="take-without-handover">
              {t('duty.takeFrom')}
            </button>
          )}
        </div>
      )}
      <ProblemNotice text={action.problem} testId="duty-problem" />
      {dialog === 'handover' && watch !== null && <HandoverDialog watch={watch} consoleName={name} onClose={close} />}
      {dialog === 'take' && watch !== null && (
        <ReasonDialog
          title={t('duty.takeDialog.title', { console: name })}
          explain={t('duty.takeDialog.explain', { who: watch.displayName })}
          reason={t('duty.takeDialog.reason')}
          submit={t('duty.takeDialog.submit')}
          onSubmit={(reason) => takeWatch({ consoleId, withoutHandover: { reason } })}
          onClose={close}
        />
      )}
      {dialog === 'leave' && watch !== null && (
        <ReasonDialog
          title={t('duty.leaveDialog.title', { console: name })}
          explain={t('duty.leaveDialog.explain')}
          reason={t('duty.leaveDialog.reason')}
          submit={t('duty.leaveDialog.submit')}
          onSubmit={(reason) => leaveWatch(watch.id, reason)}
          onClose={close}
        />
      )}
    </li>
  );
}

function FreeText({ emptySinceMs }: { readonly emptySinceMs: number | null }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(30_000);
  if (emptySinceMs === null) return <span className="muted">{t('duty.neverTaken')}</span>;
  return <b className="duty-gap">{t('duty.freeSince', { time: formatRecent(emptySinceMs, nowMs, zone) })}</b>;
}

function WatchText({ watch, shifts }: { readonly watch: WatchView; readonly shifts: DutyNow['shifts'] }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(10_000);
  const durationText = useDurationText();
  const check = watch.lastCheck;
  // The watch began in a shift that is over when every shift of now began after it.
  const shiftStartMs = shifts.length === 0 ? null : Math.min(...shifts.map((shift) => shift.startMs));
  const overMs = shiftStartMs !== null && watch.startedAtMs < shiftStartMs ? nowMs - shiftStartMs : 0;
  return (
    <>
      <b className="console-name">{watch.displayName}</b>{' '}
      <span className="muted number">{t('duty.since', { time: formatRecent(watch.startedAtMs, nowMs, zone) })}</span>{' '}
      {!watch.isSignedIn && <span className="tag">{t('duty.notSignedIn')}</span>}
      {overMs > graceMs && <div className="duty-gap">{t('duty.shiftOver', { duration: durationText(overMs) })}</div>}
      {watch.withoutHandoverReason !== null && (
        <div className="small muted">{t('duty.withoutHandover', { reason: watch.withoutHandoverReason })}</div>
      )}
      <div className="small muted">
        {t('duty.lastCheck')}{' '}
        {check === null || check.askedAtMs < watch.startedAtMs ? (
          t('duty.checkNone')
        ) : (
          <>
            <span className="number">{formatRecent(check.askedAtMs, nowMs, zone)}</span> {t(`duty.check.${check.outcome}`)}
          </>
        )}
      </div>
    </>
  );
}

function ReasonDialog(props: {
  readonly title: string;
  readonly explain: string;
  readonly reason: string;
  readonly submit: string;
  readonly onSubmit: (reason: string) => ReturnType<typeof takeWatch> | ReturnType<typeof leaveWatch>;
  readonly onClose: () => void;
}): ReactNode {
  const action = useDutyAction();
  const [reason, setReason] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    void action.run<unknown>(() => props.onSubmit(reason.trim()), props.onClose);
  }

  return (
    <Dialog title={props.title} onClose={props.onClose} testId="reason-dialog">
      <form onSubmit={submit}>
        <div className="dialog-body">
          <p className="no-margin">{props.explain}</p>
          <label className="field">
            <span>{props.reason}</span>
            <textarea data-autofocus="" required maxLength={2_000} value={reason} onChange={(event) => setReason(event.target.value)} />
          </label>
          <ProblemNotice text={action.problem} testId="duty-problem" />
        </div>
        <DialogFoot onClose={props.onClose} isReady={reason.trim() !== '' && !action.isWorking} submit={props.submit} />
      </form>
    </Dialog>
  );
}
