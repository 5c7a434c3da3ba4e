// The seven steps of an incident in a row: who reported each, when, and how long after the detection.
import type { ReactNode } from 'react';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import { incidentStates, type Person } from '../../domain/incidents/incident.ts';
import { incidentStateWords } from '../../domain/incidents/incident-words.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';

interface Step {
  readonly atMs: number;
  readonly by: Person | null;
}

export function IncidentSteps({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const nowMs = useNow(30_000);
  const durationText = useDurationText();
  const reached = incidentStates.indexOf(incident.state);
  const stepOf = (state: (typeof incidentStates)[number]): Step | null => {
    if (state === 'opened') return { atMs: incident.openedAtMs, by: incident.openedBy };
    if (state === 'closed') return incident.closed;
    return incident.milestones[state];
  };
  return (
    <ol className="incident-steps" data-testid="incident-steps">
      {incidentStates.map((state, index) => {
        const step = stepOf(state);
        return (
          <li
            key={state}
            data-reached={index <= reached || undefined}
            aria-current={state === incident.state ? 'step' : undefined}
            data-testid={`step-${state}`}
          >
            <b>{text(incidentStateWords[state])}</b>
            {step === null ? (
              <span className="muted small">{t(index < reached ? 'incidents.step.notReported' : 'incidents.step.pending')}</span>
            ) : (
              <>
                <span className="number">{formatRecent(step.atMs, nowMs, zone)}</span>
                <span className="muted small number">
                  {t('incidents.step.after', { duration: durationText(step.atMs - incident.detectedAtMs) })}
                </span>
                <span className="muted small step-who">{step.by?.displayName ?? t('incidents.timeline.system')}</span>
              </>
            )}
          </li>
        );
      })}
    </ol>
  );
}
