// What newly asks a person to look: counted for floods and for alarm performance. Made from journal lines; pure.
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import { type AlarmLine, isAnnounced } from './alarm-line.ts';

export interface Announcement {
  /** Of its journal line: unique, and the way back to the proof. */
  readonly sequence: number;
  readonly alarmId: string;
  readonly stationId: string;
  readonly occurrenceId: string | null;
  readonly priority: AlarmPriority;
  /** When the server had it: from then on a person could see it. */
  readonly announcedAtMs: number;
  /** False where it was announced again without a new raise: shelving ended, back in service. */
  readonly isRaise: boolean;
  readonly isTest: boolean;
}

/** Lines in order. A raise that was suppressed by design in the same commit was never announced to anybody. */
export function announcementsIn(lines: readonly AlarmLine[]): Announcement[] {
  const found: Announcement[] = [];
  const newest = new Map<string, number>();
  for (const line of lines) {
    if (line.event === 'suppress') {
      const index = newest.get(line.alarmId);
      if (index !== undefined && found[index]?.announcedAtMs === line.recordedAtMs) found.splice(index, 1);
      newest.clear();
      for (const [index, each] of found.entries()) newest.set(each.alarmId, index);
      continue;
    }
    if (!isAnnouncement(line)) continue;
    newest.set(line.alarmId, found.length);
    found.push({
      sequence: line.sequence,
      alarmId: line.alarmId,
      stationId: line.stationId,
      occurrenceId: line.occurrenceId,
      priority: line.priority,
      announcedAtMs: line.recordedAtMs,
      isRaise: line.event === 'raise',
      isTest: line.isTest,
    });
  }
  return found;
}

/** A reminder of an acknowledged alarm (AL24) is nothing new. */
export function isAnnouncement(line: AlarmLine): boolean {
  return isAnnounced(line.to) && (line.event === 'raise' || (line.event !== 'reannounce' && !isAnnounced(line.from)));
}
