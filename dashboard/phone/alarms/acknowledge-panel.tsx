// Acknowledging with a thumb: ready-made words for gloves, a field for more, and a button that asks. Works without network; the queue does the rest.
import { type ReactNode, useId, useState } from 'react';
import { needsAcknowledgement } from '../../../domain/alarms/alarm-state.ts';
import type { AlarmView } from '../../../domain/api/alarm-api.ts';
import { useWords } from '../../language/language.ts';
import { usePermission } from '../../session/plant-context.tsx';
import { ConfirmButton } from '../confirm-button.tsx';
import { useDo } from '../queue/queue-context.tsx';
import { useIsAcknowledgementWaiting } from './phone-alarm-row.tsx';

const quickWords = ['going', 'checking', 'called'] as const;

export function AcknowledgePanel({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const act = useDo();
  const mayAcknowledge = usePermission('alarms.acknowledge');
  const isWaiting = useIsAcknowledgementWaiting(alarm.id);
  const [comment, setComment] = useState('');
  const [hasFailed, setHasFailed] = useState(false);
  const fieldId = useId();
  const needsComment = alarm.priority === 'critical';

  if (isWaiting) {
    return (
      <p className="phone-notice phone-unsent" role="status" data-testid="acknowledgement-waiting">
        {t('phone.alarms.waitingAcknowledgement')} · {t('phone.queue.kept')}
      </p>
    );
  }
  if (!needsAcknowledgement(alarm.state)) return null;
  if (!mayAcknowledge) return <p className="phone-notice">{t('phone.alarm.notAllowed')}</p>;

  async function acknowledge(): Promise<void> {
    const text = comment.trim();
    try {
      await act(alarm.stationId, {
        kind: 'acknowledge',
        occurrenceId: alarm.id,
        version: alarm.version,
        comment: text === '' ? null : text,
        message: alarm.message,
      });
      setHasFailed(false);
    } catch {
      setHasFailed(true);
    }
  }

  return (
    <div className="phone-panel">
      {hasFailed && (
        <p className="phone-notice phone-notice-problem" role="alert">
          {t('phone.queue.keepFailed')}
        </p>
      )}
      <label htmlFor={fieldId}>{needsComment ? t('phone.alarm.commentNeeded') : t('phone.alarm.commentOptional')}</label>
      <div className="quick-words">
        {quickWords.map((name) => (
          <button key={name} type="button" className="phone-button" onClick={() => setComment(t(`phone.alarm.quick.${name}`))}>
            {t(`phone.alarm.quick.${name}`)}
          </button>
        ))}
      </div>
      <textarea
        id={fieldId}
        value={comment}
        maxLength={1_000}
        rows={2}
        onChange={(event) => setComment(event.target.value)}
        data-testid="acknowledge-comment"
      />
      <ConfirmButton
        className="big-button big-button-next"
        name={t('phone.alarm.acknowledge')}
        label={t('phone.alarm.acknowledge')}
        isDisabled={needsComment && comment.trim() === ''}
        onConfirm={() => void acknowledge()}
        testId="acknowledge"
      />
      <p className="phone-hint">
        {t('phone.confirm.hint')} · {t('phone.alarm.meaning')}
      </p>
    </div>
  );
}
