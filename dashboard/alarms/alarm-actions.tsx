// What this person may do with this alarm now. Each action carries the version on the screen; a conflict is told, never overwritten.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Permission } from '../../domain/access/roles.ts';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView, VersionConflict } from '../../domain/api/alarm-api.ts';
import type { AlarmAction } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant } from '../session/plant-context.tsx';
import { ConflictNotice } from './conflict-notice.tsx';
import { useAlarmAction } from './use-alarm-action.ts';

const permissionOf: Readonly<Record<AlarmAction, Permission>> = {
  acknowledge: 'alarms.acknowledge',
  reset: 'alarms.reset',
  comment: 'alarms.comment',
  shelve: 'alarms.shelve',
  unshelve: 'alarms.shelve',
  'remove-from-service': 'alarms.removeFromService',
  'return-to-service': 'alarms.removeFromService',
};

const maximumMinutes: Readonly<Record<AlarmView['priority'], number>> = { critical: 60, high: 60, medium: 480, low: 480 };
const shelveMinutes = [15, 30, 60, 120, 240, 480] as const;
const outOfServiceMinutes = [60, 240, 480, 1_440] as const;

/** Actions that make sense in this state, whoever asks. */
export function possibleActions(alarm: AlarmView): AlarmAction[] {
  const actions: AlarmAction[] = [];
  if (needsAcknowledgement(alarm.state)) actions.push('acknowledge');
  if (alarm.state === 'latchedUnacknowledged' || alarm.state === 'latchedAcknowledged') actions.push('reset');
  actions.push('comment');
  if (alarm.state === 'shelved') actions.push('unshelve');
  else if (alarm.state !== 'outOfService' && alarm.class !== 'safety') actions.push('shelve');
  if (alarm.state === 'outOfService') actions.push('return-to-service');
  else actions.push('remove-from-service');
  return actions;
}

export function AlarmActions({ alarm, onAcknowledge }: { readonly alarm: AlarmView; readonly onAcknowledge: () => void }): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const act = useAlarmAction();
  const [open, setOpen] = useState<AlarmAction | null>(null);
  const [message, setMessage] = useState<{ readonly kind: 'done' | 'problem'; readonly text: string } | null>(null);
  const [conflict, setConflict] = useState<VersionConflict | null>(null);
  const [isWorking, setIsWorking] = useState(false);
  const actions = possibleActions(alarm).filter((action) => session.permissions.includes(permissionOf[action]));

  async function run(action: AlarmAction, body: Readonly<Record<string, unknown>>): Promise<void> {
    setIsWorking(true);
    setConflict(null);
    setMessage(null);
    const result = await act(alarm, action, body);
    setIsWorking(false);
    switch (result.kind) {
      case 'done':
        setOpen(null);
        setMessage({ kind: 'done', text: `${t(`action.${action}`)}: ${t('action.done')}` });
        return;
      case 'conflict':
        setConflict(result.conflict);
        return;
      case 'refused':
        setMessage({ kind: 'problem', text: t('action.refused', { reason: result.reason }) });
        return;
      case 'unreachable':
        setMessage({ kind: 'problem', text: t('action.unreachable') });
    }
  }

  function choose(action: AlarmAction): void {
    setMessage(null);
    setConflict(null);
    if (action === 'acknowledge') onAcknowledge();
    else if (action === 'reset' || action === 'unshelve' || action === 'return-to-service') void run(action, {});
    else setOpen(open === action ? null : action);
  }

  return (
    <>
      <div className="detail-actions">
        {actions.map((action) => (
          <button
            key={action}
            type="button"
            className={action === 'acknowledge' ? 'button button-primary' : 'button'}
            aria-expanded={action === 'comment' || action === 'shelve' || action === 'remove-from-service' ? open === action : undefined}
            disabled={isWorking}
            onClick={() => choose(action)}
            data-testid={`action-${action}`}
          >
            {t(`action.${action}`)}
          </button>
        ))}
        {alarm.class === 'safety' && session.permissions.includes('alarms.shelve') && (
          <span className="muted small">{t('action.safetyNotShelvable')}</span>
        )}
      </div>
      {conflict !== null && <ConflictNotice conflict={conflict} />}
      {message !== null && (
        <p
          className={message.kind === 'problem' ? 'notice notice-problem' : 'notice'}
          role={message.kind === 'problem' ? 'alert' : 'status'}
        >
          {message.text}
        </p>
      )}
      {open !== null && (
        <ActionForm key={open} action={open} alarm={alarm} isWorking={isWorking} onSubmit={(body) => void run(open, body)} />
      )}
    </>
  );
}

interface ActionFormProps {
  readonly action: AlarmAction;
  readonly alarm: AlarmView;
  readonly isWorking: boolean;
  readonly onSubmit: (body: Readonly<Record<string, unknown>>) => void;
}

function ActionForm({ action, alarm, isWorking, onSubmit }: ActionFormProps): ReactNode {
  const { t } = useWords();
  const { serverNowMs } = useLiveClient();
  const isShelve = action === 'shelve';
  const isRemoval = action === 'remove-from-service';
  const needsApprover = isRemoval || (isShelve && (alarm.priority === 'high' || alarm.priority === 'critical'));
  const choices = isRemoval ? outOfServiceMinutes : shelveMinutes.filter((minutes) => minutes <= maximumMinutes[alarm.priority]);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const field = (name: string): string => String(data.get(name) ?? '').trim();
    const untilMs = serverNowMs() + Number(field('minutes')) * 60_000;
    const approver = needsApprover
      ? { approver: { username: field('approver'), password: String(data.get('approverPassword') ?? '') } }
      : {};
    if (isShelve) onSubmit({ reason: field('reason'), untilMs, ...approver });
    else if (isRemoval) onSubmit({ permit: field('permit'), compensatingMeasure: field('measure'), untilMs, ...approver });
    else onSubmit({ comment: field('comment') });
  }

  return (
    <form className="action-form" onSubmit={submit} data-testid={`form-${action}`}>
      {action === 'comment' && (
        <label className="field">
          <span>{t('action.comment')}</span>
          <textarea name="comment" required maxLength={1_000} />
        </label>
      )}
      {isShelve && (
        <label className="field">
          <span>{t('action.reason')}</span>
          <textarea name="reason" required maxLength={1_000} />
        </label>
      )}
      {isRemoval && (
        <>
          <label className="field">
            <span>{t('action.permit')}</span>
            <input name="permit" required maxLength={100} />
          </label>
          <label className="field">
            <span>{t('action.measure')}</span>
            <textarea name="measure" required maxLength={1_000} />
          </label>
        </>
      )}
      {(isShelve || isRemoval) && (
        <label className="field">
          <span>{t('action.until')}</span>
          <select name="minutes" defaultValue={choices[0]}>
            {choices.map((minutes) => (
              <option key={minutes} value={minutes}>
                {minutes < 60 ? t('action.minutes', { count: minutes }) : t('action.hours', { count: minutes / 60 })}
              </option>
            ))}
          </select>
        </label>
      )}
      {needsApprover && (
        <>
          {isShelve && <p className="muted small no-margin">{t('action.approverHint')}</p>}
          <div className="action-pair">
            <label className="field">
              <span>{t('action.approverName')}</span>
              <input name="approver" required autoComplete="off" />
            </label>
            <label className="field">
              <span>{t('action.approverPassword')}</span>
              <input name="approverPassword" type="password" required autoComplete="off" />
            </label>
          </div>
        </>
      )}
      <button type="submit" className="button button-primary" disabled={isWorking}>
        {t(`action.${action}`)}
      </button>
    </form>
  );
}
