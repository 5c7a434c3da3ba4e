// One station on the wall: grey while all is well; worst priority by colour, shape, number and word otherwise; key values and coverage.
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import type { PointView, StationSummary } from '../../domain/api/plant-api.ts';
import type { AlarmSummary } from '../alarms/alarm-order.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { ReadingText } from '../values/reading-text.tsx';
import { Sparkline } from '../values/sparkline.tsx';

export interface StationTileProps {
  readonly station: StationSummary;
  readonly summary: AlarmSummary;
  readonly points: readonly PointView[];
  readonly isInMaintenance: boolean;
  readonly isCurrent: boolean;
  readonly onFocus: (stationId: string) => void;
}

const shownPoints = 4;

/** What fills the height of a sparkline at least: half the normal band, or a twentieth of the range. Less is noise and is drawn nearly flat. */
export function noiseSpan(point: PointView): number {
  const band = point.normal === null ? 0 : (point.normal.max - point.normal.min) * 0.5;
  const range = point.range === null ? 0 : (point.range.max - point.range.min) * 0.05;
  return band > 0 ? Math.min(band, Math.max(range, band * 0.4)) : range;
}

export const StationTile = memo(
  function StationTile({ station, summary, points, isInMaintenance, isCurrent, onFocus }: StationTileProps): ReactNode {
    const { t, text } = useWords();
    const goodPercent = Math.floor(station.goodShare * 100);
    return (
      <Link
        to="/stations/$stationId"
        params={{ stationId: station.id }}
        className="tile"
        data-tile=""
        data-testid={`station-${station.id}`}
        data-hue={summary.worstPriority ?? undefined}
        data-worst={summary.worstPriority ?? 'none'}
        data-unacknowledged={summary.unacknowledged}
        tabIndex={isCurrent ? 0 : -1}
        onFocus={() => onFocus(station.id)}
      >
        <span className="tile-head">
          <b>{text(station.name)}</b>
          <span className="muted small">
            {station.id} · {t(`stationType.${station.type}`)}
          </span>
          {isInMaintenance && (
            <span className="tag" data-testid="tile-maintenance">
              {t('maintenance.tileMark')}
            </span>
          )}
        </span>
        <span className="tile-alarms">
          {summary.worstPriority === null ? (
            <span className="muted">{t('overview.normal')}</span>
          ) : (
            <>
              <PriorityMark priority={summary.worstPriority} flash={summary.isWorstUnacknowledged ? 'fast' : 'none'} size={24} showsWord />
              <span className="tile-counts number">
                <span>{t('overview.open', { count: summary.open })}</span>
                {summary.unacknowledged > 0 && <b>{t('overview.unacknowledged', { count: summary.unacknowledged })}</b>}
              </span>
            </>
          )}
        </span>
        <span className="tile-values">
          {points.slice(0, shownPoints).map((point) => (
            <span key={point.id} className="tile-value">
              <span className="tile-value-name">{text(point.name)}</span>
              {point.kind === 'analog' ? <Sparkline pointId={point.id} minimumSpan={noiseSpan(point)} /> : <span />}
              <ReadingText point={point} />
            </span>
          ))}
        </span>
        <span className="coverage" title={t('overview.coverage')}>
          <span className="small">{t('overview.coverage')}</span>
          <span className="coverage-track" aria-hidden="true">
            <span className="coverage-fill" style={{ width: `${goodPercent}%` }} />
          </span>
          <span className="number small">{goodPercent} %</span>
        </span>
      </Link>
    );
  },
  (before, after) =>
    before.isCurrent === after.isCurrent &&
    before.isInMaintenance === after.isInMaintenance &&
    before.onFocus === after.onFocus &&
    before.station.name === after.station.name &&
    before.station.goodShare === after.station.goodShare &&
    before.summary.worstPriority === after.summary.worstPriority &&
    before.summary.isWorstUnacknowledged === after.summary.isWorstUnacknowledged &&
    before.summary.open === after.summary.open &&
    before.summary.unacknowledged === after.summary.unacknowledged &&
    before.points.length === after.points.length &&
    before.points.every((point, index) => point === after.points[index]),
);
