// Acknowledge one alarm or many. A critical one needs a comment; among many, each critical one must be ticked by itself.
import { type FormEvent, type ReactNode, useState } from 'react';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView, VersionConflict } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { AlarmLine } from './alarm-line.tsx';
import { ConflictNotice } from './conflict-notice.tsx';
import { useAlarmAction } from './use-alarm-action.ts';
import './alarms.css';

export interface AcknowledgeDialogProps {
  /** As the person saw them: their versions are what the server compares. */
  readonly alarms: readonly AlarmView[];
  readonly onClose: () => void;
}

export function AcknowledgeDialog({ alarms, onClose }: AcknowledgeDialogProps): ReactNode {
  const { t } = useWords();
  const act = useAlarmAction();
  const { alarms: table } = useLiveClient();
  const [seen, setSeen] = useState(() => alarms.filter((alarm) => needsAcknowledgement(alarm.state)));
  const [eclipsed] = useState(() => {
    const points = new Set(alarms.map((alarm) => alarm.pointId));
    const ids = new Set(alarms.map((alarm) => alarm.alarmId));
    return table.list
      .get()
      .filter(
        (alarm) =>
          alarm.isEclipsed &&
          needsAcknowledgement(alarm.state) &&
          alarm.pointId !== null &&
          points.has(alarm.pointId) &&
          !ids.has(alarm.alarmId),
      );
  });
  const [withEclipsed, setWithEclipsed] = useState(true);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [comment, setComment] = useState('');
  const [isWorking, setIsWorking] = useState(false);
  const [conflict, setConflict] = useState<VersionConflict | null>(null);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [isMany] = useState(seen.length > 1);

  const criticals = seen.filter((alarm) => alarm.priority === 'critical');
  const others = seen.filter((alarm) => alarm.priority !== 'critical');
  const chosen = isMany ? [...criticals.filter((alarm) => ticked.has(alarm.alarmId)), ...others] : seen;
  const needsComment = [...chosen, ...(withEclipsed ? eclipsed : [])].some((alarm) => alarm.priority === 'critical');
  const isReady = chosen.length > 0 && (!needsComment || comment.trim() !== '') && !isWorking;

  async function acknowledge(): Promise<void> {
    setIsWorking(true);
    setConflict(null);
    setProblems([]);
    const failed: string[] = [];
    const left: AlarmView[] = [];
    let lastConflict: VersionConflict | null = null;
    const text = comment.trim();
    for (const alarm of [...chosen, ...(withEclipsed ? eclipsed : [])]) {
      const result = await act(alarm, 'acknowledge', text === '' ? {} : { comment: text });
      if (result.kind === 'done') continue;
      if (result.kind === 'conflict') {
        lastConflict = result.conflict;
        // Acknowledged by somebody else is acknowledged: among many that is no failure, but it is told.
        if (!needsAcknowledgement(result.conflict.current.state) && isMany) continue;
        left.push(result.conflict.current);
        continue;
      }
      left.push(alarm);
      failed.push(result.kind === 'unreachable' ? t('action.unreachable') : t('action.refused', { reason: result.reason }));
    }
    setIsWorking(false);
    if (left.length === 0 && lastConflict === null) {
      onClose();
      return;
    }
    setConflict(lastConflict);
    setProblems([...new Set(failed)]);
    setSeen(left);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isReady) void acknowledge();
  }

  const stillOwed = seen.some((alarm) => needsAcknowledgement(alarm.state));
  return (
    <Dialog
      title={isMany ? t('acknowledgeDialog.titleMany', { count: chosen.length }) : t('acknowledgeDialog.title')}
      onClose={onClose}
      testId="acknowledge-dialog"
    >
      <form onSubmit={submit}>
        <div className="dialog-body">
          {conflict !== null && <ConflictNotice conflict={conflict} />}
          {problems.map((problem) => (
            <p key={problem} className="notice notice-problem" role="alert">
              {problem}
            </p>
          ))}
          {!isMany && seen.map((alarm) => <AlarmLine key={alarm.alarmId} alarm={alarm} />)}
          {isMany && criticals.length > 0 && (
            <fieldset className="critical-ticks">
              <legend>{t('acknowledgeDialog.critical')}</legend>
              {criticals.map((alarm) => (
                <label key={alarm.alarmId} className="check">
                  <input
                    type="checkbox"
                    checked={ticked.has(alarm.alarmId)}
                    onChange={(event) => {
                      const next = new Set(ticked);
                      if (event.target.checked) next.add(alarm.alarmId);
                      else next.delete(alarm.alarmId);
                      setTicked(next);
                    }}
                  />
                  <AlarmLine alarm={alarm} />
                </label>
              ))}
            </fieldset>
          )}
          {isMany && others.length > 0 && <p className="no-margin">{t('acknowledgeDialog.others', { count: others.length })}</p>}
          {seen.length === 0 && conflict === null && <p className="no-margin">{t('acknowledgeDialog.nothing')}</p>}
          {eclipsed.length > 0 && (
            <label className="check">
              <input type="checkbox" checked={withEclipsed} onChange={(event) => setWithEclipsed(event.target.checked)} />
              {t('acknowledgeDialog.withEclipsed', { count: eclipsed.length })}
            </label>
          )}
          {stillOwed && (
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
            {stillOwed ? t('common.cancel') : t('common.close')}
          </button>
          {stillOwed && (
            <button type="submit" className="button button-primary" disabled={!isReady} data-testid="acknowledge-submit">
              {isWorking ? t('acknowledgeDialog.working') : t('acknowledgeDialog.submit')}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
