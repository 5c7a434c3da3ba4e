// The four big buttons, always in the same place: done ones say when, the next one is black, each asks before it acts.
import type { ReactNode } from 'react';
import type { IncidentView } from '../../../domain/api/incident-api.ts';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { usePermission, usePlant, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { ConfirmButton } from '../confirm-button.tsx';
import { useOwnActions } from '../queue/queue-context.tsx';
import type { IncidentStep, QueuedAction } from '../queue/queued-action.ts';
import { type StepState, stepStates, teamSteps } from './team-steps.ts';

export function useWaitingIn(incidentId: string): readonly QueuedAction[] {
  const { waiting } = useOwnActions();
  return waiting.flatMap(({ action }) => ('incidentId' in action.deed && action.deed.incidentId === incidentId ? [action] : []));
}

export function IncidentSteps({
  incident,
  onStep,
}: {
  readonly incident: IncidentView;
  readonly onStep: (step: IncidentStep) => void;
}): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const mayAct = usePermission('incidents.act');
  const states = stepStates(incident, session.username, useWaitingIn(incident.id));
  if (!mayAct) return <p className="phone-notice">{t('phone.incident.notAllowed')}</p>;
  return (
    <div className="steps" data-testid="steps">
      {teamSteps.map((step) => (
        <StepButton key={step} name={t(`phone.incident.step.${step}`)} state={states[step]} step={step} onStep={onStep} />
      ))}
      <p className="phone-hint">{t('phone.confirm.hint')}</p>
    </div>
  );
}

function StepButton({
  name,
  state,
  step,
  onStep,
}: {
  readonly name: string;
  readonly state: StepState;
  readonly step: (typeof teamSteps)[number];
  readonly onStep: (step: IncidentStep) => void;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  if (state.kind === 'done' || state.kind === 'unsent') {
    const time = state.atMs === null ? '' : formatRecent(state.atMs, serverNowMs(), zone);
    return (
      <p className="big-button step-done" data-testid={`step-${step}`} data-state={state.kind}>
        <span>
          <span aria-hidden="true">{state.kind === 'done' ? '✓ ' : ''}</span>
          {name}
        </span>
        <span className="step-when number">
          {time}
          {state.kind === 'unsent' && ` · ${t('phone.queue.unsent')}`}
          {state.kind === 'done' && state.by !== null && ` · ${state.by}`}
        </span>
      </p>
    );
  }
  return (
    <ConfirmButton
      className={`big-button ${state.kind === 'next' ? 'big-button-next' : ''}`}
      name={name}
      label={name}
      onConfirm={() => onStep({ kind: step })}
      testId={`step-${step}`}
    />
  );
}
