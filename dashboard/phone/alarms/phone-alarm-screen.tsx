// One alarm: what, where, since, what to do, the value now, the id to ask the log for; and the acknowledgement, bound to the occurrence that is on the screen.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { AlarmView } from '../../../domain/api/alarm-api.ts';
import { orderAlarms } from '../../alarms/alarm-order.ts';
import { CorrelationId } from '../../alarms/correlation-id.tsx';
import { flashOf, PriorityMark } from '../../alarms/priority-mark.tsx';
import { TestTag } from '../../alarms/test-tag.tsx';
import { useWords } from '../../language/language.ts';
import { useLiveClient, useSubscription } from '../../live/live-context.tsx';
import { useStation, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { formatNumber } from '../../values/format-value.ts';
import { ReadingText } from '../../values/reading-text.tsx';
import { AsOf } from '../as-of.tsx';
import { fetchAlarm, fetchPoints } from '../phone-requests.ts';
import { AcknowledgePanel } from './acknowledge-panel.tsx';
import { PhoneAlarmRow } from './phone-alarm-row.tsx';
import { usePhoneAlarms } from './use-phone-alarms.ts';

export function PhoneAlarmScreen({ id }: { readonly id: string }): ReactNode {
  const { t } = useWords();
  const { items: alarms, asOfMs } = usePhoneAlarms();
  const detail = useQuery({ queryKey: ['alarm', id], queryFn: () => fetchAlarm(id) });
  // The person keeps looking at the alarm that he opened, also when it is raised anew under another id.
  const [openedAlarmId, setOpenedAlarmId] = useState<string | null>(null);
  const found = alarms.find((alarm) => alarm.id === id || alarm.alarmId === id);
  const alarmId = found?.alarmId ?? openedAlarmId ?? detail.data?.alarmId ?? null;
  if (alarmId !== null && alarmId !== openedAlarmId) setOpenedAlarmId(alarmId);
  const listed = found ?? alarms.find((alarm) => alarm.alarmId === alarmId);
  const alarm = listed ?? detail.data;
  if (alarm === undefined) {
    return (
      <div className="phone-empty" role="status">
        <strong>{t('phone.alarm.gone')}</strong>
        <p>{t('phone.alarm.goneHint')}</p>
      </div>
    );
  }
  const isNewer = id !== alarm.id && id !== alarm.alarmId;
  return (
    <article>
      {asOfMs !== null && <AsOf timeMs={asOfMs} />}
      {isNewer && (
        <p className="phone-notice" role="status" data-testid="newer-occurrence">
          {t('phone.alarm.newer')}
        </p>
      )}
      <AlarmHead alarm={alarm} />
      <AcknowledgePanel key={alarm.id} alarm={alarm} />
      <LesserAlarms alarm={alarm} />
      <AlarmFacts alarm={alarm} />
      {detail.data !== undefined && (
        <dl className="phone-facts">
          {(['response', 'cause', 'consequence'] as const).map((name) => (
            <Guidance key={name} name={name} text={detail.data.definition[name]} />
          ))}
        </dl>
      )}
      {alarm.id !== alarm.alarmId && (
        <dl className="phone-facts">
          <div>
            <dt>{t('correlationId.name')}</dt>
            <dd>
              <CorrelationId id={alarm.id} buttonClass="phone-button" />
            </dd>
          </div>
        </dl>
      )}
      <Link to={`/stations/${encodeURIComponent(alarm.stationId)}`} className="phone-button">
        {t('phone.alarm.station')}
      </Link>
    </article>
  );
}

/** What this alarm explains is folded under it in the list; it is owed an acknowledgement all the same. */
function LesserAlarms({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const { items: alarms } = usePhoneAlarms();
  const lesser = orderAlarms(alarms).find((row) => row.alarm.alarmId === alarm.alarmId)?.eclipsed ?? [];
  if (lesser.length === 0) return null;
  return (
    <section aria-labelledby="lesser-title">
      <h2 className="phone-subtitle" id="lesser-title">
        {t('phone.alarms.more', { count: lesser.length })}
      </h2>
      <ul className="phone-list">
        {lesser.map((one) => (
          <li key={one.alarmId}>
            <PhoneAlarmRow alarm={one} showsStation={false} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function AlarmHead({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t, text } = useWords();
  const station = useStation(alarm.stationId);
  return (
    <header className="alarm-head">
      <PriorityMark priority={alarm.priority} alarmClass={alarm.class} flash={flashOf(alarm.state)} size={44} />
      <div>
        <p className="no-margin">{station === undefined ? alarm.stationId : text(station.name)}</p>
        <h1 data-testid="alarm-message">{text(alarm.message)}</h1>
        <p className="no-margin" data-testid="alarm-state">
          {t(`priority.${alarm.priority}`)} · {t(`alarmState.${alarm.state}`)} <TestTag alarm={alarm} />
        </p>
      </div>
    </header>
  );
}

function AlarmFacts({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const time = (timeMs: number): string => formatRecent(timeMs, serverNowMs(), zone);
  const value = (number: number): string => `${formatNumber(number, alarm.digits)} ${alarm.unit}`;
  return (
    <dl className="phone-facts">
      {alarm.acknowledgedBy !== null && alarm.acknowledgedAtMs !== null && (
        <div>
          <dd>{t('phone.alarm.acknowledged', { who: alarm.acknowledgedBy, time: time(alarm.acknowledgedAtMs) })}</dd>
          {alarm.comment !== null && <dd>{alarm.comment}</dd>}
        </div>
      )}
      <Fact name={t('phone.alarm.at')} value={alarm.raisedAtMs === null ? '—' : time(alarm.raisedAtMs)} />
      {alarm.clearedAtMs !== null && <Fact name={t('phone.alarm.cleared')} value={time(alarm.clearedAtMs)} />}
      {alarm.valueAtRaise !== null && <Fact name={t('phone.alarm.value')} value={value(alarm.valueAtRaise)} />}
      {alarm.setpoint !== null && <Fact name={t('phone.alarm.limit')} value={value(alarm.setpoint)} />}
      {alarm.pointId !== null && <ValueNow stationId={alarm.stationId} pointId={alarm.pointId} />}
    </dl>
  );
}

function ValueNow({ stationId, pointId }: { readonly stationId: string; readonly pointId: string }): ReactNode {
  const { t } = useWords();
  useSubscription([], [pointId]);
  const points = useQuery({ queryKey: ['points', stationId], queryFn: () => fetchPoints(stationId), staleTime: 60_000 });
  const point = points.data?.find((candidate) => candidate.id === pointId);
  return <Fact name={t('phone.alarm.now')} value={point === undefined ? '—' : <ReadingText point={point} showsReason />} />;
}

export function Fact({ name, value }: { readonly name: string; readonly value: ReactNode }): ReactNode {
  return (
    <div className="phone-fact">
      <dt>{name}</dt>
      <dd className="number">{value}</dd>
    </div>
  );
}

function Guidance({
  name,
  text,
}: {
  readonly name: 'response' | 'cause' | 'consequence';
  readonly text: { readonly zh: string; readonly en: string } | null;
}): ReactNode {
  const { t, text: inLanguage } = useWords();
  if (text === null) return null;
  return (
    <div>
      <dt>{t(`phone.alarm.${name}`)}</dt>
      <dd>{inLanguage(text)}</dd>
    </div>
  );
}
