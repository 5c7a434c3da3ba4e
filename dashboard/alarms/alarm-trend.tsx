// The trend around an alarm: ten minutes before it was raised and ten after, its limit always in sight.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { PointView } from '../../domain/api/plant-api.ts';
import { fetchPoints } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { TrendChart } from '../trends/trend-chart.tsx';
import { useTrend } from '../trends/use-trend.ts';
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
  const nowMs = useNow(refreshMs);
  const raisedAtMs = alarm.raisedAtMs ?? nowMs;
  const fromMs = raisedAtMs - sideMs;
  const toMs = raisedAtMs + sideMs;
  const trend = useTrend(point, { kind: 'past', fromMs, toMs: Math.min(toMs, nowMs) }, nowMs);
  const marks = useMemo(() => (alarm.raisedAtMs === null ? [] : [alarm.raisedAtMs]), [alarm.raisedAtMs]);
  if (trend.error !== null) return <p className="empty">{t('trends.failed')}</p>;
  return (
    <div className="trend-pane">
      <TrendChart
        point={point}
        columns={trend.columns}
        fromMs={fromMs}
        toMs={toMs}
        height={280}
        syncKey={`alarm-${alarm.id}`}
        shownLimit={alarm.setpoint}
        marksMs={marks}
      />
    </div>
  );
}
