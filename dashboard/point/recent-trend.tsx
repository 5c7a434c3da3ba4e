// The last ten minutes of a point, large: with its scale, normal band, set-point and the limits in sight; what is not known is hatched, never bridged.
import { type ReactNode, useId } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import { useWords } from '../language/language.ts';
import { useRecentBuckets } from '../live/live-context.tsx';
import { bucketCount, type RecentBuckets } from '../live/recent-history.ts';
import { formatNumber } from '../values/format-value.ts';

const width = 480;
const height = 132;
const left = 54;
const bottom = 18;
const top = 6;

export interface TrendScale {
  readonly low: number;
  readonly high: number;
}

/** What is shown from bottom to top: the values, never narrower than a twentieth of the range, and the limits that are near. */
export function scaleOf(point: Pick<PointView, 'range' | 'limits' | 'normal' | 'setpoint'>, buckets: RecentBuckets): TrendScale | null {
  const known = buckets.filter((value) => value !== null);
  if (known.length === 0) return null;
  let low = Math.min(...known);
  let high = Math.max(...known);
  const range = point.range === null ? 0 : point.range.max - point.range.min;
  const least = Math.max(range * 0.05, Number.EPSILON);
  const reach = Math.max(high - low, least);
  const near = [...point.limits.map((limit) => limit.setpoint), point.setpoint].filter(
    (value) => value !== null && value >= low - reach && value <= high + reach,
  );
  for (const value of near) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const margin = Math.max((high - low) * 0.1, (least - (high - low)) / 2);
  return { low: low - margin, high: high + margin };
}

/** Runs of neighbouring buckets that are known, or that are not. */
export function runsOf(buckets: RecentBuckets): { readonly from: number; readonly to: number; readonly isKnown: boolean }[] {
  const runs: { from: number; to: number; isKnown: boolean }[] = [];
  for (let index = 0; index < bucketCount; index++) {
    const isKnown = (buckets[index] ?? null) !== null;
    const last = runs.at(-1);
    if (last !== undefined && last.isKnown === isKnown) last.to = index;
    else runs.push({ from: index, to: index, isKnown });
  }
  return runs;
}

export function RecentTrend({ point }: { readonly point: PointView }): ReactNode {
  const { t, text } = useWords();
  const hatchId = useId();
  const buckets = useRecentBuckets(point.id);
  const scale = scaleOf(point, buckets);
  const x = (index: number): number => left + (index / bucketCount) * (width - left);
  const y = (value: number): number =>
    scale === null ? 0 : top + (1 - (value - scale.low) / (scale.high - scale.low)) * (height - top - bottom);
  const inside = (value: number): boolean => scale !== null && value >= scale.low && value <= scale.high;
  const clamp = (value: number): number => Math.min(height - bottom, Math.max(top, y(value)));
  return (
    <svg className="recent-trend" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('trends.chart', { name: text(point.name) })}>
      <defs>
        <pattern id={hatchId} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path className="recent-trend-hatch" d="M0 0V8" />
        </pattern>
      </defs>
      <rect className="recent-trend-paper" x={left} y={top} width={width - left} height={height - top - bottom} />
      {scale !== null && point.normal !== null && (
        <rect
          className="recent-trend-band"
          x={left}
          width={width - left}
          y={clamp(point.normal.max)}
          height={Math.max(0, clamp(point.normal.min) - clamp(point.normal.max))}
        />
      )}
      {runsOf(buckets).map((run) =>
        run.isKnown ? (
          <path key={run.from} className="recent-trend-line" d={lineOf(buckets, run, x, y)} />
        ) : (
          <rect
            key={run.from}
            fill={`url(#${hatchId})`}
            x={x(run.from)}
            y={top}
            width={x(run.to + 1) - x(run.from)}
            height={height - top - bottom}
          />
        ),
      )}
      {scale !== null &&
        point.limits.map(
          (limit) =>
            limit.setpoint !== null &&
            inside(limit.setpoint) && (
              <path
                key={limit.alarmId}
                className="recent-trend-limit"
                data-hue={limit.priority}
                d={`M${left} ${y(limit.setpoint)}H${width}`}
              />
            ),
        )}
      {scale !== null && point.setpoint !== null && inside(point.setpoint) && (
        <path className="recent-trend-setpoint" d={`M${left} ${y(point.setpoint)}H${width}`} />
      )}
      {scale !== null &&
        [scale.high, (scale.high + scale.low) / 2, scale.low].map((value, index) => (
          <text
            key={index === 0 ? 'high' : index === 1 ? 'middle' : 'low'}
            className="recent-trend-text"
            x={left - 6}
            y={y(value) + (index === 0 ? 10 : index === 1 ? 4 : 0)}
            textAnchor="end"
          >
            {formatNumber(value, point.digits)}
          </text>
        ))}
      {[10, 5, 0].map((minutes) => (
        <text
          key={minutes}
          className="recent-trend-text"
          x={left + (1 - minutes / 10) * (width - left)}
          y={height - 4}
          textAnchor={minutes === 10 ? 'start' : minutes === 0 ? 'end' : 'middle'}
        >
          {minutes === 0 ? '0' : `−${t('duration.minutes', { count: minutes })}`}
        </text>
      ))}
    </svg>
  );
}

function lineOf(
  buckets: RecentBuckets,
  run: { readonly from: number; readonly to: number },
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  for (let index = run.from; index <= run.to; index++) {
    path += `${path === '' ? 'M' : 'L'}${x(index + 0.5).toFixed(1)} ${y(buckets[index] ?? 0).toFixed(1)}`;
  }
  // A lone bucket is a dot, not nothing.
  return run.from === run.to ? `${path}h0.01` : path;
}
