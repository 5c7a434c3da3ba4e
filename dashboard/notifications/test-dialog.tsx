// Asks whom to send a test message, sends it, and tells where it failed.
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { NotificationChannelView } from '../../domain/api/notification-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { sendTest } from './notification-api.ts';

const personChannels: ReadonlySet<string> = new Set(['webPush', 'email', 'sms', 'voice']);

export function TestDialog({
  channel,
  onClose,
  onDone,
}: {
  readonly channel: NotificationChannelView;
  readonly onClose: () => void;
  readonly onDone: () => void;
}): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const queries = useQueryClient();
  const [username, setUsername] = useState(session.username);
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const target = channel.target ?? '';
  const reachesPerson = personChannels.has(channel.channel);
  async function submit(): Promise<void> {
    setIsWorking(true);
    setProblem(null);
    const answer = await sendTest({ target, ...(reachesPerson ? { username: username.trim() } : {}) });
    setIsWorking(false);
    if (answer.kind === 'ok') {
      void queries.invalidateQueries({ queryKey: ['notifications'] });
      onDone();
      onClose();
    } else if (answer.kind === 'problem' && answer.status === 422) setProblem(t('notifications.noSuchPerson', { name: username.trim() }));
    else setProblem(answer.kind === 'problem' ? (answer.problem.detail ?? answer.problem.title) : t('action.unreachable'));
  }
  return (
    <Dialog title={t('notifications.testTitle')} onClose={onClose} testId="test-dialog">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="dialog-body">
          <p className="no-margin">
            <b>{t(`notifications.channel.${channel.channel}`)}</b> {channel.target !== channel.channel && channel.target}
          </p>
          <p className="no-margin muted">{t('notifications.testMeaning')}</p>
          {reachesPerson && (
            <label className="field">
              <span>{t('notifications.testTo')}</span>
              <input value={username} onChange={(event) => setUsername(event.target.value)} required maxLength={64} data-autofocus />
            </label>
          )}
          <ProblemNotice text={problem} />
        </div>
        <div className="dialog-foot">
          <button type="submit" className="button button-primary" disabled={isWorking} data-testid="send-test">
            {t('notifications.test')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
