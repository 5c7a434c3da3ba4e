// What this person may do with this alarm now. Each action carries the version on the screen; a conflict is told, never overwritten.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Permission } from '../../domain/access/roles.ts';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView, VersionConflict } from '../../domain/api/alarm-api.ts';
import type { AlarmAction } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { ConflictNotice } from './conflict-notice.tsx';
import { BringBackDialog, OutOfServiceDialog, ShelveDialog } from './set-aside-dialogs.tsx';
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

/** Actions that make sense in this state, whoever asks. */
function possibleActions(alarm: AlarmView): AlarmAction[] {
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

export function useActions(): (alarm: AlarmView) => readonly AlarmAction[] {
  const { session } = usePlant();
  return (alarm) => possibleActions(alarm).filter((action) => session.permissions.includes(permissionOf[action]));
}

/** The dialogue that setting aside or bringing back opens. */
export function SetAsideDialog({
  alarm,
  action,
  onClose,
}: {
  readonly alarm: AlarmView;
  readonly action: AlarmAction;
  readonly onClose: () => void;
}): ReactNode {
  switch (action) {
    case 'shelve':
      return <ShelveDialog alarm={alarm} onClose={onClose} />;
    case 'remove-from-service':
      return <OutOfServiceDialog alarm={alarm} onClose={onClose} />;
    case 'unshelve':
    case 'return-to-service':
      return <BringBackDialog alarm={alarm} onClose={onClose} />;
    default:
      return null;
  }
}

export function AlarmActions({ alarm, onAcknowledge }: { readonly alarm: AlarmView; readonly onAcknowledge: () => void }): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const act = useAlarmAction();
  const actions = useActions()(alarm);
  const [isCommenting, setIsCommenting] = useState(false);
  const [aside, setAside] = useState<{ readonly action: AlarmAction; readonly alarm: AlarmView } | null>(null);
  const [message, setMessage] = useState<{ readonly kind: 'done' | 'problem'; readonly text: string } | null>(null);
  const [conflict, setConflict] = useState<VersionConflict | null>(null);
  const [isWorking, setIsWorking] = useState(false);

  async function run(action: AlarmAction, body: Readonly<Record<string, unknown>>): Promise<void> {
    setIsWorking(true);
    setConflict(null);
    setMessage(null);
    const result = await act(alarm, action, body);
    setIsWorking(false);
    switch (result.kind) {
      case 'done':
        setIsCommenting(false);
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
    else if (action === 'reset') void run(action, {});
    else if (action === 'comment') setIsCommenting(!isCommenting);
    else setAside({ action, alarm });
  }

  return (
    <>
      <div className="detail-actions">
        {actions.map((action) => (
          <button
            key={action}
            type="button"
            className={action === 'acknowledge' ? 'button button-primary' : 'button'}
            aria-expanded={action === 'comment' ? isCommenting : undefined}
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
      {isCommenting && <CommentForm isWorking={isWorking} onSubmit={(comment) => void run('comment', { comment })} />}
      {aside !== null && <SetAsideDialog alarm={aside.alarm} action={aside.action} onClose={() => setAside(null)} />}
    </>
  );
}

function CommentForm({ isWorking, onSubmit }: { readonly isWorking: boolean; readonly onSubmit: (comment: string) => void }): ReactNode {
  const { t } = useWords();
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onSubmit(String(new FormData(event.currentTarget).get('comment') ?? '').trim());
  }
  return (
    <form className="action-form" onSubmit={submit} data-testid="form-comment">
      <label className="field">
        <span>{t('action.comment')}</span>
        <textarea name="comment" required maxLength={1_000} />
      </label>
      <button type="submit" className="button button-primary" disabled={isWorking}>
        {t('action.comment')}
      </button>
    </form>
  );
}
