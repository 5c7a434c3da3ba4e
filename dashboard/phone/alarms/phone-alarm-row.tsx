// One alarm as a wide row to tap: priority, station, message, since when, and whether an acknowledgement is still on the phone.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { AlarmView } from '../../../domain/api/alarm-api.ts';
import { flashOf, PriorityMark } from '../../alarms/priority-mark.tsx';
import { TestTag } from '../../alarms/test-tag.tsx';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { useStation, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { useOwnActions } from '../queue/queue-context.tsx';

export function useIsAcknowledgementWaiting(occurrenceId: string): boolean {
  const { waiting } = useOwnActions();
  return waiting.some(({ action }) => action.deed.kind === 'acknowledge' && action.deed.occurrenceId === occurrenceId);
}

export function PhoneAlarmRow({
  alarm,
  lesser = 0,
  showsStation = true,
}: {
  readonly alarm: AlarmView;
  /** Alarms of the same point that this one explains. */
  readonly lesser?: number;
  readonly showsStation?: boolean;
}): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const station = useStation(alarm.stationId);
  const { serverNowMs } = useLiveClient();
  const isWaiting = useIsAcknowledgementWaiting(alarm.id);
  return (
    <Link to={`/alarms/${encodeURIComponent(alarm.id)}`} className="phone-row" data-testid="alarm-row" data-alarm-id={alarm.alarmId}>
      <PriorityMark priority={alarm.priority} alarmClass={alarm.class} flash={flashOf(alarm.state)} size={32} />
      <span className="phone-row-text">
        {showsStation && <b>{station === undefined ? alarm.stationId : text(station.name)}</b>}
        <span>
          {text(alarm.message)} <TestTag alarm={alarm} />
        </span>
        <span className="phone-row-small">
          {alarm.raisedAtMs !== null && <span className="number">{formatRecent(alarm.raisedAtMs, serverNowMs(), zone)}</span>}
          {' · '}
          {isWaiting ? <strong>{t('phone.alarms.waitingAcknowledgement')}</strong> : t(`alarmState.${alarm.state}`)}
          {lesser > 0 && ` · ${t('phone.alarms.more', { count: lesser })}`}
        </span>
      </span>
    </Link>
  );
}
