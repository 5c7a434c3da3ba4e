// What to do about an alarm: the response as steps, how long there is for it, the likely cause and what follows if nothing is done.
import type { ReactNode } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmDefinitionView } from '../../domain/api/plant-api.ts';
import { useWords } from '../language/language.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { responseSteps } from './response-steps.ts';

export function AlarmGuide({
  alarm,
  definition,
}: {
  readonly alarm: AlarmView;
  readonly definition: AlarmDefinitionView | null;
}): ReactNode {
  const { t, text } = useWords();
  const steps = definition?.response == null ? [] : responseSteps(text(definition.response));
  return (
    <div className="guide">
      {alarm.responseTimeMs !== null && <ResponseClock alarm={alarm} responseTimeMs={alarm.responseTimeMs} />}
      <div className="response">
        <h3>{t('alarm.response')}</h3>
        {steps.length === 0 && <p className="muted">{t('alarm.notGiven')}</p>}
        {steps.length === 1 && <p>{steps[0]}</p>}
        {steps.length > 1 && (
          <ol data-testid="response-steps">
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        )}
      </div>
      {(['cause', 'consequence'] as const).map((part) => {
        const words = definition?.[part] ?? null;
        return (
          <div key={part}>
            <h3>{t(`alarm.${part}`)}</h3>
            <p>{words === null ? <span className="muted">{t('alarm.notGiven')}</span> : text(words)}</p>
          </div>
        );
      })}
    </div>
  );
}

/** Counts from the raise while the condition is true: acknowledging it gives the plant no more time. */
function ResponseClock({ alarm, responseTimeMs }: { readonly alarm: AlarmView; readonly responseTimeMs: number }): ReactNode {
  const { t } = useWords();
  const durationText = useDurationText();
  const nowMs = useNow(1_000);
  const label = t('alarm.responseTimeOf', { duration: durationText(responseTimeMs) });
  if (alarm.raisedAtMs === null || !alarm.isConditionTrue) return <p className="response-clock muted">{label}</p>;
  const leftMs = alarm.raisedAtMs + responseTimeMs - nowMs;
  const isOver = leftMs < 0;
  return (
    <div className="response-clock" data-over={isOver || undefined} data-testid="response-clock">
      <b className="number" role="timer">
        {isOver
          ? t('alarm.responseOver', { duration: durationText(-leftMs) })
          : t('alarm.responseLeft', { duration: durationText(leftMs) })}
      </b>
      <span className="muted">{label}</span>
      <progress max={responseTimeMs} value={Math.min(responseTimeMs, responseTimeMs - leftMs)} aria-label={label} />
    </div>
  );
}
