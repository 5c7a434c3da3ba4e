// Setting one alarm aside and bringing it back: shelving, out of service, and the way back from both. What is allowed the server decides; these ask
// for what it will want.
import type { ReactNode } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { CodeField } from '../account/code-field.tsx';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { EndChoiceField, endOf, useEndChoice } from '../time/end-choice.tsx';
import { useDurationText } from '../values/duration-text.ts';
import { ActionDialog, type FormFields } from './action-dialog.tsx';

export interface SetAsideDialogProps {
  readonly alarm: AlarmView;
  readonly onClose: () => void;
}

const hourMs = 3_600_000;
const longestShelvingMs: Readonly<Record<AlarmView['priority'], number>> = {
  critical: hourMs,
  high: hourMs,
  medium: 8 * hourMs,
  low: 8 * hourMs,
};
const longestOutOfServiceMs = 7 * 24 * hourMs;
const shelveMinutes = [15, 30, 60, 120, 240, 480] as const;
const outOfServiceMinutes = [60, 240, 480, 1_440, 2_880, 10_080] as const;

function useEnd(minutes: number, longestMs: number) {
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const [choice, setChoice] = useEndChoice(minutes);
  return { choice, setChoice, untilMs: () => endOf(choice, serverNowMs(), zone, longestMs) };
}

export function ShelveDialog({ alarm, onClose }: SetAsideDialogProps): ReactNode {
  const { t } = useWords();
  const longestMs = longestShelvingMs[alarm.priority];
  const duration = useDurationText()(longestMs);
  const { choice, setChoice, untilMs } = useEnd(30, longestMs);
  const needsApprover = alarm.priority === 'critical' || alarm.priority === 'high';
  const bodyOf = (fields: FormFields) => {
    const endMs = untilMs();
    if (endMs === null) return null;
    return { reason: fields.text('reason'), untilMs: endMs, ...(needsApprover ? { approver: approverOf(fields) } : {}) };
  };
  return (
    <ActionDialog alarm={alarm} action="shelve" title={t('setAside.shelve')} bodyOf={bodyOf} onClose={onClose}>
      <p className="no-margin">{t('setAside.shelveMeaning', { duration })}</p>
      <label className="field">
        <span>{t('action.reason')}</span>
        <textarea name="reason" required maxLength={1_000} data-autofocus="" data-testid="shelve-reason" />
      </label>
      <EndChoiceField label={t('maintenance.endsAt')} minutes={shelveMinutes} longestMs={longestMs} choice={choice} onChange={setChoice} />
      {needsApprover && <ApproverFields hint={t('setAside.approverShelve')} />}
    </ActionDialog>
  );
}

export function OutOfServiceDialog({ alarm, onClose }: SetAsideDialogProps): ReactNode {
  const { t } = useWords();
  const duration = useDurationText()(longestOutOfServiceMs);
  const { choice, setChoice, untilMs } = useEnd(240, longestOutOfServiceMs);
  const bodyOf = (fields: FormFields) => {
    const endMs = untilMs();
    if (endMs === null) return null;
    return {
      permit: fields.text('permit'),
      compensatingMeasure: fields.text('measure'),
      untilMs: endMs,
      approver: approverOf(fields),
    };
  };
  return (
    <ActionDialog alarm={alarm} action="remove-from-service" title={t('setAside.removeFromService')} bodyOf={bodyOf} onClose={onClose}>
      {alarm.class === 'safety' && <p className="notice">{t('setAside.safety')}</p>}
      <p className="no-margin">{t('setAside.removeMeaning', { duration })}</p>
      <label className="field">
        <span>{t('action.permit')}</span>
        <input name="permit" required maxLength={100} data-autofocus="" data-testid="removal-permit" />
      </label>
      <label className="field">
        <span>{t('action.measure')}</span>
        <textarea name="measure" required maxLength={1_000} data-testid="removal-measure" />
      </label>
      <EndChoiceField
        label={t('maintenance.endsAt')}
        minutes={outOfServiceMinutes}
        longestMs={longestOutOfServiceMs}
        choice={choice}
        onChange={setChoice}
      />
      <ApproverFields hint={t('setAside.approverHint')} />
    </ActionDialog>
  );
}

/** Unshelving, or returning to service. */
export function BringBackDialog({ alarm, onClose }: SetAsideDialogProps): ReactNode {
  const { t } = useWords();
  const action = alarm.state === 'outOfService' ? 'return-to-service' : 'unshelve';
  const title = action === 'unshelve' ? t('setAside.unshelve') : t('setAside.returnToService');
  const bodyOf = (fields: FormFields) => {
    const comment = fields.text('comment');
    return comment === '' ? {} : { comment };
  };
  return (
    <ActionDialog alarm={alarm} action={action} title={title} bodyOf={bodyOf} onClose={onClose}>
      {alarm.isConditionTrue && <p className="notice">{t('setAside.returnHint')}</p>}
      <label className="field">
        <span>
          {t('setAside.comment')} ({t('setAside.optional')})
        </span>
        <textarea name="comment" maxLength={1_000} data-autofocus="" />
      </label>
    </ActionDialog>
  );
}

function ApproverFields({ hint }: { readonly hint: string }): ReactNode {
  const { t } = useWords();
  return (
    <fieldset className="approver">
      <legend>{t('setAside.approver')}</legend>
      <p className="muted small no-margin">{hint}</p>
      <div className="action-pair">
        <label className="field">
          <span>{t('action.approverName')}</span>
          <input name="approver" required autoComplete="off" data-testid="approver-name" />
        </label>
        <label className="field">
          <span>{t('action.approverPassword')}</span>
          {/* Not the password that the browser knows: that one is of the person who sits here. */}
          <input name="approverPassword" type="password" required autoComplete="new-password" data-testid="approver-password" />
        </label>
      </div>
      <CodeField name="approverCode" />
    </fieldset>
  );
}

function approverOf(fields: FormFields) {
  const code = fields.text('approverCode');
  return { username: fields.text('approver'), password: fields.password('approverPassword'), ...(code === '' ? {} : { code }) };
}
