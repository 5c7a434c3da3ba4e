// The shown time written out, in the plant's zone, and changed by writing another.
import { type FormEvent, type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime, parseDateTime } from '../time/plant-time.ts';

export function RangeForm({
  fromMs,
  toMs,
  onRange,
}: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly onRange: (fromMs: number, toMs: number) => void;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const [isInvalid, setIsInvalid] = useState(false);
  const shownFrom = from ?? formatDateTime(fromMs, zone);
  const shownTo = to ?? formatDateTime(toMs, zone);
  function submit(event: FormEvent): void {
    event.preventDefault();
    const start = parseDateTime(shownFrom, zone);
    const end = parseDateTime(shownTo, zone);
    const isValid = start !== null && end !== null && end > start;
    setIsInvalid(!isValid);
    if (!isValid) return;
    setFrom(null);
    setTo(null);
    onRange(start, end);
  }
  const field = (label: string, value: string, change: (text: string) => void, testId: string): ReactNode => (
    <label>
      <span>{label}</span>
      <input
        className="input"
        type="text"
        inputMode="numeric"
        placeholder="2026-07-03 08:00:00"
        value={value}
        aria-invalid={isInvalid}
        onChange={(event) => change(event.target.value)}
        data-testid={testId}
      />
    </label>
  );
  return (
    <form className="range-form" onSubmit={submit}>
      {field(t('trends.from'), shownFrom, setFrom, 'range-from')}
      {field(t('trends.to'), shownTo, setTo, 'range-to')}
      <button type="submit" className="button" data-testid="range-apply">
        {t('trends.apply')}
      </button>
      {isInvalid && (
        <span role="alert" className="small">
          {t('trends.invalidRange')}
        </span>
      )}
    </form>
  );
}
