// What happened, newest first: what people did, what the alarms did, what came late. With a line to write a note.
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useMemo, useState } from 'react';
import type { IncidentView, TimelineEntry } from '../../domain/api/incident-api.ts';
import { incidentSentence } from '../../domain/incidents/incident-sentences.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { zh } from '../language/zh.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { formatClock, formatRecent } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';
import { photoUrl } from './incident-requests.ts';
import type { IncidentActing } from './use-incident-action.ts';

const views = ['all', 'actions', 'alarms'] as const;
type View = (typeof views)[number];

function isAlarmEntry(entry: TimelineEntry): boolean {
  return entry.source === 'alarm' || entry.event.kind === 'alarm';
}

export function IncidentTimeline({ incident, acting }: { readonly incident: IncidentView; readonly acting: IncidentActing }): ReactNode {
  const { t } = useWords();
  const [view, setView] = useState<View>('all');
  const entries = useMemo(
    () =>
      incident.timeline
        .filter((entry) => view === 'all' || isAlarmEntry(entry) === (view === 'alarms'))
        // That an alarm joined the incident is told by its own line, where that is there.
        .filter((entry) => incident.isTimelineCut || entry.source === 'alarm' || entry.event.kind !== 'alarm')
        .toReversed(),
    [incident.timeline, incident.isTimelineCut, view],
  );
  return (
    <section className="panel" aria-label={t('incidents.timeline.title')}>
      <div className="panel-head">
        <h2>{t('incidents.timeline.title')}</h2>
        <fieldset className="choices" aria-label={t('incidents.timeline.title')}>
          {views.map((name) => (
            <button key={name} type="button" aria-pressed={view === name} onClick={() => setView(name)}>
              {t(`incidents.timeline.${name}`)}
            </button>
          ))}
        </fieldset>
      </div>
      <NoteLine acting={acting} />
      {incident.isTimelineCut && <p className="notice">{t('incidents.timeline.cut')}</p>}
      {entries.length === 0 && <p className="empty">{t('incidents.timeline.empty')}</p>}
      <ol className="incident-timeline" data-testid="timeline">
        {entries.map((entry) => (
          <TimelineLine key={entry.source === 'incident' ? `i${entry.position}` : `a${entry.sequence}`} entry={entry} incident={incident} />
        ))}
      </ol>
    </section>
  );
}

function NoteLine({ acting }: { readonly acting: IncidentActing }): ReactNode {
  const { t } = useWords();
  const mayAct = usePermission('incidents.act');
  const [words, setWords] = useState('');
  if (!mayAct) return null;
  const said = words.trim();
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (said !== '' && !acting.isSending && (await acting.send({ kind: 'note', text: said }))) setWords('');
  }
  return (
    <form className="note-line" onSubmit={(event) => void submit(event)}>
      <input
        className="input"
        value={words}
        maxLength={4_000}
        placeholder={t('incidents.timeline.note')}
        aria-label={t('incidents.timeline.note')}
        onChange={(event) => setWords(event.target.value)}
        data-testid="note-words"
      />
      <button type="submit" className="button" disabled={said === '' || acting.isSending} data-testid="note-submit">
        {t('incidents.timeline.addNote')}
      </button>
    </form>
  );
}

/** A phone that tells a thing this much later than it happened was without network. */
const noticeableMs = 60_000;

function TimelineLine({ entry, incident }: { readonly entry: TimelineEntry; readonly incident: IncidentView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const nowMs = useNow(60_000);
  if (entry.source === 'alarm') {
    const known = ['raise', 'clear', 'acknowledge'] as const;
    const what = known.find((name) => name === entry.what);
    const kind = `alarm.${entry.what}`;
    const word =
      what !== undefined
        ? t(`incidents.timeline.${what}`)
        : Object.hasOwn(zh.journal.kind, kind)
          ? t(`journal.kind.${kind as keyof typeof zh.journal.kind}`)
          : t('incidents.timeline.other', { what: entry.what });
    return (
      <li data-source="alarm" data-what={entry.what}>
        <time className="number" dateTime={new Date(entry.atMs).toISOString()}>
          {formatRecent(entry.atMs, nowMs, zone)}
        </time>
        <span className="timeline-mark">
          {entry.what === 'raise' ? <PriorityMark priority={entry.priority} size={16} /> : <span className="dot" data-alarm="" />}
        </span>
        <span>
          {word}{' '}
          <Link to="/alarms/$alarmId" params={{ alarmId: entry.alarmId }}>
            {text(entry.message)}
          </Link>{' '}
          <span className="muted small">{entry.alarmId}</span>
          {entry.by !== null && <span className="muted"> {entry.by}</span>}
          {entry.comment !== null && <span>：{entry.comment}</span>}
        </span>
      </li>
    );
  }
  const { event } = entry;
  const isDelayed = event.receivedAtMs - event.atMs > noticeableMs && event.by !== null;
  return (
    <li data-source="incident" data-kind={event.kind} data-late={event.kind === 'late' || undefined}>
      <time className="number" dateTime={new Date(event.atMs).toISOString()}>
        {formatRecent(event.atMs, nowMs, zone)}
      </time>
      <span className="timeline-mark">
        <span className="dot" data-person={event.by !== null || undefined} />
      </span>
      <span>
        <b>{event.by?.displayName ?? t('incidents.timeline.system')}</b>{' '}
        <span className="pre-line">{text(incidentSentence(event, incident.plan.items))}</span>
        {event.kind === 'late' && <span className="tag">{t('incidents.timeline.late')}</span>}
        {entry.isAddendum && <span className="tag">{t('incidents.timeline.addendum')}</span>}
        {isDelayed && (
          <span className="muted small number"> {t('incidents.timeline.received', { time: formatClock(event.receivedAtMs, zone) })}</span>
        )}
        {event.position !== null && (
          <span className="muted small number">
            {' '}
            {t('incidents.timeline.position')} {event.position.latitude.toFixed(5)}, {event.position.longitude.toFixed(5)}
            {event.position.accuracyM !== null && ` ±${Math.round(event.position.accuracyM)} m`}
          </span>
        )}
        {event.kind === 'photo' && (
          <a className="timeline-photo" href={photoUrl(incident.id, event.hash)} target="_blank" rel="noreferrer">
            <img
              src={photoUrl(incident.id, event.hash)}
              alt={event.caption ?? t('incidents.photos.untitled')}
              loading="lazy"
              width={event.width}
              height={event.height}
            />
          </a>
        )}
      </span>
    </li>
  );
}
