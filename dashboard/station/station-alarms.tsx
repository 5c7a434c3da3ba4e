// The alarms of one station, worst first, in short; the whole list is one step away.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { isSetAside, orderAlarms } from '../alarms/alarm-order.ts';
import { flashOf, PriorityMark } from '../alarms/priority-mark.tsx';
import { TestTag } from '../alarms/test-tag.tsx';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';

const shownAlarms = 12;

export function StationAlarms({ alarms, stationId }: { readonly alarms: readonly AlarmView[]; readonly stationId: string }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const rows = useMemo(() => orderAlarms(alarms.filter((alarm) => !isSetAside(alarm))), [alarms]);
  return (
    <section className="panel" aria-label={t('station.alarms')} data-testid="station-alarms">
      <div className="panel-head">
        <h2>{t('station.alarms')}</h2>
        <Link to="/alarms" search={{ station: stationId }} className="small panel-link">
          {t('alarms.list')}
        </Link>
      </div>
      {rows.length === 0 ? (
        <p className="empty">{t('station.noAlarms')}</p>
      ) : (
        <ul className="short-alarms">
          {rows.slice(0, shownAlarms).map(({ alarm }) => (
            <li key={alarm.id}>
              <Link to="/alarms/$alarmId" params={{ alarmId: alarm.alarmId }}>
                <PriorityMark priority={alarm.priority} alarmClass={alarm.class} flash={flashOf(alarm.state)} />
                <span className="short-alarm-text">
                  <span>
                    {text(alarm.message)} <TestTag alarm={alarm} />
                  </span>
                  <span className="muted small">
                    {alarm.raisedAtMs !== null && <span className="number">{formatRecent(alarm.raisedAtMs, serverNowMs(), zone)} · </span>}
                    {t(`alarmState.${alarm.state}`)}
                  </span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
