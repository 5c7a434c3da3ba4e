// One station on the wall: grey while all is well; worst priority by colour, shape, number and word otherwise; key values with bar and trend; coverage.
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import type { PointView, StationSummary } from '../../domain/api/plant-api.ts';
import type { AlarmSummary } from '../alarms/alarm-order.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { noiseSpan } from '../values/noise-span.ts';
import { ReadingText } from '../values/reading-text.tsx';
import { Sparkline } from '../values/sparkline.tsx';
import { ValueBar } from '../values/value-bar.tsx';
import type { CameraCount } from '../video/use-camera-counts.ts';
import type { WallDensity } from './wall-order.ts';

export interface StationTileProps {
  readonly station: StationSummary;
  readonly summary: AlarmSummary;
  /** Those that are shown, most telling first. */
  readonly points: readonly PointView[];
  readonly density: WallDensity;
  /** Null: none, or not for this person to know. */
  readonly cameras: CameraCount | null;
  readonly isInMaintenance: boolean;
  readonly isCurrent: boolean;
  readonly onFocus: (stationId: string) => void;
}

export const StationTile = memo(
  function StationTile({ station, summary, points, density, cameras, isInMaintenance, isCurrent, onFocus }: StationTileProps): ReactNode {
    const { t, text } = useWords();
    const isCompact = density === 'compact';
    return (
      <Link
        to="/stations/$stationId"
        params={{ stationId: station.id }}
        className="tile"
        data-tile=""
        data-station={station.id}
        data-testid={`station-${station.id}`}
        data-hue={summary.worstPriority ?? undefined}
        data-worst={summary.worstPriority ?? 'none'}
        data-unacknowledged={summary.unacknowledged}
        data-density={density}
        tabIndex={isCurrent ? 0 : -1}
        onFocus={() => onFocus(station.id)}
        title={isCompact ? `${station.id} ${text(station.name)}` : undefined}
      >
        <span className="tile-head">
          {isCompact && <WorstMark summary={summary} size={18} />}
          <b>{text(station.name)}</b>
          {!isCompact && (
            <span className="muted small">
              {station.id} · {t(`stationType.${station.type}`)}
            </span>
          )}
          {isInMaintenance && (
            <span className="tag" data-testid="tile-maintenance">
              {t('maintenance.tileMark')}
            </span>
          )}
          {cameras !== null && cameras.good < cameras.total && <CameraTag {...cameras} />}
          {isCompact && <MissingShare goodShare={station.goodShare} />}
          {isCompact && summary.unacknowledged > 0 && (
            <span className="tile-waiting number">
              <span aria-hidden="true">{summary.unacknowledged}</span>
              <span className="visually-hidden">{t('overview.unacknowledged', { count: summary.unacknowledged })}</span>
            </span>
          )}
        </span>
        {!isCompact && (
          <span className="tile-alarms">
            {summary.worstPriority === null ? (
              <span className="muted">{t('overview.normal')}</span>
            ) : (
              <>
                <WorstMark summary={summary} size={26} showsWord />
                <span className="tile-counts number">
                  <span>{t('overview.open', { count: summary.open })}</span>
                  {summary.unacknowledged > 0 && (
                    <b className="tile-waiting">{t('overview.unacknowledged', { count: summary.unacknowledged })}</b>
                  )}
                </span>
              </>
            )}
          </span>
        )}
        <span className="tile-values">
          {points.map((point) => (
            <span key={point.id} className="tile-value">
              <span className="tile-value-name">{text(point.name)}</span>
              {!isCompact && <ValueBar point={point} isDecoration />}
              {density === 'full' && <Sparkline pointId={point.id} minimumSpan={noiseSpan(point)} />}
              <ReadingText point={point} />
            </span>
          ))}
        </span>
        {!isCompact && <Coverage goodShare={station.goodShare} />}
      </Link>
    );
  },
  (before, after) =>
    before.isCurrent === after.isCurrent &&
    before.density === after.density &&
    before.cameras?.good === after.cameras?.good &&
    before.cameras?.total === after.cameras?.total &&
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

function WorstMark({
  summary,
  size,
  showsWord = false,
}: {
  readonly summary: AlarmSummary;
  readonly size: number;
  readonly showsWord?: boolean;
}): ReactNode {
  if (summary.worstPriority === null) return null;
  return (
    <PriorityMark
      priority={summary.worstPriority}
      flash={summary.isWorstUnacknowledged ? 'fast' : 'none'}
      size={size}
      showsWord={showsWord}
    />
  );
}

/** Only what is not as it must be: a station whose cameras all give a good picture says nothing of them. */
function CameraTag({ good, total }: CameraCount): ReactNode {
  const { t } = useWords();
  return (
    <span className="tag number" title={t('video.tileTitle', { good, total })} data-testid="tile-cameras">
      {t('video.tile', { good, total })}
    </span>
  );
}

/** On a compact tile only what is missing is said. */
function MissingShare({ goodShare }: { readonly goodShare: number }): ReactNode {
  const { t } = useWords();
  if (goodShare === 1) return null;
  return (
    <span className="tile-coverage number" title={t('overview.coverage')}>
      {Math.floor(goodShare * 100)}%
    </span>
  );
}

function Coverage({ goodShare }: { readonly goodShare: number }): ReactNode {
  const { t } = useWords();
  // Of a past moment it is not known.
  if (Number.isNaN(goodShare)) return null;
  const percent = Math.floor(goodShare * 100);
  return (
    <span className="coverage" title={t('overview.coverage')}>
      <span className="small">{t('overview.coverage')}</span>
      <span className="coverage-track" aria-hidden="true">
        <span className="coverage-fill" style={{ width: `${percent}%` }} />
      </span>
      <span className="number small">{percent} %</span>
    </span>
  );
}
