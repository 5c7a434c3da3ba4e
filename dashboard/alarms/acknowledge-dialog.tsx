// Acknowledge one alarm or many. Among many each is listed as it was visible, with a tick of its own: the critical ones must be ticked by hand and
// want a comment. Afterwards each row says what became of it, and what was not done stays.
import { type FormEvent, type ReactNode, useState } from 'react';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { AlarmLine } from './alarm-line.tsx';
import { type Conflict, ConflictNotice, useConflictWords } from './conflict-notice.tsx';
import { type RowResult, useAcknowledge } from './use-acknowledge.ts';
import './alarms.css';

export interface AcknowledgeDialogProps {
  /** As the person saw them: their versions are what the server compares. */
  readonly alarms: readonly AlarmView[];
  readonly onClose: () => void;
}

interface Row {
  readonly alarm: AlarmView;
  readonly isEclipsed: boolean;
  readonly isTicked: boolean;
  readonly result: RowResult | null;
}

export function AcknowledgeDialog({ alarms, onClose }: AcknowledgeDialogProps): ReactNode {
  const { t } = useWords();
  const acknowledge = useAcknowledge();
  const { alarms: table } = useLiveClient();
  const [rows, setRows] = useState<readonly Row[]>(() => rowsOf(alarms, table.list.get()));
  const [isMany] = useState(rows.length > 1);
  const [comment, setComment] = useState('');
  const [isWorking, setIsWorking] = useState(false);
  const [hasSent, setHasSent] = useState(false);

  const owed = rows.filter((row) => needsAcknowledgement(row.alarm.state));
  const chosen = owed.filter((row) => row.isTicked);
  const needsComment = chosen.some(({ alarm }) => alarm.priority === 'critical');
  const isReady = chosen.length > 0 && (!needsComment || comment.trim() !== '') && !isWorking;

  async function send(): Promise<void> {
    setIsWorking(true);
    const results = await acknowledge(
      chosen.map((row) => row.alarm),
      comment.trim(),
      isMany,
    );
    setIsWorking(false);
    setHasSent(true);
    const after = rows.map((row): Row => {
      const result = results.get(row.alarm.alarmId);
      if (result === undefined) return row;
      if (result.kind === 'done') return { ...row, alarm: result.alarm, result };
      if (result.kind !== 'conflict') return { ...row, result };
      // What has changed under the hand is ticked anew where it is critical.
      const alarm = result.conflict.current;
      return { ...row, alarm, result, isTicked: !isMany || alarm.priority !== 'critical' };
    });
    if (after.every(({ result }) => result?.kind === 'done')) onClose();
    else setRows(after);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isReady) void send();
  }

  const tick = (alarmId: string, isTicked: boolean): void =>
    setRows(rows.map((row) => (row.alarm.alarmId === alarmId ? { ...row, isTicked } : row)));
  const done = rows.filter(({ result }) => result?.kind === 'done').length;
  const unlucky = rows.filter(({ result }) => result !== null && result.kind !== 'done');
  const failed = unlucky.filter(({ alarm }) => needsAcknowledgement(alarm.state)).length;
  const taken = unlucky.length - failed;
  return (
    <Dialog
      title={isMany && chosen.length > 0 ? t('acknowledgeDialog.titleMany', { count: chosen.length }) : t('acknowledgeDialog.title')}
      onClose={onClose}
      {...(isMany ? { className: 'dialog-wide' } : {})}
      testId="acknowledge-dialog"
    >
      <form onSubmit={submit}>
        <div className="dialog-body">
          {rows.length === 0 && <p className="no-margin">{t('acknowledgeDialog.nothing')}</p>}
          {!isMany && rows.map((row) => <OneRow key={row.alarm.alarmId} row={row} />)}
          {isMany && (
            <>
              <p className="no-margin" role="status">
                {hasSent ? t('acknowledgeDialog.partly', { done, taken, failed }) : t('acknowledgeDialog.listed', { count: rows.length })}{' '}
                {owed.some(({ alarm }) => alarm.priority === 'critical') && <b>{t('acknowledgeDialog.critical')}</b>}
              </p>
              <ul className="acknowledge-rows" data-testid="acknowledge-rows">
                {rows.map((row) => (
                  <ManyRow key={row.alarm.alarmId} row={row} onTick={(isTicked) => tick(row.alarm.alarmId, isTicked)} />
                ))}
              </ul>
            </>
          )}
          {owed.length > 0 && (
            <>
              <label className="field">
                <span>
                  {t('acknowledgeDialog.comment')}{' '}
                  {needsComment ? `· ${t('acknowledgeDialog.commentRequired')}` : `(${t('acknowledgeDialog.commentOptional')})`}
                </span>
                <textarea
                  data-autofocus=""
                  value={comment}
                  maxLength={1_000}
                  required={needsComment}
                  onChange={(event) => setComment(event.target.value)}
                  onKeyDown={(event) => {
                    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
                  }}
                  data-testid="acknowledge-comment"
                />
              </label>
              <p className="muted small no-margin">{t('acknowledgeDialog.meaning')}</p>
            </>
          )}
        </div>
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            {owed.length > 0 ? t('common.cancel') : t('common.close')}
          </button>
          {owed.length > 0 && (
            <button type="submit" className="button button-primary" disabled={!isReady} data-testid="acknowledge-submit">
              {isWorking ? t('acknowledgeDialog.working') : t('acknowledgeDialog.submit')}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

/** What waits among these, and the lesser alarms that are folded under them. Critical ones among many are left for the person to tick. */
function rowsOf(alarms: readonly AlarmView[], all: readonly AlarmView[]): Row[] {
  const shown = alarms.filter((alarm) => needsAcknowledgement(alarm.state));
  const ids = new Set(alarms.map((alarm) => alarm.alarmId));
  const eclipsed = all.filter(
    (alarm) =>
      alarm.eclipsedByAlarmId !== null && ids.has(alarm.eclipsedByAlarmId) && !ids.has(alarm.alarmId) && needsAcknowledgement(alarm.state),
  );
  const isMany = shown.length + eclipsed.length > 1;
  const rowOf = (alarm: AlarmView, isEclipsed: boolean): Row => {
    // One alarm that was asked for by itself is ticked by that; its eclipsed ones are not.
    const isAskedFor = shown.length === 1 && !isEclipsed;
    return { alarm, isEclipsed, isTicked: isAskedFor || !isMany || alarm.priority !== 'critical', result: null };
  };
  return shown.flatMap((alarm) => [
    rowOf(alarm, false),
    ...eclipsed.filter((lesser) => lesser.eclipsedByAlarmId === alarm.alarmId).map((lesser) => rowOf(lesser, true)),
  ]);
}

function OneRow({ row }: { readonly row: Row }): ReactNode {
  return (
    <>
      {row.result?.kind === 'conflict' && <ConflictNotice conflict={row.result.conflict} />}
      {row.result?.kind === 'problem' && <ProblemNotice text={row.result.text} />}
      <AlarmLine alarm={row.alarm} />
    </>
  );
}

function ManyRow({ row, onTick }: { readonly row: Row; readonly onTick: (isTicked: boolean) => void }): ReactNode {
  const { t } = useWords();
  const { alarm, isEclipsed, isTicked, result } = row;
  const isOwed = needsAcknowledgement(alarm.state);
  return (
    <li data-testid="acknowledge-row" data-alarm-id={alarm.alarmId} data-result={result?.kind} data-child={isEclipsed || undefined}>
      <label className="check">
        <input
          type="checkbox"
          checked={isTicked && isOwed}
          disabled={!isOwed}
          onChange={(event) => onTick(event.target.checked)}
          data-testid={`tick-${alarm.alarmId}`}
        />
        <AlarmLine alarm={alarm} />
        {isEclipsed && <span className="tag">{t('acknowledgeDialog.eclipsed')}</span>}
      </label>
      {result?.kind === 'done' && <span className="row-result">✓ {t('acknowledgeDialog.done')}</span>}
      {result?.kind === 'conflict' && <ConflictText conflict={result.conflict} />}
      {result?.kind === 'problem' && (
        <span className="row-result row-problem" role="alert">
          {result.text}
        </span>
      )}
    </li>
  );
}

function ConflictText({ conflict }: { readonly conflict: Conflict }): ReactNode {
  const { t } = useWords();
  const { who, what, time } = useConflictWords()(conflict);
  return (
    <span className="row-result" role="alert" data-testid="version-conflict">
      {t('conflict.row', { who: who ?? t('conflict.system'), time, what })}
    </span>
  );
}
