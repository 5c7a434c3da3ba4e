// What has happened, newest first: people's steps and words, and what the alarms of the station did.
import type { ReactNode } from 'react';
import type { IncidentView, TimelineEntry } from '../../../domain/api/incident-api.ts';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';

const shown = 40;

export function IncidentTimeline({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { t } = useWords();
  // That an alarm joined the incident is told by its own line.
  const entries = incident.timeline.filter((entry) => entry.source === 'alarm' || entry.event.kind !== 'alarm').toReversed();
  return (
    <details className="phone-details">
      <summary>{t('phone.incident.timeline', { count: entries.length })}</summary>
      <ul className="phone-list" data-testid="timeline">
        {entries.slice(0, shown).map((entry) => (
          <Line key={entry.source === 'incident' ? `i${entry.position}` : `a${entry.sequence}`} entry={entry} />
        ))}
      </ul>
      {(entries.length > shown || incident.isTimelineCut) && <p className="phone-hint">{t('phone.incident.timelineCut')}</p>}
    </details>
  );
}

function Line({ entry }: { readonly entry: TimelineEntry }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const time = (timeMs: number): string => formatRecent(timeMs, serverNowMs(), zone);
  if (entry.source === 'alarm') {
    return (
      <li className="timeline-line">
        <span className="phone-row-small number">{time(entry.atMs)}</span>
        <span>
          {isAlarmEvent(entry.what) ? t(`phone.incident.alarmEvent.${entry.what}`) : entry.what} · {text(entry.message)}
        </span>
      </li>
    );
  }
  const { event } = entry;
  const name = event.kind === 'late' && isEventKind(event.attempted) ? event.attempted : event.kind;
  return (
    <li className="timeline-line">
      <span className="phone-row-small number">
        {time(event.atMs)} · {event.by?.displayName ?? t('phone.incident.system')}
      </span>
      <span>
        <b>{isEventKind(name) ? t(`phone.incident.event.${name}`) : name}</b>
        {event.kind === 'late' && ` (${t(`phone.queue.late.${event.because}`)})`} {wordsOf(event)}
      </span>
    </li>
  );
}

function wordsOf(event: Extract<TimelineEntry, { source: 'incident' }>['event']): string {
  if ('comment' in event && event.comment !== null) return event.comment;
  if ('text' in event) return event.text;
  if ('reason' in event) return event.reason;
  if ('caption' in event && event.caption !== null) return event.caption;
  return '';
}

const eventKinds = [
  'open',
  'acknowledge',
  'dispatch',
  'onTheWay',
  'arrive',
  'leave',
  'control',
  'restore',
  'relapse',
  'note',
  'photo',
  'locate',
  'tick',
  'alarm',
  'assess',
  'saveReport',
  'reported',
  'waive',
  'overdue',
  'review',
  'close',
  'cancel',
] as const;

function isEventKind(kind: string): kind is (typeof eventKinds)[number] {
  return eventKinds.some((known) => known === kind);
}

const alarmEvents = ['raise', 'clear', 'acknowledge', 'reset'] as const;

function isAlarmEvent(kind: string): kind is (typeof alarmEvents)[number] {
  return alarmEvents.some((known) => known === kind);
}
