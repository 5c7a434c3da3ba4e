// What history says of one alarm: the smallest change that would have quietened it, what that would have cost, and from what it was worked out.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { LimitChange, SuggestedChange, Suggestion } from '../../domain/api/performance-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { formatNumber } from '../values/format-value.ts';
import { shareText } from './figure-text.ts';
import { fetchSuggestion } from './performance-api.ts';
import { ProposeChange } from './propose-change.tsx';

export function SuggestionView(props: { readonly alarmId: string; readonly fromMs: number; readonly toMs: number }): ReactNode {
  const { t } = useWords();
  // The period as it was when the person asked: a live screen must not work it out again at every step of the clock.
  const [{ fromMs, toMs }] = useState(props);
  const suggestion = useQuery({
    queryKey: ['performance', 'suggestion', props.alarmId, fromMs, toMs],
    queryFn: ({ signal }) => fetchSuggestion(props.alarmId, fromMs, toMs, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (suggestion.isError) return <FailureNotice error={suggestion.error} />;
  if (suggestion.data === undefined) return <p className="muted">{t('performance.working')}</p>;
  return <SuggestionText suggestion={suggestion.data} />;
}

function SuggestionText({ suggestion }: { readonly suggestion: Suggestion }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const time = (atMs: number): string => formatDateTime(atMs, zone).slice(0, 16);
  const basis = t('performance.suggestion.basis', {
    from: time(suggestion.analysedFromMs),
    to: time(suggestion.analysedToMs),
    readings: suggestion.readings.toLocaleString('en-US'),
    journaled: suggestion.raisesJournaled,
    found: suggestion.raisesFound,
  });
  if (suggestion.kind === 'none') {
    return (
      <div className="suggestion" data-testid="suggestion" data-kind="none">
        <p>
          <b>{t('performance.suggestion.none')}</b>
          {t(`performance.suggestion.reason.${suggestion.reason}`)}
        </p>
        {suggestion.readings > 0 && <p className="muted small">{basis}</p>}
      </div>
    );
  }
  return (
    <div className="suggestion" data-testid="suggestion" data-kind="change">
      <h3>
        {t('performance.suggestion.change')}: <ChangeText change={suggestion.best.change} suggestion={suggestion} />
      </h3>
      <Effect change={suggestion.best} suggestion={suggestion} />
      {suggestion.present !== null && (
        <ProposeChange alarmId={suggestion.alarmId} change={suggestion.best.change} present={suggestion.present} />
      )}
      {suggestion.alternatives.length > 0 && (
        <>
          <h4 className="muted">{t('performance.suggestion.alternatives')}</h4>
          <ul>
            {suggestion.alternatives.map((alternative) => (
              <li key={JSON.stringify(alternative.change)}>
                <b>
                  <ChangeText change={alternative.change} suggestion={suggestion} />
                </b>
                <Effect change={alternative} suggestion={suggestion} />
                {suggestion.present !== null && (
                  <ProposeChange alarmId={suggestion.alarmId} change={alternative.change} present={suggestion.present} />
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="muted small">{basis}</p>
      <p className="muted small">{t('performance.suggestion.onlyAdvice')}</p>
    </div>
  );
}

function ChangeText({ change, suggestion }: { readonly change: LimitChange; readonly suggestion: Suggestion }): ReactNode {
  const { t } = useWords();
  const durationText = useDurationText();
  const { present, digits, unit } = suggestion;
  if (present === null) return null;
  const value = (deadband: number): string => `${formatNumber(deadband, digitsFor(deadband, digits))} ${unit}`.trim();
  return [
    change.deadband === present.deadband
      ? null
      : t('performance.suggestion.deadband', { from: value(present.deadband), to: value(change.deadband) }),
    ...(['onDelay', 'offDelay'] as const).map((name) => {
      const [before, after] = [present[`${name}Ms`], change[`${name}Ms`]];
      return before === after ? null : t(`performance.suggestion.${name}`, { from: durationText(before), to: durationText(after) });
    }),
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

/** A deadband may be finer than the point is shown. */
function digitsFor(value: number, digits: number): number {
  let needed = digits;
  while (needed < digits + 3 && Math.abs(Number(value.toFixed(needed)) - value) > value * 0.01) needed += 1;
  return needed;
}

function Effect({
  change,
  suggestion,
}: {
  readonly change: SuggestedChange;
  readonly suggestion: Extract<Suggestion, { kind: 'change' }>;
}): ReactNode {
  const { t } = useWords();
  const durationText = useDurationText();
  return (
    <p className="effect">
      {t('performance.suggestion.removes', {
        before: suggestion.nuisance,
        removed: suggestion.nuisance - change.nuisanceAfter,
        share: shareText(change.removedShare),
        raises: suggestion.raisesFound,
        after: change.raisesAfter,
      })}{' '}
      {suggestion.real === 0
        ? t('performance.suggestion.noReal')
        : change.delayed === 0
          ? t('performance.suggestion.notDelayed', { real: suggestion.real })
          : t('performance.suggestion.delayed', {
              real: suggestion.real,
              count: change.delayed,
              median: durationText(change.medianDelayMs ?? 0),
              max: durationText(change.maxDelayMs ?? 0),
            })}{' '}
      {change.absorbed > 0 && t('performance.suggestion.absorbed', { count: change.absorbed })}
    </p>
  );
}
