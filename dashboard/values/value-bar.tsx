// A small bar beside a number: physical range, normal band, alarm limits as ticks, set-point as a notch, the value as a pointer.
import type { ReactNode } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import { useWords } from '../language/language.ts';
import { formatNumber } from './format-value.ts';
import { usePointReading } from './point-reading.ts';
import './values.css';

export function ValueBar({
  point,
  isDecoration = false,
}: {
  readonly point: PointView;
  /** Beside its number inside a link, whose name it would only lengthen. */
  readonly isDecoration?: boolean;
}): ReactNode {
  const reading = usePointReading(point.id);
  const { t } = useWords();
  const range = point.range;
  if (range === null || point.kind !== 'analog' || range.max <= range.min) return null;
  const at = (value: number): number => Math.min(100, Math.max(0, ((value - range.min) / (range.max - range.min)) * 100));
  const normal = point.normal;
  const value = reading.kind === 'known' && typeof reading.value === 'number' ? reading.value : null;
  const label =
    isDecoration || value === null || normal === null
      ? undefined
      : t('station.barLabel', {
          value: formatNumber(value, point.digits),
          low: formatNumber(normal.min, point.digits),
          high: formatNumber(normal.max, point.digits),
        });
  return (
    <svg
      className="value-bar"
      data-unknown={value === null || undefined}
      viewBox="0 0 100 16"
      preserveAspectRatio="none"
      role={label === undefined ? undefined : 'img'}
      aria-hidden={label === undefined || undefined}
      aria-label={label}
    >
      <rect className="value-bar-track" x="0" y="5" width="100" height="6" />
      {normal !== null && <rect className="value-bar-normal" x={at(normal.min)} y="5" width={at(normal.max) - at(normal.min)} height="6" />}
      {point.limits.map(
        (limit) =>
          limit.setpoint !== null && (
            <line
              key={limit.alarmId}
              className="value-bar-limit"
              data-priority={limit.priority}
              x1={at(limit.setpoint)}
              x2={at(limit.setpoint)}
              y1="2"
              y2="14"
            />
          ),
      )}
      {point.setpoint !== null && <path className="value-bar-setpoint" d={`M${at(point.setpoint)} 16v-4`} />}
      {value !== null && <path className="value-bar-value" d={`M${at(value)} 0v16`} />}
    </svg>
  );
}
