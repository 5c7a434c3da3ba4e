// The plan of the station: gas and flame detectors, emergency stops, doors, fence, each with value, quality and alarm; a place or a zone with an alarm stands out.
import { Link } from '@tanstack/react-router';
import { type CSSProperties, memo, type ReactNode, useMemo } from 'react';
import type { PointView } from '../../../domain/api/plant-api.ts';
import { type AlarmSummary, noAlarms } from '../../alarms/alarm-order.ts';
import { PriorityMark } from '../../alarms/priority-mark.tsx';
import { useWords } from '../../language/language.ts';
import { compareUrgency } from '../../overview/wall-order.ts';
import { ReadingText } from '../../values/reading-text.tsx';
import type { AlarmsByPoint } from '../mimic/mimic.tsx';
import { type PlanSymbol, planOf, planSymbolOf } from './plan-layout.ts';
import './plan.css';

export function PlanView({
  points,
  alarmsByPoint,
}: {
  readonly points: readonly PointView[];
  readonly alarmsByPoint: AlarmsByPoint;
}): ReactNode {
  const { t, text } = useWords();
  const plan = useMemo(() => planOf(points), [points]);
  if (plan === null) return null;
  const worstOf = (members: readonly PointView[]): AlarmSummary =>
    members
      .map(({ id }) => alarmsByPoint.get(id) ?? noAlarms)
      .reduce((worst, summary) => (compareUrgency(summary, worst) < 0 ? summary : worst), noAlarms);
  return (
    <section className="plan" aria-label={t('station.plan')} data-testid="plan">
      {plan.placed.length > 0 && (
        <ul className="plan-plot" style={{ '--plan-rows': plan.rows } as CSSProperties}>
          {plan.placed.map(({ point, x, y }) => (
            <li key={point.id} style={{ left: `${x}%`, top: `${y}%` }}>
              <PlanInstrument point={point} summary={alarmsByPoint.get(point.id) ?? noAlarms} />
            </li>
          ))}
        </ul>
      )}
      <div className="plan-zones">
        {plan.zones.map((zone) => {
          const title = zone.name === null ? t(zone.key === 'detectors' ? 'station.detectors' : 'station.safety') : text(zone.name);
          return (
            <section key={title} className="plan-zone" data-hue={worstOf(zone.points).worstPriority ?? undefined} aria-label={title}>
              <h2>{title}</h2>
              <ul>
                {zone.points.map((point) => (
                  <li key={point.id}>
                    <PlanInstrument point={point} summary={alarmsByPoint.get(point.id) ?? noAlarms} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </section>
  );
}

const PlanInstrument = memo(function PlanInstrument({
  point,
  summary,
}: {
  readonly point: PointView;
  readonly summary: AlarmSummary;
}): ReactNode {
  const { text } = useWords();
  return (
    <Link
      className="plan-instrument"
      data-hue={summary.worstPriority ?? undefined}
      to="/stations/$stationId"
      params={{ stationId: point.stationId }}
      search={{ point: point.id }}
      resetScroll={false}
      title={text(point.name)}
    >
      <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
        <path className="plan-symbol" d={symbolPaths[planSymbolOf[point.role] ?? 'gas']} />
      </svg>
      <span className="plan-text">
        <span className="plan-tag">{point.tag}</span>
        <span className="visually-hidden">{text(point.name)}</span>
        <ReadingText point={point} showsReason />
      </span>
      {summary.worstPriority !== null && (
        <PriorityMark priority={summary.worstPriority} flash={summary.isWorstUnacknowledged ? 'fast' : 'none'} size={20} />
      )}
    </Link>
  );
});

/** Circle with a sniffing head, flame, push button, door leaf, fence. */
const symbolPaths: Readonly<Record<PlanSymbol, string>> = {
  gas: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18ZM8 10h8M8 14h8',
  flame: 'M12 2c1 4 6 6 6 12a6 6 0 0 1-12 0c0-3 2-4 2-7c2 1 3 2 3 4c1-2 1-5 1-9Z',
  stop: 'M3 3h18v18H3ZM12 7.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9Z',
  door: 'M5 21V3h11v18M3 21h18M13 12h.01',
  perimeter: 'M3 21V7l3-3l3 3v14M9 21V7l3-3l3 3v14M15 21V7l3-3l3 3v14M3 11h18M3 17h18',
};
