// The times that one alarm rose, from its own journal lines: how long each lasted, who acknowledged it. Pure.
import type { AlarmOccurrence } from '../../domain/api/alarm-context-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { alarmLineOf, isAnnounced } from './alarm-line.ts';

/** `entries` of one alarm in order; newest occurrence first. Of an occurrence that rose before the first entry nothing is told. */
export function occurrencesOf(entries: readonly JournalEntry[]): AlarmOccurrence[] {
  const found = new Map<string, AlarmOccurrence>();
  for (const entry of entries) {
    const line = alarmLineOf(entry);
    if (line === null || line.occurrenceId === null) continue;
    const held = found.get(line.occurrenceId);
    if (line.event === 'raise') {
      found.set(line.occurrenceId, {
        occurrenceId: line.occurrenceId,
        raisedAtMs: line.occurredAtMs,
        clearedAtMs: null,
        value: numberOf(line.detail.value),
        acknowledgedAtMs: null,
        acknowledgedBy: null,
        comment: null,
        wasSetAside: !isAnnounced(line.to),
        isTest: line.isTest,
      });
    } else if (held === undefined) continue;
    else if (line.event === 'clear') found.set(line.occurrenceId, { ...held, clearedAtMs: line.occurredAtMs });
    else if (line.event === 'acknowledge') {
      found.set(line.occurrenceId, {
        ...held,
        acknowledgedAtMs: line.occurredAtMs,
        acknowledgedBy: entry.actor.kind === 'person' ? entry.actor.displayName : null,
        comment: commentOf(line.detail),
      });
    }
  }
  return [...found.values()].toReversed();
}

function commentOf(detail: Readonly<Record<string, unknown>>): string | null {
  const { event } = detail;
  if (typeof event !== 'object' || event === null || !('comment' in event)) return null;
  return typeof event.comment === 'string' ? event.comment : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
