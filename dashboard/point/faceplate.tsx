// The faceplate: all that there is to know of one point and to do about it, over whichever screen asked for it. It fetches nothing that the screens do not.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { PointView } from '../../domain/api/plant-api.ts';
import { AcknowledgeDialog } from '../alarms/acknowledge-dialog.tsx';
import { AlarmActions } from '../alarms/alarm-actions.tsx';
import { orderAlarms, summarizeAlarms } from '../alarms/alarm-order.ts';
import { flashOf, PriorityMark } from '../alarms/priority-mark.tsx';
import { TestTag } from '../alarms/test-tag.tsx';
import { useWords } from '../language/language.ts';
import { useAlarms, useLiveClient, useSubscription } from '../live/live-context.tsx';
import { PointTestCell } from '../maintenance/point-test-cell.tsx';
import { useWork } from '../maintenance/use-work.ts';
import { usePermission, useStation, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { usePointById } from '../values/all-points.ts';
import { formatNumber } from '../values/format-value.ts';
import { usePointReading } from '../values/point-reading.ts';
import { ReadingText, useUnknownText } from '../values/reading-text.tsx';
import { ValueBar } from '../values/value-bar.tsx';
import { RecentTrend } from './recent-trend.tsx';
import '../alarms/alarms.css';
import './faceplate.css';

export function FaceplateDialog({ pointId, onClose }: { readonly pointId: string; readonly onClose: () => void }): ReactNode {
  const { t, text } = useWords();
  const pointById = usePointById();
  const point = pointById.get(pointId);
  if (point === undefined) {
    return (
      <Dialog title={pointId} onClose={onClose} testId="faceplate">
        <p className="empty">{pointById.size === 0 ? t('common.loading') : t('faceplate.notFound', { id: pointId })}</p>
      </Dialog>
    );
  }
  return (
    <Dialog title={`${point.tag} ${text(point.name)}`} onClose={onClose} className="faceplate-dialog" testId="faceplate">
      <Faceplate point={point} onLeave={onClose} />
    </Dialog>
  );
}

function Faceplate({ point, onLeave }: { readonly point: PointView; readonly onLeave: () => void }): ReactNode {
  const { t, text } = useWords();
  const station = useStation(point.stationId);
  useSubscription(
    [],
    useMemo(() => [point.id], [point.id]),
  );
  const alarms = useAlarms();
  const own = useMemo(() => orderAlarms(alarms.filter((alarm) => alarm.pointId === point.id)), [alarms, point.id]);
  const summary = useMemo(() => summarizeAlarms(own.flatMap((row) => [row.alarm, ...row.eclipsed])), [own]);
  const mayTest = usePermission('points.test');
  const { testByPoint } = useWork();
  const test = testByPoint.get(point.id) ?? null;
  return (
    <div className="faceplate" data-hue={summary.worstPriority ?? undefined}>
      <p className="muted faceplate-where no-margin">
        <span>
          {station === undefined ? point.stationId : text(station.name)} · {point.id}
        </span>
        <PointTestCell point={point} test={test} mayTest={mayTest} />
      </p>
      <div className="faceplate-value" aria-live="off">
        <ReadingText point={point} showsReason />
        {summary.worstPriority !== null && (
          <PriorityMark priority={summary.worstPriority} flash={summary.isWorstUnacknowledged ? 'fast' : 'none'} size={32} showsWord />
        )}
      </div>
      <FaceplateBar point={point} />
      {point.kind === 'analog' && (
        <section aria-label={t('faceplate.trend')}>
          <h3 className="faceplate-title">{t('faceplate.trend')}</h3>
          <RecentTrend point={point} />
        </section>
      )}
      <section aria-label={t('faceplate.alarms')}>
        <h3 className="faceplate-title">{t('faceplate.alarms')}</h3>
        {own.length === 0 ? (
          <p className="muted no-margin">{t('faceplate.noAlarms')}</p>
        ) : (
          <ul className="faceplate-alarms">
            {own
              .flatMap((row) => [row.alarm, ...row.eclipsed])
              .map((alarm) => (
                <FaceplateAlarm key={alarm.alarmId} alarm={alarm} onLeave={onLeave} />
              ))}
          </ul>
        )}
      </section>
      <Facts point={point} />
      <p className="faceplate-links no-margin">
        <Link className="button" to="/trends" search={{ points: point.id }} onClick={onLeave} data-testid="faceplate-history">
          {t('faceplate.history')}
        </Link>
        <Link className="button" to="/alarms" search={{ station: point.stationId }} onClick={onLeave}>
          {t('faceplate.alarmList')}
        </Link>
      </p>
    </div>
  );
}

function FaceplateBar({ point }: { readonly point: PointView }): ReactNode {
  if (point.kind !== 'analog' || point.range === null) return null;
  return (
    <div className="faceplate-bar number small muted">
      <span>{formatNumber(point.range.min, point.digits)}</span>
      <ValueBar point={point} />
      <span>
        {formatNumber(point.range.max, point.digits)} {point.unit}
      </span>
    </div>
  );
}

function FaceplateAlarm({ alarm, onLeave }: { readonly alarm: AlarmView; readonly onLeave: () => void }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const [acknowledging, setAcknowledging] = useState<AlarmView | null>(null);
  return (
    <li>
      <PriorityMark priority={alarm.priority} alarmClass={alarm.class} flash={flashOf(alarm.state)} />
      <span className="faceplate-alarm-text">
        <Link to="/alarms/$alarmId" params={{ alarmId: alarm.alarmId }} onClick={onLeave}>
          {text(alarm.message)}
        </Link>{' '}
        <TestTag alarm={alarm} />
        <span className="muted small">
          {alarm.raisedAtMs !== null && <span className="number">{formatRecent(alarm.raisedAtMs, serverNowMs(), zone)} · </span>}
          {t(`alarmState.${alarm.state}`)}
        </span>
        <AlarmActions alarm={alarm} onAcknowledge={() => setAcknowledging(alarm)} />
      </span>
      {acknowledging !== null && <AcknowledgeDialog alarms={[acknowledging]} onClose={() => setAcknowledging(null)} />}
    </li>
  );
}

function Facts({ point }: { readonly point: PointView }): ReactNode {
  const { t } = useWords();
  const number = (value: number): string => `${formatNumber(value, point.digits)} ${point.unit}`;
  const limits = point.limits
    .filter((limit) => limit.setpoint !== null)
    .toSorted((one, other) => (other.setpoint ?? 0) - (one.setpoint ?? 0));
  return (
    <dl className="faceplate-facts">
      {point.kind === 'analog' && (
        <>
          <dt>{t('faceplate.limits')}</dt>
          <dd className="faceplate-limits">
            {limits.length === 0 && <span className="muted">{t('faceplate.noLimits')}</span>}
            {limits.map((limit) => (
              <span key={limit.alarmId}>
                <PriorityMark priority={limit.priority} size={16} /> {t(`alarmKind.${limit.kind}`)}{' '}
                <b className="number">{number(limit.setpoint ?? 0)}</b>
              </span>
            ))}
          </dd>
        </>
      )}
      {point.normal !== null && (
        <>
          <dt>{t('faceplate.normal')}</dt>
          <dd className="number">
            {formatNumber(point.normal.min, point.digits)} … {number(point.normal.max)}
          </dd>
        </>
      )}
      {point.setpoint !== null && (
        <>
          <dt>{t('faceplate.setpoint')}</dt>
          <dd className="number">{number(point.setpoint)}</dd>
        </>
      )}
      <ReadingFacts point={point} />
      <dt>{t('faceplate.device')}</dt>
      <dd>{point.deviceId}</dd>
      <dt>{t('faceplate.scan')}</dt>
      <dd className="number">{t('faceplate.seconds', { count: point.scanMs / 1_000 })}</dd>
      {point.unitOf !== null && (
        <>
          <dt>{t('faceplate.unit')}</dt>
          <dd>{point.unitOf}</dd>
        </>
      )}
    </dl>
  );
}

function ReadingFacts({ point }: { readonly point: PointView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const reading = usePointReading(point.id);
  const unknownText = useUnknownText();
  const isKnown = reading.kind === 'known';
  return (
    <>
      <dt>{t('faceplate.quality')}</dt>
      <dd data-testid="faceplate-quality">
        {isKnown ? reading.doubt === null ? t('quality.good') : <b>{t(`quality.${reading.doubt}`)}</b> : <b>{unknownText(reading)}</b>}
      </dd>
      {isKnown && (
        <>
          <dt>{t('faceplate.lastChange')}</dt>
          <dd className="number">{formatRecent(reading.timeMs, serverNowMs(), zone)}</dd>
        </>
      )}
    </>
  );
}
