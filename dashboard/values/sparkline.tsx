// The last ten minutes of a point as a small line. Gaps stay gaps.
import { memo, type ReactNode } from 'react';
import { useRecentBuckets } from '../live/live-context.tsx';
import { bucketCount, type RecentBuckets } from '../live/recent-history.ts';
import './values.css';

const width = 120;
const height = 24;
const margin = 2;

/** `minimumSpan`: differences smaller than this are the instrument's noise and must not fill the height. */
export function sparklinePath(buckets: RecentBuckets, minimumSpan: number): string {
  const known = buckets.filter((value) => value !== null);
  if (known.length === 0) return '';
  const low = Math.min(...known);
  const high = Math.max(...known);
  const span = Math.max(high - low, minimumSpan, Number.EPSILON);
  const middle = (low + high) / 2;
  let path = '';
  let isDrawing = false;
  buckets.forEach((value, index) => {
    if (value === null) {
      isDrawing = false;
      return;
    }
    const x = ((index + 0.5) / bucketCount) * width;
    const y = height / 2 - ((value - middle) / span) * (height - 2 * margin);
    path += `${isDrawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    // A lone sample between two gaps is a dot, not nothing.
    if (!isDrawing && (buckets[index + 1] ?? null) === null) path += 'h0.01';
    isDrawing = true;
  });
  return path;
}

export const Sparkline = memo(function Sparkline({
  pointId,
  minimumSpan,
}: {
  readonly pointId: string;
  readonly minimumSpan: number;
}): ReactNode {
  const buckets = useRecentBuckets(pointId);
  return (
    <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <path d={sparklinePath(buckets, minimumSpan)} />
    </svg>
  );
});
