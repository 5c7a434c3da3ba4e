// What a team reports less often: it has left, or what was under control is not.
import { type ReactNode, useId, useState } from 'react';
import type { IncidentView } from '../../../domain/api/incident-api.ts';
import { useWords } from '../../language/language.ts';
import { usePermission, usePlant } from '../../session/plant-context.tsx';
import { ConfirmButton } from '../confirm-button.tsx';
import type { IncidentStep } from '../queue/queued-action.ts';
import { useWaitingIn } from './incident-steps.tsx';
import { stepStates } from './team-steps.ts';

export function OtherSteps({
  incident,
  onStep,
}: {
  readonly incident: IncidentView;
  readonly onStep: (step: IncidentStep) => void;
}): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const mayAct = usePermission('incidents.act');
  const reasonId = useId();
  const [reason, setReason] = useState('');
  const waiting = useWaitingIn(incident.id);
  const states = stepStates(incident, session.username, waiting);
  const hasArrived = states.arrive.kind === 'done' || states.arrive.kind === 'unsent';
  const isUnderControl = states.control.kind === 'done' || states.control.kind === 'unsent';
  const hasLeft =
    incident.team.some((member) => member.username === session.username && member.state === 'left') ||
    waiting.some(({ deed }) => deed.kind === 'incident' && deed.step.kind === 'leave');
  if (!mayAct || (!hasArrived && !isUnderControl)) return null;
  return (
    <details className="phone-details">
      <summary>{t('phone.incident.others')}</summary>
      <div className="phone-panel">
        {hasArrived && !hasLeft && (
          <ConfirmButton
            className="phone-button"
            name={t('phone.incident.step.leave')}
            label={t('phone.incident.step.leave')}
            onConfirm={() => onStep({ kind: 'leave' })}
            testId="step-leave"
          />
        )}
        {isUnderControl && (
          <>
            <label htmlFor={reasonId}>{t('phone.incident.relapseReason')}</label>
            <textarea id={reasonId} value={reason} maxLength={2_000} rows={2} onChange={(event) => setReason(event.target.value)} />
            <ConfirmButton
              className="phone-button"
              name={t('phone.incident.step.relapse')}
              label={t('phone.incident.step.relapse')}
              isDisabled={reason.trim() === ''}
              onConfirm={() => {
                onStep({ kind: 'relapse', reason: reason.trim() });
                setReason('');
              }}
              testId="step-relapse"
            />
          </>
        )}
      </div>
    </details>
  );
}
