// What is known anew: another kind, how many people are hurt, what it cost. After closing only the people can change, while the reporting window lasts.
import { type FormEvent, type ReactNode, useState } from 'react';
import { incidentKinds } from '../../domain/incidents/incident.ts';
import { incidentKindWords } from '../../domain/incidents/incident-words.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ActionNoticeLine } from './action-notice.tsx';
import { CasualtyFields } from './casualty-fields.tsx';
import type { IncidentDialogProps } from './step-dialog.tsx';

export function AssessDialog({ incident, acting, onClose }: IncidentDialogProps): ReactNode {
  const { t, text } = useWords();
  const isClosed = incident.closed !== null;
  const [kind, setKind] = useState(incident.kind);
  const [casualties, setCasualties] = useState(incident.casualties);
  const [loss, setLoss] = useState(incident.directLoss === null ? '' : String(incident.directLoss));
  const [comment, setComment] = useState('');
  const lossNumber = loss.trim() === '' ? null : Number(loss);
  const isLossBad = lossNumber !== null && !(Number.isFinite(lossNumber) && lossNumber >= 0);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const said = comment.trim();
    const isTaken = await acting.send({
      kind: 'assess',
      version: incident.version,
      casualties,
      ...(!isClosed && kind !== incident.kind ? { incidentKind: kind } : {}),
      ...(!isClosed && lossNumber !== null ? { directLoss: lossNumber } : {}),
      ...(said === '' ? {} : { comment: said }),
    });
    if (isTaken) onClose();
  }
  return (
    <Dialog title={t('incidents.assessDialog.title')} onClose={onClose} testId="assess-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          <CasualtyFields casualties={casualties} onChange={setCasualties} />
          {!isClosed && (
            <div className="field-pair">
              <label className="field">
                <span>{t('incidents.assessDialog.kind')}</span>
                <select value={kind} onChange={(event) => setKind(incidentKinds.find((name) => name === event.target.value) ?? kind)}>
                  {incidentKinds.map((name) => (
                    <option key={name} value={name}>
                      {text(incidentKindWords[name])}
                    </option>
                  ))}
                </select>
              </label>
              <label className="field">
                <span>{t('incidents.directLoss')}</span>
                <input
                  inputMode="decimal"
                  className="number"
                  value={loss}
                  aria-invalid={isLossBad}
                  onChange={(event) => setLoss(event.target.value)}
                />
              </label>
            </div>
          )}
          <label className="field">
            <span>{t('incidents.assessDialog.comment')}</span>
            <textarea value={comment} maxLength={2_000} onChange={(event) => setComment(event.target.value)} />
          </label>
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={!acting.isSending && !isLossBad}
          submit={acting.isSending ? t('incidents.action.sending') : t('incidents.action.send')}
          testId="assess-submit"
        />
      </form>
    </Dialog>
  );
}
