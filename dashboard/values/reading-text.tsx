// A value with its unit in tabular figures; hatched with a dash, the reason and since when where it is unknown.
import type { ReactNode } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { formatValue, isAbnormalState } from './format-value.ts';
import { type PointReading, usePointReading } from './point-reading.ts';
import './values.css';

export function useUnknownText(): (reading: Extract<PointReading, { kind: 'unknown' }>) => string {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  return (reading) => {
    const reason = t(`quality.${reading.reason}`);
    return reading.sinceMs === null ? reason : t('quality.since', { reason, time: formatRecent(reading.sinceMs, serverNowMs(), zone) });
  };
}

export function ReadingText({ point, showsReason = false }: { readonly point: PointView; readonly showsReason?: boolean }): ReactNode {
  const reading = usePointReading(point.id);
  const { t, language } = useWords();
  const unknownText = useUnknownText();
  if (reading.kind === 'unknown') {
    const text = unknownText(reading);
    return (
      <span className="reading reading-unknown" title={text}>
        <span className="reading-value" aria-hidden="true">
          —
        </span>
        {showsReason ? (
          <span className="reading-reason">{t(`quality.${reading.reason}`)}</span>
        ) : (
          <span className="visually-hidden">{text}</span>
        )}
      </span>
    );
  }
  return (
    <span
      className="reading"
      data-abnormal={isAbnormalState(point, reading.value) || undefined}
      title={reading.doubt === null ? undefined : t(`quality.${reading.doubt}`)}
    >
      <span className="reading-value">{formatValue(point, reading.value, language)}</span>
      {point.unit !== '' && <span className="reading-unit">{point.unit}</span>}
      {reading.doubt !== null && (
        <span className="reading-doubt" role="img" aria-label={t(`quality.${reading.doubt}`)}>
          ?
        </span>
      )}
    </span>
  );
}
