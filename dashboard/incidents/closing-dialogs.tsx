// How an incident ends: the review, the closing with its times and what was left open, or a false alarm or cancelling with its reason.
import { type FormEvent, type ReactNode, useState } from 'react';
import { type DrillCriterion, drillCriteria, milestones } from '../../domain/incidents/incident.ts';
import { incidentOutcomeWords, incidentStateWords } from '../../domain/incidents/incident-words.ts';
import { useWords } from '../language/language.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { useDurationText } from '../values/duration-text.ts';
import { ActionNoticeLine } from './action-notice.tsx';
import type { IncidentDialogProps } from './step-dialog.tsx';

export function ReviewDialog({ incident, acting, onClose }: IncidentDialogProps): ReactNode {
  const { t } = useWords();
  const before = incident.review;
  const [texts, setTexts] = useState({
    cause: before?.cause ?? '',
    wentWell: before?.wentWell ?? '',
    improvements: before?.improvements ?? '',
    hazards: before?.hazards.join('\n') ?? '',
  });
  const [scores, setScores] = useState<Partial<Record<DrillCriterion, number>>>(before?.scores ?? {});
  const points = drillCriteria.reduce((sum, name) => sum + (scores[name] ?? 0), 0);
  const isScored = !incident.isDrill || drillCriteria.every((name) => scores[name] !== undefined);
  const isReady = texts.cause.trim() !== '' && isScored && !acting.isSending;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady) return;
    const hazards = texts.hazards.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
    const review = {
      cause: texts.cause.trim(),
      wentWell: texts.wentWell.trim(),
      improvements: texts.improvements.trim(),
      hazards,
      scores: incident.isDrill ? scores : null,
    };
    if (await acting.send({ kind: 'review', version: incident.version, review })) onClose();
  }
  return (
    <Dialog title={t('incidents.reviewDialog.title')} onClose={onClose} testId="review-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          {(['cause', 'wentWell', 'improvements', 'hazards'] as const).map((name) => (
            <label key={name} className="field">
              <span>{t(`incidents.reviewDialog.${name}`)}</span>
              <textarea
                value={texts[name]}
                maxLength={8_000}
                required={name === 'cause'}
                {...(name === 'cause' ? { 'data-autofocus': '' } : {})}
                onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
                data-testid={`review-${name}`}
              />
            </label>
          ))}
          {incident.isDrill && (
            <fieldset className="score-fields">
              <legend>{t('incidents.reviewDialog.scores')}</legend>
              {drillCriteria.map((name) => (
                <label key={name}>
                  <span>{t(`incidents.reviewDialog.criterion.${name}`)}</span>
                  <input
                    type="number"
                    className="input number"
                    min={0}
                    max={10}
                    step={1}
                    value={scores[name] ?? ''}
                    required
                    onChange={(event) => {
                      const { [name]: _, ...others } = scores;
                      const value = event.target.valueAsNumber;
                      setScores(Number.isFinite(value) ? { ...others, [name]: Math.min(10, Math.max(0, value)) } : others);
                    }}
                    data-testid={`score-${name}`}
                  />
                </label>
              ))}
              <b className="number">{t('incidents.reviewDialog.total', { points, max: drillCriteria.length * 10 })}</b>
            </fieldset>
          )}
        </div>
        <DialogFoot onClose={onClose} isReady={isReady} submit={t('incidents.reviewDialog.save')} testId="review-submit" />
      </form>
    </Dialog>
  );
}

export function CloseDialog({ incident, acting, onClose }: IncidentDialogProps): ReactNode {
  const { t, text } = useWords();
  const durationText = useDurationText();
  const [reason, setReason] = useState('');
  const missing = incident.plan.items.filter((item) => incident.missingItemIds.includes(item.id));
  const isReady = !acting.isSending && (missing.length === 0 || reason.trim() !== '');
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReady) return;
    const said = reason.trim();
    if (await acting.send({ kind: 'close', version: incident.version, ...(said === '' ? {} : { missingReason: said }) })) onClose();
  }
  return (
    <Dialog title={t('incidents.closeDialog.title')} onClose={onClose} testId="close-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          <h3>{t('incidents.closeDialog.times')}</h3>
          <dl className="facts number">
            {milestones.map((name) => {
              const sinceMs = incident.sinceDetection[name];
              return (
                <div key={name}>
                  <dt>{text(incidentStateWords[name])}</dt>
                  <dd>{sinceMs === null ? <span className="muted">{t('incidents.step.notReported')}</span> : durationText(sinceMs)}</dd>
                </div>
              );
            })}
          </dl>
          {missing.length === 0 ? (
            <p className="no-margin">{t('incidents.closeDialog.noneMissing')}</p>
          ) : (
            <>
              <h3>{t('incidents.closeDialog.missing')}</h3>
              <ul className="missing-items" data-testid="missing-items">
                {missing.map((item) => (
                  <li key={item.id}>{text(item.text)}</li>
                ))}
              </ul>
              <label className="field">
                <span>{t('incidents.closeDialog.missingReason')}</span>
                <textarea
                  data-autofocus=""
                  value={reason}
                  maxLength={2_000}
                  required
                  onChange={(event) => setReason(event.target.value)}
                  data-testid="missing-reason"
                />
              </label>
            </>
          )}
        </div>
        <DialogFoot onClose={onClose} isReady={isReady} submit={t('incidents.closeDialog.submit')} testId="close-submit" />
      </form>
    </Dialog>
  );
}

export function CancelDialog({ incident, acting, onClose }: IncidentDialogProps): ReactNode {
  const { t, text } = useWords();
  const [outcome, setOutcome] = useState<'falseAlarm' | 'cancelled'>('falseAlarm');
  const [reason, setReason] = useState('');
  const isReady = reason.trim() !== '' && !acting.isSending;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isReady && (await acting.send({ kind: 'cancel', version: incident.version, outcome, reason: reason.trim() }))) onClose();
  }
  return (
    <Dialog title={t('incidents.cancelDialog.title')} onClose={onClose} testId="cancel-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          <fieldset className="choices" aria-label={t('incidents.cancelDialog.outcome')}>
            {(['falseAlarm', 'cancelled'] as const).map((name) => (
              <button
                key={name}
                type="button"
                aria-pressed={outcome === name}
                onClick={() => setOutcome(name)}
                data-testid={`outcome-${name}`}
              >
                {text(incidentOutcomeWords[name])}
              </button>
            ))}
          </fieldset>
          <label className="field">
            <span>{t('incidents.action.reason')}</span>
            <textarea
              data-autofocus=""
              value={reason}
              maxLength={2_000}
              required
              onChange={(event) => setReason(event.target.value)}
              data-testid="cancel-reason"
            />
          </label>
        </div>
        <DialogFoot onClose={onClose} isReady={isReady} submit={t('incidents.cancelDialog.submit')} testId="cancel-submit" />
      </form>
    </Dialog>
  );
}
