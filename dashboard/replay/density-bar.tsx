// The scrub bar: alarms by priority over time, with incidents; press or use the arrow keys to choose a moment.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useMemo, useState } from 'react';
import { alarmPriorities } from '../../domain/alarms/priority.ts';
import type { ReplayDensity } from '../../domain/api/replay-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime, formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { type Stretch, shareOf, spansMs, stretchAround } from './density-span.ts';
import { fetchDensity } from './replay-requests.ts';

const buckets = 240;
const heightPx = 40;

interface DensityBarProps {
  readonly atMs: number;
  readonly nowMs: number;
  readonly onChoose: (atMs: number) => void;
}

export function DensityBar({ atMs, nowMs, onChoose }: DensityBarProps): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  const queries = useQueryClient();
  const [spanMs, setSpanMs] = useState<number>(spansMs[1]);
  const [stretch, setStretch] = useState<Stretch | null>(null);
  const shown = stretchAround(atMs, spanMs, nowMs, stretch);
  if (stretch === null || shown !== stretch) setStretch(shown);
  const [hoverMs, setHoverMs] = useState<number | null>(null);
  const density = useQuery(
    {
      queryKey: ['replay', 'density', shown.fromMs, shown.toMs],
      queryFn: ({ signal }) => fetchDensity({ ...shown, buckets }, signal),
      placeholderData: (before) => before,
      staleTime: 60_000,
    },
    queries,
  );
  const momentOf = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return shown.fromMs + share * (shown.toMs - shown.fromMs);
  };
  const stepMs = (shown.toMs - shown.fromMs) / buckets;
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onChoose(Math.min(nowMs, atMs + step * stepMs));
  };
  const { data } = density;
  const inStretch = data === undefined ? 0 : countAt(data, atMs);
  const time = (timeMs: number): string => formatRecent(timeMs, nowMs, zone);
  return (
    <div className="density">
      <span className="density-edge number small">{time(shown.fromMs)}</span>
      <div
        className="density-bar"
        role="slider"
        tabIndex={0}
        aria-label={t('replay.density', { from: formatDateTime(shown.fromMs, zone), to: formatDateTime(shown.toMs, zone) })}
        aria-valuemin={Math.round(shown.fromMs / 1_000)}
        aria-valuemax={Math.round(shown.toMs / 1_000)}
        aria-valuenow={Math.round(atMs / 1_000)}
        aria-valuetext={t('replay.densityValue', { time: formatDateTime(atMs, zone), count: inStretch })}
        title={t('replay.densityHint')}
        onPointerDown={(event) => onChoose(momentOf(event))}
        onPointerMove={(event) => setHoverMs(momentOf(event))}
        onPointerLeave={() => setHoverMs(null)}
        onKeyDown={onKeyDown}
        data-testid="density-bar"
      >
        {data !== undefined && <Bars density={data} shown={shown} />}
        <span className="density-cursor" style={{ left: `${shareOf(atMs, shown) * 100}%` }} />
        {hoverMs !== null && (
          <span className="density-hover number small" style={{ left: `${shareOf(hoverMs, shown) * 100}%` }}>
            {time(hoverMs)}
          </span>
        )}
      </div>
      <span className="density-edge number small">{time(shown.toMs)}</span>
      <label className="density-span">
        <span className="visually-hidden">{t('replay.span')}</span>
        <select className="input" value={spanMs} onChange={(event) => setSpanMs(Number(event.target.value))}>
          {spansMs.map((each) => (
            <option key={each} value={each}>
              {durationText(each)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Bars({ density, shown }: { readonly density: ReplayDensity; readonly shown: Stretch }): ReactNode {
  const highest = useMemo(
    () => Math.max(4, ...density.rows.map(([, ...counts]) => counts.reduce((sum, count) => sum + count, 0))),
    [density],
  );
  const widthOf = (shown.toMs - shown.fromMs) / density.bucketMs;
  const leftOf = (density.fromMs - shown.fromMs) / density.bucketMs;
  // Square root: one alarm is seen beside a flood.
  const height = (count: number): number => Math.sqrt(count / highest) * heightPx;
  return (
    <svg viewBox={`0 0 ${widthOf} ${heightPx}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {density.earliestMs !== null && density.earliestMs > shown.fromMs && (
        <rect className="density-before" x={0} y={0} width={(density.earliestMs - shown.fromMs) / density.bucketMs} height={heightPx} />
      )}
      {density.rows.map(([bucket, ...counts]) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        const whole = height(total);
        let below = 0;
        // The most urgent lowest, where it is never hidden.
        return alarmPriorities.map((priority, index) => {
          const part = ((counts[index] ?? 0) / total) * whole;
          below += part;
          return part === 0 ? null : (
            <rect
              key={`${bucket}${priority}`}
              className="density-column"
              data-hue={priority}
              x={bucket + leftOf}
              y={heightPx - below}
              width={1}
              height={part}
            />
          );
        });
      })}
      {density.incidents.map((incident) => {
        const x = (incident.openedAtMs - shown.fromMs) / density.bucketMs;
        return <path key={incident.id} className="density-incident" data-drill={incident.isDrill || undefined} d={`M${x - 1} 0h2l-1 7z`} />;
      })}
    </svg>
  );
}

function countAt(density: ReplayDensity, atMs: number): number {
  const bucket = Math.floor((atMs - density.fromMs) / density.bucketMs);
  const row = density.rows.find(([number]) => number === bucket);
  return row === undefined ? 0 : row.slice(1).reduce((sum, count) => sum + count, 0);
}
