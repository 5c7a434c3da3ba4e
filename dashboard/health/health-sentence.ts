// The sentence of a check in the reader's language: chooses it by cause or verdict, and writes its figures as people read them.
import { useCallback } from 'react';
import type { HealthCheck } from '../../domain/health/health-check.ts';
import { useWords, type WordKey } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatDate, formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';

export interface SentenceTools {
  readonly time: (timeMs: number) => string;
  readonly date: (timeMs: number) => string;
  readonly duration: (durationMs: number) => string;
  readonly use: (use: string) => string;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `+3.2 s`, `−40 ms`: ahead or behind. */
export function formatOffset(offsetMs: number): string {
  const size = Math.abs(offsetMs);
  const sign = offsetMs < 0 ? '−' : '+';
  return size < 1_000 ? `${sign}${Math.round(size)} ms` : `${sign}${(size / 1_000).toFixed(1)} s`;
}

/** Every figure of a check as text, under the names that the sentences use. */
export function sentenceValues(check: Pick<HealthCheck, 'values'>, tools: SentenceTools): Record<string, string> {
  const { values } = check;
  const texts: Record<string, string> = {};
  const numberOf = (name: string): number | null => (typeof values[name] === 'number' ? values[name] : null);
  for (const [name, value] of Object.entries(values)) texts[name] = value === null ? '—' : String(value);
  const put = (name: string, from: string, format: (value: number) => string): void => {
    const value = numberOf(from);
    texts[name] = value === null ? '—' : format(value);
  };
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  put('free', 'freeBytes', formatBytes);
  put('total', 'totalBytes', formatBytes);
  put('used', 'usedBytes', formatBytes);
  put('most', 'mostBytes', formatBytes);
  put('resident', 'residentBytes', formatBytes);
  put('share', numberOf('freeShare') === null ? 'share' : 'freeShare', percent);
  put('offset', 'offsetMs', formatOffset);
  put('delay', 'delayMs', (ms) => `${Math.round(ms)} ms`);
  put('waiting', 'waitingMs', tools.duration);
  put('lastHeard', 'lastHeardAtMs', tools.time);
  put('verified', 'verifiedAtMs', tools.time);
  put('since', 'sinceMs', tools.time);
  put('made', 'madeAtMs', tools.time);
  put('size', 'bytes', formatBytes);
  put('validTo', 'validToMs', tools.date);
  if (typeof values.use === 'string') texts.use = tools.use(values.use);
  return texts;
}

export function useSentence(): (check: HealthCheck) => string {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const duration = useDurationText();
  return useCallback(
    (check) => {
      // A clock is named by what it belongs to, not by a cause of its verdict.
      const which = check.name === 'clock' || check.cause === '' ? check.verdict : check.cause;
      return t(
        `health.says.${check.name}.${which}` as WordKey,
        sentenceValues(check, {
          time: (timeMs) => formatRecent(timeMs, serverNowMs(), zone),
          date: (timeMs) => formatDate(timeMs, zone),
          duration,
          use: (use) => t(`health.certificateUse.${use}` as WordKey),
        }),
      );
    },
    [t, zone, serverNowMs, duration],
  );
}
