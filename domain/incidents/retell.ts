// An incident retold from the journal alone: who did what and when, in order, and the record rebuilt from the same lines. Reads journal entries and nothing else.
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import { type IncidentEvent, type IncidentRecord, incidentEventSchema } from './incident.ts';
import { replay } from './incident-record.ts';
import { incidentSentence } from './incident-sentences.ts';

export interface RetoldLine {
  /** Of the journal. */
  readonly sequence: number;
  readonly atMs: number;
  /** A person's name, or null for the system and the plant. */
  readonly who: string | null;
  readonly kind: string;
  readonly what: LocalizedText;
}

export interface Retold {
  readonly record: IncidentRecord;
  readonly lines: readonly RetoldLine[];
}

/** Null where the journal does not hold the whole incident: its opening, and every position after it. */
export function retellIncident(entries: readonly JournalEntry[], incidentId: string): Retold | null {
  const ordered = entries.toSorted((one, other) => one.sequence - other.sequence);
  const own = ordered.flatMap((entry) => {
    const event = eventOf(entry, incidentId);
    return event === null ? [] : [{ entry, event }];
  });
  const isWhole = own.every(({ entry }, index) => entry.detail.position === index + 1);
  const record = replay(
    incidentId,
    own.map(({ event }) => event),
  );
  if (!isWhole || record === null) return null;
  const linked = new Set(record.alarms.map((alarm) => alarm.occurrenceId));
  const words = new Map(record.alarms.map((alarm) => [alarm.alarmId, alarm.message]));
  const lines = [
    ...own.map(
      ({ entry, event }): RetoldLine => ({
        sequence: entry.sequence,
        atMs: event.atMs,
        who: event.by?.displayName ?? null,
        kind: entry.kind,
        what: incidentSentence(event, record.plan.items),
      }),
    ),
    ...ordered.flatMap((entry): RetoldLine[] => {
      if (!entry.kind.startsWith('alarm.') || entry.occurrenceId === null || !linked.has(entry.occurrenceId)) return [];
      const message = words.get(entry.alarmId ?? '') ?? { zh: entry.alarmId ?? '', en: entry.alarmId ?? '' };
      return [
        {
          sequence: entry.sequence,
          atMs: entry.occurredAtMs,
          who: entry.actor.kind === 'person' ? entry.actor.displayName : null,
          kind: entry.kind,
          what: message,
        },
      ];
    }),
  ];
  return { record, lines: lines.sort((one, other) => one.atMs - other.atMs || one.sequence - other.sequence) };
}

function eventOf(entry: JournalEntry, incidentId: string): IncidentEvent | null {
  if (!entry.kind.startsWith('incident.') || entry.detail.incidentId !== incidentId) return null;
  const event = incidentEventSchema.safeParse(entry.detail.event);
  return event.success ? event.data : null;
}
