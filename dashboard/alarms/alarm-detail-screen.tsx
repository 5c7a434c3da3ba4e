// Level 3: one alarm with all that helps to act on it: what, where, since when, trend with limits, cause, consequence, response and its time, history, actions.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmDefinitionView } from '../../domain/api/plant-api.ts';
import { EscalationPanel } from '../duty/escalation-panel.tsx';
import { AlarmHazard } from '../hazards/alarm-hazard.tsx';
import { fetchAlarm, fetchJournal } from '../http/gatewatch-api.ts';
import { AlarmIncident } from '../incidents/alarm-incident.tsx';
import { useJournalWords } from '../journal/journal-words.ts';
import { useWords } from '../language/language.ts';
import { useAlarms, useLiveClient, useSubscription } from '../live/live-context.tsx';
import { NotificationAttempts } from '../notifications/notification-attempts.tsx';
import { ReplayLink } from '../replay/replay-button.tsx';
import { useIsPast } from '../replay/replay-context.tsx';
import { usePersonName } from '../session/person-names.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { useKeys } from '../shell/keys.ts';
import { formatDateTime, formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { formatNumber } from '../values/format-value.ts';
import { usePointReading } from '../values/point-reading.ts';
import { useNow } from '../values/use-now.ts';
import { AlarmPictures } from '../video/alarm-pictures.tsx';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { AlarmActions } from './alarm-actions.tsx';
import { AlarmGuide } from './alarm-guide.tsx';
import { tagOf } from './alarm-line.tsx';
import { AlarmMarkTags } from './alarm-mark-tags.tsx';
import { AlarmOccurrences } from './alarm-occurrences.tsx';
import { isSetAside } from './alarm-order.ts';
import { AlarmPlaceLink } from './alarm-place.tsx';
import { hasNumber } from './alarm-row.tsx';
import { CorrelationId } from './correlation-id.tsx';
import { flashOf, hueOf, PriorityMark } from './priority-mark.tsx';
import { RelatedAlarms } from './related-alarms.tsx';
import { SetAsideFacts } from './set-aside-list.tsx';
import { TestTag } from './test-tag.tsx';
import './alarms.css';

const route = getRouteApi('/alarms/$alarmId');
const AlarmTrend = lazy(() => import('./alarm-trend.tsx').then((module) => ({ default: module.AlarmTrend })));

export function AlarmDetailScreen(): ReactNode {
  const { alarmId } = route.useParams();
  const { t } = useWords();
  const live = useAlarms().find((candidate) => candidate.alarmId === alarmId || candidate.id === alarmId);
  const detail = useQuery({
    queryKey: ['alarm', live?.alarmId ?? alarmId],
    queryFn: ({ signal }) => fetchAlarm(alarmId, signal),
    staleTime: 5_000,
  });
  const alarm = live ?? detail.data?.alarm ?? null;
  if (alarm === null) {
    return (
      <div className="empty">
        <strong>{detail.isPending ? t('common.loading') : detail.data === undefined ? t('alarm.notFound') : t('alarm.normal')}</strong>
        <Link to="/alarms" className="button">
          {t('alarm.backToList')}
        </Link>
      </div>
    );
  }
  return <AlarmDetail alarm={alarm} definition={detail.data?.definition ?? null} />;
}

function AlarmDetail({ alarm, definition }: { readonly alarm: AlarmView; readonly definition: AlarmDefinitionView | null }): ReactNode {
  const { t, text } = useWords();
  const mayAcknowledge = usePermission('alarms.acknowledge');
  const [isAsking, setIsAsking] = useState(false);
  useSubscription([], alarm.pointId === null ? [] : [alarm.pointId]);
  const isOwed = needsAcknowledgement(alarm.state);
  const isPast = useIsPast();
  useKeys(mayAcknowledge && isOwed ? [['a', () => setIsAsking(true)]] : []);
  return (
    <div className="alarm-detail" data-testid="alarm-detail" data-alarm-id={alarm.alarmId} data-state={alarm.state}>
      <section className="panel detail-head" data-hue={hueOf(alarm.priority, alarm.class)}>
        <PriorityMark priority={alarm.priority} alarmClass={alarm.class} flash={flashOf(alarm.state)} size={40} showsWord />
        <div>
          <h1>{text(alarm.message)}</h1>
          <span>
            <AlarmPlaceLink stationId={alarm.stationId} />
            {' · '}
            {tagOf(alarm)} · {t(`alarmKind.${alarm.kind}`)} · {t(`alarmClass.${alarm.class}`)}
          </span>
        </div>
        <div className="detail-state">
          <b data-testid="detail-state">{t(`alarmState.${alarm.state}`)}</b>
          <div className="muted">
            <AlarmMarkTags alarm={alarm} /> <TestTag alarm={alarm} />
          </div>
        </div>
      </section>
      <div className="detail-columns">
        <div>
          <section className="panel" aria-label={t('alarm.response')}>
            <AlarmGuide alarm={alarm} definition={definition} />
          </section>
          <section className="panel" aria-label={t('alarm.trend')}>
            <div className="panel-head">
              <h2>{t('alarm.trend')}</h2>
              {alarm.pointId !== null && (
                <Link to="/trends" search={{ points: alarm.pointId }} className="small panel-link">
                  {t('trends.title')}
                </Link>
              )}
            </div>
            {alarm.pointId === null ? (
              <p className="empty">{t('alarm.noTrend')}</p>
            ) : (
              <Suspense fallback={<p className="empty">{t('common.loading')}</p>}>
                <AlarmTrend alarm={alarm} pointId={alarm.pointId} />
              </Suspense>
            )}
          </section>
          <AlarmPictures key={`pictures ${alarm.id}`} alarm={alarm} />
          <RelatedAlarms alarm={alarm} />
        </div>
        <div>
          <section className="panel" aria-label={t('alarm.actions')}>
            <AlarmActions key={alarm.alarmId} alarm={alarm} onAcknowledge={() => setIsAsking(true)} />
            <div className="detail-incident">
              <AlarmIncident key={alarm.id} alarm={alarm} />
              <AlarmHazard key={`hazard ${alarm.id}`} alarm={alarm} />
              <ReplayLink beforeMs={alarm.raisedAtMs} stationId={alarm.stationId}>
                {t('replay.fromAlarm')}
              </ReplayLink>
            </div>
            <Facts alarm={alarm} definition={definition} />
          </section>
          {/* Who would be told next is of now; who was told, and the steps that were taken, stand in the history below. */}
          {!isPast && <EscalationPanel alarm={alarm} />}
          <NotificationAttempts alarmId={alarm.alarmId} sinceMs={alarm.raisedAtMs} />
          <AlarmOccurrences alarm={alarm} />
          <History alarm={alarm} />
        </div>
      </div>
      {isAsking && <AcknowledgeDialog alarms={[alarm]} onClose={() => setIsAsking(false)} />}
    </div>
  );
}

function Facts({ alarm, definition }: { readonly alarm: AlarmView; readonly definition: AlarmDefinitionView | null }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(1_000);
  const durationText = useDurationText();
  const nameOf = usePersonName();
  const time = (timeMs: number): string => formatRecent(timeMs, nowMs, zone);
  const number = (value: number | null): string => (value === null ? '—' : `${formatNumber(value, alarm.digits)} ${alarm.unit}`);
  return (
    <dl className="facts number">
      {alarm.raisedAtMs !== null && (
        <>
          <dt>{t('alarm.since')}</dt>
          <dd>
            {formatDateTime(alarm.raisedAtMs, zone)}
            {alarm.isConditionTrue && (
              <span className="muted"> · {t('alarm.duration', { duration: durationText(nowMs - alarm.raisedAtMs) })}</span>
            )}
          </dd>
        </>
      )}
      {alarm.clearedAtMs !== null && !alarm.isConditionTrue && (
        <>
          <dt>{t('alarm.cleared')}</dt>
          <dd>{formatDateTime(alarm.clearedAtMs, zone)}</dd>
        </>
      )}
      {alarm.responseTimeMs !== null && (
        <>
          <dt>{t('alarm.responseTime')}</dt>
          <dd>{durationText(alarm.responseTimeMs)}</dd>
        </>
      )}
      {hasNumber(alarm) && (
        <>
          <dt>{t('alarm.valueAtRaise')}</dt>
          <dd>{number(alarm.valueAtRaise)}</dd>
          {alarm.pointId !== null && (
            <>
              <dt>{t('alarm.now')}</dt>
              <dd>
                <NowText pointId={alarm.pointId} alarm={alarm} />
              </dd>
            </>
          )}
        </>
      )}
      {alarm.setpoint !== null && (
        <>
          <dt>{t('alarm.setpoint')}</dt>
          <dd>
            {number(alarm.setpoint)}
            {definition?.deadband != null && (
              <span className="muted">
                {' · '}
                {t('alarm.deadband')} {number(definition.deadband)}
              </span>
            )}
          </dd>
        </>
      )}
      {definition !== null && (
        <>
          <dt>{t('alarm.delay')}</dt>
          <dd>
            {durationText(definition.onDelayMs)} / {durationText(definition.offDelayMs)}
            {definition.isLatching && <span className="tag">{t('alarm.latching')}</span>}
          </dd>
        </>
      )}
      {alarm.acknowledgedAtMs !== null && (
        <>
          <dt>{t('alarms.column.acknowledgedBy')}</dt>
          <dd>
            {nameOf(alarm.acknowledgedBy ?? '')} {time(alarm.acknowledgedAtMs)}
            {alarm.comment !== null && <div>{alarm.comment}</div>}
          </dd>
        </>
      )}
      {isSetAside(alarm) && (
        <>
          <dt>{t(`alarmState.${alarm.state}`)}</dt>
          <dd data-testid="set-aside-facts">
            <SetAsideFacts alarm={alarm} />
          </dd>
        </>
      )}
      {alarm.id !== alarm.alarmId && (
        <>
          <dt>{t('correlationId.name')}</dt>
          <dd>
            <CorrelationId id={alarm.id} buttonClass="button button-small" />
          </dd>
        </>
      )}
    </dl>
  );
}

function NowText({ pointId, alarm }: { readonly pointId: string; readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const reading = usePointReading(pointId);
  if (reading.kind === 'unknown') return <span className="hatched">— {t(`quality.${reading.reason}`)}</span>;
  return <b>{typeof reading.value === 'number' ? `${formatNumber(reading.value, alarm.digits)} ${alarm.unit}` : reading.value}</b>;
}

function History({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const words = useJournalWords();
  const mayRead = usePermission('journal.read');
  const journal = useQuery({
    queryKey: ['journal', 'alarm', alarm.alarmId, alarm.version],
    queryFn: ({ signal }) => fetchJournal({ alarmId: alarm.alarmId, limit: 100 }, signal),
    enabled: mayRead,
    placeholderData: (before) => before,
  });
  if (!mayRead) return null;
  const entries = (journal.data ?? []).filter((entry) => entry.alarmId === alarm.alarmId);
  return (
    <section className="panel" aria-label={t('alarm.history')} data-testid="alarm-history">
      <div className="panel-head">
        <h2>{t('alarm.history')}</h2>
      </div>
      {journal.isError && <p className="empty">{t('common.failed', { reason: journal.error.message })}</p>}
      {entries.length === 0 && !journal.isError && <p className="empty">{t('alarm.noHistory')}</p>}
      <ul className="history">
        {entries.slice(0, 50).map((entry) => (
          <li key={entry.sequence}>
            <span className="muted number">{formatRecent(entry.occurredAtMs, serverNowMs(), zone)}</span>
            <span>
              <b>{words.kind(entry)}</b> {words.actor(entry)}
              <span className="muted"> {words.detail(entry)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
