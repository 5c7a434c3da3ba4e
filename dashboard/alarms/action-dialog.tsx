// The frame of every dialogue that does one thing to one alarm: says what the alarm is, sends, and on a conflict shows who was quicker and goes on
// with the newer version.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AlarmView, VersionConflict } from '../../domain/api/alarm-api.ts';
import type { AlarmAction } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { AlarmLine } from './alarm-line.tsx';
import { ConflictNotice } from './conflict-notice.tsx';
import { useAlarmAction } from './use-alarm-action.ts';

/** Reads a field of the form, trimmed; a password as it was typed. */
export interface FormFields {
  text(name: string): string;
  password(name: string): string;
}

export interface ActionDialogProps {
  /** As the person saw it. */
  readonly alarm: AlarmView;
  readonly action: AlarmAction;
  readonly title: string;
  /** Null where the fields are not fit to be sent. */
  readonly bodyOf: (fields: FormFields) => Readonly<Record<string, unknown>> | null;
  readonly children: ReactNode;
  readonly onClose: () => void;
}

export function ActionDialog({ alarm: seen, action, title, bodyOf, children, onClose }: ActionDialogProps): ReactNode {
  const { t } = useWords();
  const act = useAlarmAction();
  const [alarm, setAlarm] = useState(seen);
  const [conflict, setConflict] = useState<VersionConflict | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isWorking, setIsWorking] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const password = (name: string): string => String(data.get(name) ?? '');
    const body = bodyOf({ text: (name) => password(name).trim(), password });
    if (body === null) return;
    setIsWorking(true);
    setConflict(null);
    setProblem(null);
    const result = await act(alarm, action, body);
    setIsWorking(false);
    switch (result.kind) {
      case 'done':
        onClose();
        return;
      case 'conflict':
        setConflict(result.conflict);
        setAlarm(result.conflict.current);
        return;
      case 'refused':
        setProblem(t('action.refused', { reason: result.reason }));
        return;
      case 'unreachable':
        setProblem(t('action.unreachable'));
    }
  }

  return (
    <Dialog title={title} onClose={onClose} testId={`dialog-${action}`}>
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          {conflict !== null && <ConflictNotice conflict={conflict} />}
          <ProblemNotice text={problem} testId="action-problem" />
          <AlarmLine alarm={alarm} />
          {children}
        </div>
        <DialogFoot onClose={onClose} isReady={!isWorking} submit={t(`action.${action}`)} testId="action-submit" />
      </form>
    </Dialog>
  );
}
