// What a handover lists, to be gone through by two people, now or later: open alarms first.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { HandoverAlarm, HandoverDocument } from '../../domain/duty/handover.ts';
import { hazardGradeWords, hazardStateWords } from '../../domain/hazards/hazard-words.ts';
import { incidentKindWords, incidentStateWords } from '../../domain/incidents/incident-words.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDutyNames } from './use-duty.ts';

const shownMax = 200;

export function HandoverDocumentView({ document }: { readonly document: HandoverDocument }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const names = useDutyNames();
  const until = (timeMs: number): string => t('duty.handover.until', { time: formatDateTime(timeMs, zone) });
  return (
    <div className="handover" data-testid="handover-document">
      <Section title={t('duty.handover.alarms')} count={document.alarms.length}>
        {document.alarms.slice(0, shownMax).map((item) => (
          <AlarmItem key={item.alarmId} item={item}>
            {t(`alarmState.${item.state}`)}
            {item.acknowledgedBy !== null && ` · ${t('duty.handover.acknowledgedBy', { who: names.person(item.acknowledgedBy) })}`}
            {item.comment !== null && ` · ${item.comment}`}
          </AlarmItem>
        ))}
      </Section>
      <Section title={t('duty.handover.shelved')} count={document.shelved.length}>
        {document.shelved.slice(0, shownMax).map((item) => (
          <AlarmItem key={item.alarmId} item={item}>
            {until(item.untilMs)}
            {item.comment !== null && ` · ${item.comment}`}
          </AlarmItem>
        ))}
      </Section>
      <Section title={t('duty.handover.outOfService')} count={document.outOfService.length}>
        {document.outOfService.slice(0, shownMax).map((item) => (
          <AlarmItem key={item.alarmId} item={item}>
            {until(item.untilMs)} · {t('duty.handover.permit', { value: item.permit })} ·{' '}
            {t('duty.handover.measure', { value: item.compensatingMeasure })}
          </AlarmItem>
        ))}
      </Section>
      {document.suppressed.length > 0 && (
        <Section title={t('duty.handover.suppressed')} count={document.suppressed.length}>
          {document.suppressed.slice(0, shownMax).map((item) => (
            <AlarmItem key={item.alarmId} item={item} />
          ))}
        </Section>
      )}
      <Section title={t('duty.handover.work')} count={document.work.length}>
        {document.work.map((item) => (
          <li key={item.id}>
            <b>{t(`duty.handover.${item.kind}`)}</b> {names.station(item.stationId)} {item.pointId ?? ''} <NotSeen isSeen={item.wasSeen} />
            <span className="muted">
              {' '}
              {until(item.untilMs)} · {names.person(item.by)} · {item.reason}
            </span>
          </li>
        ))}
      </Section>
      <Section title={t('duty.handover.incidents')} count={document.incidents.length}>
        {document.incidents.map((item) => (
          <li key={item.id}>
            <b>{item.number}</b> {names.station(item.stationId)} {text(incidentKindWords[item.kind])} ·{' '}
            {text(incidentStateWords[item.state])} <NotSeen isSeen={item.wasSeen} />
          </li>
        ))}
      </Section>
      <Section title={t('duty.handover.hazards')} count={document.hazards.length}>
        {document.hazards.slice(0, shownMax).map((item) => (
          <li key={item.id}>
            <Link to="/hazards/$hazardId" params={{ hazardId: item.id }}>
              <b>{item.number}</b>
            </Link>{' '}
            {names.station(item.stationId)} {item.description} · {text(hazardStateWords[item.state])}
            {item.grade === 'major' && ` · ${text(hazardGradeWords.major)}`}
            {item.isSupplySuspended && <b> · {t('hazards.suspended')}</b>}{' '}
            <span className="muted">
              {item.deadline !== null && t('hazards.deadlineOf', { date: item.deadline })}
              {(item.standing === 'overdue' || item.standing === 'atRisk') && ` · ${t(`hazards.standing.${item.standing}`)}`}
            </span>{' '}
            <NotSeen isSeen={item.wasSeen} />
          </li>
        ))}
      </Section>
      <Section title={t('duty.handover.openNotes')} count={document.openNotes.length}>
        {document.openNotes.map((note) => (
          <li key={note.id}>
            {note.text}
            <span className="muted">
              {' '}
              {note.stationId !== null && `${names.station(note.stationId)} · `}
              {note.displayName} {formatDateTime(note.atMs, zone)}
            </span>
          </li>
        ))}
      </Section>
      <p className="no-margin">
        <b>{t('duty.handover.checks')}</b> {t('duty.handover.checkCounts', document.checks)}
      </p>
      {document.notes !== '' && (
        <p className="no-margin">
          <b>{t('duty.handover.notes')}</b> {document.notes}
        </p>
      )}
    </div>
  );
}

function Section({ title, count, children }: { readonly title: string; readonly count: number; readonly children: ReactNode }): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h3>
        {title} <span className="muted number">{count === 0 ? t('duty.handover.none') : count}</span>
      </h3>
      {count > 0 && <ul>{children}</ul>}
      {count > shownMax && <p className="muted">{t('duty.handover.more', { count: count - shownMax })}</p>}
    </section>
  );
}

function AlarmItem({ item, children }: { readonly item: HandoverAlarm; readonly children?: ReactNode }): ReactNode {
  const { text } = useWords();
  const names = useDutyNames();
  return (
    <li className="handover-alarm">
      <PriorityMark priority={item.priority} alarmClass={item.class} />
      <span>
        <Link to="/alarms/$alarmId" params={{ alarmId: item.alarmId }}>
          <b>{names.station(item.stationId)}</b> {text(item.message)}
        </Link>{' '}
        <NotSeen isSeen={item.wasSeen} /> <span className="muted">{children}</span>
      </span>
    </li>
  );
}

function NotSeen({ isSeen }: { readonly isSeen: boolean }): ReactNode {
  const { t } = useWords();
  return isSeen ? null : <span className="tag">{t('duty.handover.notSeen')}</span>;
}
