// The trend around an alarm: ten minutes before it was raised and ten after, its limit always in sight.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { PointView } from '../../domain/api/plant-api.ts';
import { fetchPoints } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { Observable } from '../live/observable.ts';
import { useZone } from '../session/plant-context.tsx';
import { TrendLegend } from '../trends/trend-legend.tsx';
import { letterOf, type Pen, styleOf } from '../trends/trend-pens.ts';
import { TrendPlot } from '../trends/trend-plot.tsx';
import { useLimits, useMarks } from '../trends/use-marks.ts';
import { useTrends } from '../trends/use-trends.ts';
import { useNow } from '../values/use-now.ts';

const sideMs = 600_000;
const refreshMs = 5_000;

export function AlarmTrend({ alarm, pointId }: { readonly alarm: AlarmView; readonly pointId: string }): ReactNode {
  const { t } = useWords();
  const points = useQuery({
    queryKey: ['points', alarm.stationId],
    queryFn: ({ signal }) => fetchPoints(alarm.stationId, signal),
    staleTime: 300_000,
  });
  const point = points.data?.find((candidate) => candidate.id === pointId);
  if (point === undefined) return <p className="empty">{points.isError ? t('trends.failed') : t('common.loading')}</p>;
  return <TrendOfAlarm alarm={alarm} point={point} />;
}

function TrendOfAlarm({ alarm, point }: { readonly alarm: AlarmView; readonly point: PointView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(refreshMs);
  const [cursor] = useState(() => new Observable<number | null>(null));
  const [openedAtMs] = useState(nowMs);
  const raisedAtMs = alarm.raisedAtMs ?? openedAtMs;
  const fromMs = raisedAtMs - sideMs;
  const toMs = raisedAtMs + sideMs;
  const points = useMemo(() => [point], [point]);
  const window = { kind: 'past', fromMs, toMs: Math.min(toMs, nowMs) } as const;
  const [trend] = useTrends(points, { window, nowMs, zone, comparison: 'none' });
  const limits = useLimits([point.id]);
  const marks = useMarks([point.id], { kind: 'past', fromMs, toMs }, nowMs).of(points);
  if (trend === undefined || trend.error !== null) return <p className="empty">{t('trends.failed')}</p>;
  const { columns, earlier, holdMs, gaps, quality } = trend;
  const pens: Pen[] = [{ point, letter: letterOf(0), style: styleOf(0), scaleKey: 'y', columns, earlier, holdMs, gaps, quality, limits }];
  return (
    <div className="trend-pane">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable) */}
      <section className="trend-legend-box" tabIndex={0} aria-label={t('trends.legend')}>
        <TrendLegend pens={pens} fromMs={fromMs} toMs={toMs} nowMs={nowMs} cursor={cursor} />
      </section>
      <TrendPlot
        pens={pens}
        fromMs={fromMs}
        toMs={toMs}
        nowMs={nowMs}
        height={280}
        cursor={cursor}
        marks={marks}
        shownValues={alarm.setpoint === null ? [] : [alarm.setpoint]}
      />
      <p className="trend-note small">
        <Link to="/trends" search={{ points: point.id, from: Math.round(fromMs), to: Math.round(Math.min(toMs, nowMs)) }}>
          {t('trends.openHere')}
        </Link>
      </p>
    </div>
  );
}
