// Purpose and reason before any picture: nothing is shown without them.
import { type FormEvent, type ReactNode, useState } from 'react';
import { type LookPurpose, lookPurposes, type OpenedLook, type OpenLook } from '../../domain/api/video-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { postLook } from './video-requests.ts';

export interface LookDialogProps {
  readonly cameraIds: readonly string[];
  /** A stretch of the past; null: live. */
  readonly recording: { readonly fromMs: number; readonly toMs: number } | null;
  readonly alarmId?: string;
  readonly suggested?: { readonly purpose: LookPurpose; readonly reason: string };
  readonly onOpened: (opened: OpenedLook) => void;
  readonly onClose: () => void;
}

export function LookDialog({ cameraIds, recording, alarmId, suggested, onOpened, onClose }: LookDialogProps): ReactNode {
  const { t } = useWords();
  const [purpose, setPurpose] = useState<LookPurpose>(suggested?.purpose ?? (recording === null ? 'patrol' : 'investigation'));
  const [reason, setReason] = useState(suggested?.reason ?? '');
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isReady = reason.trim().length >= 2 && !isSending;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady) return;
    setIsSending(true);
    const common = { cameraIds: [...cameraIds], purpose, reason: reason.trim(), ...(alarmId === undefined ? {} : { alarmId }) };
    const body: OpenLook = recording === null ? { kind: 'live', ...common } : { kind: 'recording', ...common, ...recording };
    const answer = await postLook(body);
    setIsSending(false);
    if (answer.kind === 'ok') onOpened(answer.value);
    else setProblem(reasonOf(answer));
  }
  return (
    <Dialog title={t('video.look.title')} onClose={onClose} testId="look-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          {problem !== null && <ProblemNotice text={t('video.alarm.refused', { reason: problem })} />}
          <p className="no-margin">{t('video.look.hint')}</p>
          <p className="no-margin muted number">{cameraIds.join(' · ')}</p>
          <label className="field">
            <span>{t('video.look.purpose')}</span>
            <select
              value={purpose}
              onChange={(event) => setPurpose(lookPurposes.find((name) => name === event.target.value) ?? 'patrol')}
              data-testid="look-purpose"
            >
              {lookPurposes.map((name) => (
                <option key={name} value={name}>
                  {t(`video.purpose.${name}`)}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>{t('video.look.reason')}</span>
            <textarea
              data-autofocus=""
              value={reason}
              maxLength={400}
              required
              placeholder={t('video.look.reasonHint')}
              onChange={(event) => setReason(event.target.value)}
              data-testid="look-reason"
            />
          </label>
        </div>
        <DialogFoot onClose={onClose} isReady={isReady} submit={t('video.look.begin')} testId="look-begin" />
      </form>
    </Dialog>
  );
}
