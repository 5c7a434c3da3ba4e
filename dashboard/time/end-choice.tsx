// When something ends: one of a few lengths, or a stated time; the end that follows is shown, so that nobody reckons in his head.
import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { formatRecent, parseDateTime } from './plant-time.ts';

export interface EndChoice {
  readonly minutes: number | 'exact';
  /** What was typed where the time is stated. */
  readonly text: string;
}

/** Epoch ms, or null where what was typed is no time to come within `longestMs`. */
export function endOf({ minutes, text }: EndChoice, nowMs: number, zone: string, longestMs: number): number | null {
  if (minutes !== 'exact') return nowMs + Math.min(minutes * 60_000, longestMs);
  const stated = parseDateTime(text, zone);
  return stated === null || stated <= nowMs || stated - nowMs > longestMs ? null : stated;
}

export function useEndChoice(minutes: number): readonly [EndChoice, (choice: EndChoice) => void] {
  return useState<EndChoice>({ minutes, text: '' });
}

export interface EndChoiceFieldProps {
  readonly label: string;
  readonly minutes: readonly number[];
  readonly longestMs: number;
  readonly choice: EndChoice;
  readonly onChange: (choice: EndChoice) => void;
}

export function EndChoiceField({ label, minutes, longestMs, choice, onChange }: EndChoiceFieldProps): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(1_000);
  const durationText = useDurationText();
  const endMs = endOf(choice, nowMs, zone, longestMs);
  const isTyped = choice.minutes === 'exact' && choice.text.trim() !== '';
  return (
    <div className="end-choice">
      <label className="field">
        <span>{label}</span>
        <select
          value={choice.minutes}
          onChange={(event) => onChange({ ...choice, minutes: event.target.value === 'exact' ? 'exact' : Number(event.target.value) })}
          data-testid="end-choice"
        >
          {minutes
            .filter((count) => count * 60_000 <= longestMs)
            .map((count) => (
              <option key={count} value={count}>
                {durationText(count * 60_000)}
              </option>
            ))}
          <option value="exact">{t('maintenance.exact')}</option>
        </select>
      </label>
      {choice.minutes === 'exact' && (
        <label className="field">
          <span>{t('maintenance.exactHint')}</span>
          <input
            value={choice.text}
            onChange={(event) => onChange({ ...choice, text: event.target.value })}
            aria-invalid={isTyped && endMs === null}
            data-testid="end-exact"
          />
        </label>
      )}
      <p className="muted small no-margin number" role="status">
        {endMs !== null
          ? t('maintenance.resolved', { time: formatRecent(endMs, nowMs, zone) })
          : isTyped && t('maintenance.exactInvalid', { duration: durationText(longestMs) })}
      </p>
    </div>
  );
}
