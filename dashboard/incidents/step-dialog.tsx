// Control, restoration and relapse change what everybody does next: they are said with a dialogue, not with one click.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ActionNoticeLine } from './action-notice.tsx';
import type { IncidentActing } from './use-incident-action.ts';

export interface IncidentDialogProps {
  readonly incident: IncidentView;
  readonly acting: IncidentActing;
  readonly onClose: () => void;
}

export function StepDialog({
  kind,
  incident,
  acting,
  onClose,
}: IncidentDialogProps & { readonly kind: 'control' | 'restore' | 'relapse' }): ReactNode {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const said = words.trim();
  const isReady = !acting.isSending && (kind !== 'relapse' || said !== '');
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady) return;
    const { version } = incident;
    const isTaken = await acting.send(
      kind === 'relapse' ? { kind, version, reason: said } : { kind, version, ...(said === '' ? {} : { comment: said }) },
    );
    if (isTaken) onClose();
  }
  return (
    <Dialog title={t(`incidents.action.${kind}`).replace('…', '')} onClose={onClose} testId={`${kind}-dialog`}>
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          <label className="field">
            <span>{t(kind === 'relapse' ? 'incidents.action.reason' : 'incidents.action.comment')}</span>
            <textarea
              data-autofocus=""
              value={words}
              maxLength={2_000}
              required={kind === 'relapse'}
              onChange={(event) => setWords(event.target.value)}
              data-testid="step-words"
            />
          </label>
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={isReady}
          submit={acting.isSending ? t('incidents.action.sending') : t('incidents.action.send')}
          testId="step-submit"
        />
      </form>
    </Dialog>
  );
}
