// Follows the journal line by line and keeps announcements and set-asides from it. Pure: no clock, no store. Rules in RULES.md, PF1 to PF6, PF11.

import { isSetAside } from '../../domain/alarms/alarm-state.ts';
import type { AlarmClass, AlarmPriority } from '../../domain/alarms/priority.ts';
import type { AlarmLine } from '../alarms/alarm-line.ts';
import { isAnnouncement } from '../alarms/announcements.ts';
import type { AnnouncementEnding, AnnouncementRecord, SetAsideRecord } from './announcement-record.ts';

export interface DefinitionFacts {
  readonly responseTimeMs: number | null;
  readonly class: AlarmClass;
}

/** What is to be written since the last time it was taken. */
export interface ProjectionChanges {
  readonly announcements: readonly AnnouncementRecord[];
  readonly removed: readonly number[];
  readonly setAsides: readonly SetAsideRecord[];
}

interface Trace {
  /** The announcement that still lasts. */
  open: AnnouncementRecord | null;
  /** The announcement since which the alarm asks. */
  waiting: AnnouncementRecord | null;
  raisedAtMs: number | null;
}

const hourMs = 3_600_000;
const longestShelvingMs: Readonly<Record<AlarmPriority, number>> = { critical: hourMs, high: hourMs, medium: 8 * hourMs, low: 8 * hourMs };

export class Projection {
  readonly #factsOf: (alarmId: string) => DefinitionFacts;
  readonly #traces = new Map<string, Trace>();
  readonly #setAsides = new Map<string, SetAsideRecord>();
  #changed = new Map<number, AnnouncementRecord>();
  #removed = new Set<number>();
  #changedSetAsides = new Map<number, SetAsideRecord>();

  constructor(
    factsOf: (alarmId: string) => DefinitionFacts,
    open: { readonly announcements: readonly AnnouncementRecord[]; readonly setAsides: readonly SetAsideRecord[] },
  ) {
    this.#factsOf = factsOf;
    for (const record of open.announcements) {
      const trace = this.#trace(record.alarmId);
      trace.raisedAtMs = Math.max(trace.raisedAtMs ?? 0, record.raisedAtMs);
      if (record.endedAtMs === null) trace.open = record;
      if (record.isWaiting) trace.waiting = record;
    }
    for (const record of open.setAsides) this.#setAsides.set(`${record.kind} ${record.alarmId}`, record);
  }

  apply(line: AlarmLine): void {
    const trace = this.#trace(line.alarmId);
    if (line.event === 'raise') trace.raisedAtMs = line.occurredAtMs;
    switch (line.event) {
      case 'clear':
        this.#end(trace, 'cleared', line.occurredAtMs);
        break;
      case 'acknowledge':
        this.#acknowledge(trace, line);
        break;
      case 'shelve':
      case 'removeFromService':
        this.#setAside(line);
        break;
      case 'unshelve':
        this.#endSetAside('shelved', line);
        break;
      case 'returnToService':
        this.#endSetAside('outOfService', line);
        break;
      default:
    }
    if (isAnnouncement(line)) this.#announce(trace, line);
    else if (isSetAside(line.to)) this.#hide(trace, line);
  }

  get changedRows(): number {
    return this.#changed.size + this.#removed.size + this.#changedSetAsides.size;
  }

  takeChanges(): ProjectionChanges {
    const changes = {
      announcements: [...this.#changed.values()],
      removed: [...this.#removed],
      setAsides: [...this.#changedSetAsides.values()],
    };
    this.#changed = new Map();
    this.#removed = new Set();
    this.#changedSetAsides = new Map();
    return changes;
  }

  /** Gives back what could not be written. */
  giveBack(changes: ProjectionChanges): void {
    for (const record of changes.announcements)
      if (!this.#changed.has(record.sequence) && !this.#removed.has(record.sequence)) this.#changed.set(record.sequence, record);
    for (const sequence of changes.removed) this.#removed.add(sequence);
    for (const record of changes.setAsides)
      if (!this.#changedSetAsides.has(record.sequence)) this.#changedSetAsides.set(record.sequence, record);
  }

  #announce(trace: Trace, line: AlarmLine): void {
    this.#end(trace, 'superseded', line.occurredAtMs);
    // A real alarm does not repeat the test before it.
    if (trace.waiting !== null && trace.waiting.isTest !== line.isTest) this.#stopWaiting(trace);
    const isRepeat = trace.waiting !== null;
    const record: AnnouncementRecord = {
      sequence: line.sequence,
      alarmId: line.alarmId,
      stationId: line.stationId,
      priority: line.priority,
      announcedAtMs: line.recordedAtMs,
      raisedAtMs: trace.raisedAtMs ?? line.occurredAtMs,
      isRaise: line.event === 'raise',
      isTest: line.isTest,
      isRepeat,
      isWaiting: !isRepeat,
      responseTimeMs: this.#factsOf(line.alarmId).responseTimeMs,
      endedAtMs: null,
      ending: null,
      acknowledgedAtMs: null,
      acknowledgedBy: null,
      hasComment: false,
    };
    trace.open = record;
    if (!isRepeat) trace.waiting = record;
    this.#changed.set(record.sequence, record);
  }

  /** Set aside: it does not last any longer as an announcement, and nobody is asked any more. In the commit of its raise: it never was one. */
  #hide(trace: Trace, line: AlarmLine): void {
    const { open } = trace;
    if (line.event === 'suppress' && open !== null && open.announcedAtMs === line.recordedAtMs) {
      this.#changed.delete(open.sequence);
      this.#removed.add(open.sequence);
      if (trace.waiting?.sequence === open.sequence) trace.waiting = null;
      trace.open = null;
      return;
    }
    this.#end(trace, 'setAside', line.occurredAtMs);
    this.#stopWaiting(trace);
  }

  #stopWaiting(trace: Trace): void {
    if (trace.waiting !== null) this.#put(trace, { ...trace.waiting, isWaiting: false });
    trace.waiting = null;
  }

  #end(trace: Trace, ending: AnnouncementEnding, atMs: number): void {
    if (trace.open === null) return;
    const { raisedAtMs } = trace.open;
    this.#put(trace, { ...trace.open, endedAtMs: Math.max(raisedAtMs, atMs), ending });
    trace.open = null;
  }

  #acknowledge(trace: Trace, line: AlarmLine): void {
    if (trace.waiting === null) return;
    const { event } = line.detail;
    const hasComment = typeof event === 'object' && event !== null && 'comment' in event && typeof event.comment === 'string';
    this.#put(trace, { ...trace.waiting, isWaiting: false, acknowledgedAtMs: line.recordedAtMs, acknowledgedBy: line.by, hasComment });
    trace.waiting = null;
  }

  /** Open and waiting may be the same announcement: both are kept as it is now. */
  #put(trace: Trace, record: AnnouncementRecord): void {
    if (trace.open?.sequence === record.sequence) trace.open = record;
    if (trace.waiting?.sequence === record.sequence) trace.waiting = record;
    this.#changed.set(record.sequence, record);
  }

  #setAside(line: AlarmLine): void {
    const event = (typeof line.detail.event === 'object' && line.detail.event !== null ? line.detail.event : {}) as Readonly<
      Record<string, unknown>
    >;
    const kind = line.event === 'shelve' ? 'shelved' : 'outOfService';
    if (kind === 'outOfService') this.#endSetAside('shelved', line);
    const record: SetAsideRecord = {
      sequence: line.sequence,
      alarmId: line.alarmId,
      stationId: line.stationId,
      kind,
      sinceMs: line.occurredAtMs,
      untilMs: typeof event.untilMs === 'number' ? event.untilMs : line.occurredAtMs,
      endedAtMs: null,
      username: line.by ?? '',
      approvedBy: typeof event.approvedBy === 'string' ? event.approvedBy : null,
      fault: null,
    };
    const judged = { ...record, fault: faultOf(record, event, line.priority, this.#factsOf(line.alarmId).class) };
    this.#setAsides.set(`${kind} ${line.alarmId}`, judged);
    this.#changedSetAsides.set(judged.sequence, judged);
  }

  #endSetAside(kind: SetAsideRecord['kind'], line: AlarmLine): void {
    const key = `${kind} ${line.alarmId}`;
    const record = this.#setAsides.get(key);
    if (record === undefined) return;
    this.#setAsides.delete(key);
    this.#changedSetAsides.set(record.sequence, { ...record, endedAtMs: line.occurredAtMs });
  }

  #trace(alarmId: string): Trace {
    let trace = this.#traces.get(alarmId);
    if (trace === undefined) {
      trace = { open: null, waiting: null, raisedAtMs: null };
      this.#traces.set(alarmId, trace);
    }
    return trace;
  }
}

/** PF11. */
function faultOf(
  record: SetAsideRecord,
  event: Readonly<Record<string, unknown>>,
  priority: AlarmPriority,
  alarmClass: AlarmClass,
): string | null {
  const lengthMs = record.untilMs - record.sinceMs;
  const isApproved = record.approvedBy !== null && record.approvedBy !== record.username;
  if (record.kind === 'outOfService') {
    if (typeof event.permit !== 'string' || event.permit === '' || !isApproved || lengthMs > 7 * 24 * hourMs) return 'AL14';
    return null;
  }
  if (alarmClass === 'safety') return 'AL9';
  if (lengthMs > longestShelvingMs[priority]) return 'AL10';
  if ((priority === 'critical' || priority === 'high') && !isApproved) return 'AL11';
  return null;
}
