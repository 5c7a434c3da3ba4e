// Steps that need words: a reason, what was done, what the acceptance found.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { HazardView } from '../../domain/api/hazard-api.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import type { HazardPress } from './hazard-requests.ts';
import type { HazardActing } from './use-hazard-action.ts';

export type StepKind = 'reject' | 'submit' | 'accept' | 'refuse' | 'close' | 'reopen' | 'note';

const labelOf = {
  reject: 'hazards.dialog.reason',
  submit: 'hazards.dialog.result',
  accept: 'hazards.dialog.comment',
  refuse: 'hazards.dialog.reason',
  close: 'hazards.dialog.closeComment',
  reopen: 'hazards.dialog.reason',
  note: 'hazards.dialog.note',
} as const;

function pressOf(kind: StepKind, version: number, words: string): HazardPress {
  switch (kind) {
    case 'submit':
      return { kind, version, result: words };
    case 'accept':
      return { kind, version, comment: words };
    case 'close':
      return { kind, version, comment: words === '' ? null : words };
    case 'note':
      return { kind, text: words };
    case 'reject':
    case 'refuse':
    case 'reopen':
      return { kind, version, reason: words };
  }
}

export interface HazardDialogProps {
  readonly hazard: HazardView;
  readonly acting: HazardActing;
  readonly onClose: () => void;
}

export function StepDialog({ kind, hazard, acting, onClose }: HazardDialogProps & { readonly kind: StepKind }): ReactNode {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const said = words.trim();
  const isReady = !acting.isSending && (kind === 'close' || said !== '');
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isReady && (await acting.send(pressOf(kind, hazard.version, said)))) onClose();
  }
  return (
    <Dialog title={`${t(`hazards.action.${kind}`)} · ${hazard.number}`} onClose={onClose} testId={`hazard-${kind}-dialog`}>
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={acting.problem} testId="hazard-problem" />
          {kind === 'close' && <p className="no-margin">{t('hazards.dialog.closeHint')}</p>}
          <label className="field">
            <span>{t(labelOf[kind])}</span>
            <textarea
              data-autofocus=""
              value={words}
              maxLength={2_000}
              required={kind !== 'close'}
              onChange={(event) => setWords(event.target.value)}
              data-testid="hazard-words"
            />
          </label>
        </div>
        <Foot isReady={isReady} acting={acting} onClose={onClose} />
      </form>
    </Dialog>
  );
}

export function Foot({
  isReady,
  acting,
  onClose,
}: {
  readonly isReady: boolean;
  readonly acting: Pick<HazardActing, 'isSending'>;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useWords();
  return (
    <DialogFoot
      onClose={onClose}
      isReady={isReady}
      submit={acting.isSending ? t('hazards.action.sending') : t('hazards.action.send')}
      testId="hazard-send"
    />
  );
}
