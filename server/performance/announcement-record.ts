// One announcement and one set-aside as alarm performance counts them, and their rows.
import { type AlarmPriority, alarmPriorities } from '../../domain/alarms/priority.ts';
import type { AlarmAnnouncementTable, AlarmSetAsideTable } from './performance-tables.ts';

export type AnnouncementEnding = 'cleared' | 'setAside' | 'superseded';
const endings: readonly AnnouncementEnding[] = ['cleared', 'setAside', 'superseded'];

export interface AnnouncementRecord {
  /** Of the journal line that announced it. */
  readonly sequence: number;
  readonly alarmId: string;
  readonly stationId: string;
  readonly priority: AlarmPriority;
  /** When the server announced it. */
  readonly announcedAtMs: number;
  /** When its occurrence rose in the plant. */
  readonly raisedAtMs: number;
  /** False where it was announced again without a new raise. */
  readonly isRaise: boolean;
  readonly isTest: boolean;
  /** It came while the alarm was still asking: no time to acknowledge of its own. */
  readonly isRepeat: boolean;
  /** It still asks for an acknowledgement. */
  readonly isWaiting: boolean;
  readonly responseTimeMs: number | null;
  readonly endedAtMs: number | null;
  readonly ending: AnnouncementEnding | null;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly hasComment: boolean;
}

export interface SetAsideRecord {
  readonly sequence: number;
  readonly alarmId: string;
  readonly stationId: string;
  readonly kind: 'shelved' | 'outOfService';
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly endedAtMs: number | null;
  readonly username: string;
  readonly approvedBy: string | null;
  /** The rule of the lifecycle that it broke, or null. */
  readonly fault: string | null;
}

export function announcementRow(record: AnnouncementRecord): AlarmAnnouncementTable {
  return {
    sequence: record.sequence,
    alarm_id: record.alarmId,
    station_id: record.stationId,
    priority: record.priority,
    announced_at_ms: record.announcedAtMs,
    raised_at_ms: record.raisedAtMs,
    is_raise: Number(record.isRaise),
    is_test: Number(record.isTest),
    is_repeat: Number(record.isRepeat),
    waits: Number(record.isWaiting),
    response_time_ms: record.responseTimeMs,
    ended_at_ms: record.endedAtMs,
    ending: record.ending,
    stood_ms: record.endedAtMs === null ? null : record.endedAtMs - record.raisedAtMs,
    acknowledged_at_ms: record.acknowledgedAtMs,
    acknowledged_by: record.acknowledgedBy,
    has_comment: Number(record.hasComment),
  };
}

export function announcementOf(row: AlarmAnnouncementTable): AnnouncementRecord {
  return {
    sequence: row.sequence,
    alarmId: row.alarm_id,
    stationId: row.station_id,
    priority: alarmPriorities.find((priority) => priority === row.priority) ?? 'low',
    announcedAtMs: row.announced_at_ms,
    raisedAtMs: row.raised_at_ms,
    isRaise: row.is_raise === 1,
    isTest: row.is_test === 1,
    isRepeat: row.is_repeat === 1,
    isWaiting: row.waits === 1,
    responseTimeMs: row.response_time_ms,
    endedAtMs: row.ended_at_ms,
    ending: endings.find((ending) => ending === row.ending) ?? null,
    acknowledgedAtMs: row.acknowledged_at_ms,
    acknowledgedBy: row.acknowledged_by,
    hasComment: row.has_comment === 1,
  };
}

export function setAsideRow(record: SetAsideRecord): AlarmSetAsideTable {
  return {
    sequence: record.sequence,
    alarm_id: record.alarmId,
    station_id: record.stationId,
    kind: record.kind,
    since_ms: record.sinceMs,
    until_ms: record.untilMs,
    ended_at_ms: record.endedAtMs,
    username: record.username,
    approved_by: record.approvedBy,
    fault: record.fault,
  };
}

export function setAsideOf(row: AlarmSetAsideTable): SetAsideRecord {
  return {
    sequence: row.sequence,
    alarmId: row.alarm_id,
    stationId: row.station_id,
    kind: row.kind === 'outOfService' ? 'outOfService' : 'shelved',
    sinceMs: row.since_ms,
    untilMs: row.until_ms,
    endedAtMs: row.ended_at_ms,
    username: row.username,
    approvedBy: row.approved_by,
    fault: row.fault,
  };
}
