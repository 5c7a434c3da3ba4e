// One detector, door or supply beside the process drawing: tag, name, value, alarm.
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import type { AlarmSummary } from '../alarms/alarm-order.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { ReadingText } from '../values/reading-text.tsx';

export const InstrumentChip = memo(function InstrumentChip({
  point,
  summary,
}: {
  readonly point: PointView;
  readonly summary: AlarmSummary;
}): ReactNode {
  const { text } = useWords();
  return (
    <li data-hue={summary.worstPriority ?? undefined}>
      <Link
        className="chip"
        to="/stations/$stationId"
        params={{ stationId: point.stationId }}
        search={{ point: point.id }}
        resetScroll={false}
      >
        <span className="chip-name" title={text(point.name)}>
          <b>{point.tag}</b> {text(point.name)}
        </span>
        <span className="chip-value">
          <ReadingText point={point} showsReason />
          {summary.worstPriority !== null && (
            <PriorityMark priority={summary.worstPriority} flash={summary.isWorstUnacknowledged ? 'fast' : 'none'} size={18} />
          )}
        </span>
      </Link>
    </li>
  );
});
