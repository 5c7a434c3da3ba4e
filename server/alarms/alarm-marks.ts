// Marks on alarms that their own record cannot tell: first-out, chattering, fleeting. Made from journal lines and nothing else; rules in MARKS.md.
// Pure: no clock, no store. Bounded: one entry an alarm and one burst a station.
import type { AlarmLine } from './alarm-line.ts';

const burstMs = 30_000;
const chatterRaises = 3;
const chatterWindowMs = 60_000;
const chatterHoldMs = 300_000;
export const fleetingMs = 5_000;
export const staleMs = 24 * 3_600_000;

export interface Marks {
  readonly isFirstOut: boolean;
  readonly isChattering: boolean;
  readonly isFleeting: boolean;
}

interface AlarmTrace {
  occurrenceId: string | null;
  raisedAtMs: number;
  isFleeting: boolean;
  /** The last three, oldest first. */
  raisesMs: readonly number[];
  chattersUntilMs: number;
}

interface Burst {
  firstAlarmId: string;
  firstOccurrenceId: string | null;
  firstAtMs: number;
  lastNewAtMs: number;
  readonly alarmIds: Set<string>;
  readonly sources: Set<string>;
}

export class AlarmMarks {
  readonly #sourceOf: (alarmId: string) => string;
  readonly #traces = new Map<string, AlarmTrace>();
  readonly #bursts = new Map<string, Burst>();
  /** Alarm → the occurrence that was first out. */
  readonly #firstOut = new Map<string, string | null>();
  readonly #chattering = new Set<string>();
  #touched = new Set<string>();

  /** `sourceOf`: the point, device or station alarm behind an alarm, so that high and high-high of one point are no burst. */
  constructor(sourceOf: (alarmId: string) => string) {
    this.#sourceOf = sourceOf;
  }

  note(line: AlarmLine): void {
    if (line.event === 'raise') this.#raise(line);
    else if (line.event === 'clear') this.#clear(line);
  }

  of(alarmId: string, occurrenceId: string | null, nowMs: number): Marks {
    const trace = this.#traces.get(alarmId);
    return {
      isFirstOut: occurrenceId !== null && this.#firstOut.get(alarmId) === occurrenceId,
      isChattering: trace !== undefined && trace.chattersUntilMs > nowMs,
      isFleeting: trace !== undefined && trace.occurrenceId === occurrenceId && trace.isFleeting,
    };
  }

  /** Alarms whose marks changed since the last call, by another alarm or by time. */
  takeChanged(nowMs: number): ReadonlySet<string> {
    for (const alarmId of this.#chattering) {
      if ((this.#traces.get(alarmId)?.chattersUntilMs ?? 0) > nowMs) continue;
      this.#chattering.delete(alarmId);
      this.#touched.add(alarmId);
    }
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  #raise(line: AlarmLine): void {
    const { alarmId, occurrenceId, occurredAtMs } = line;
    const before = this.#traces.get(alarmId);
    if (before !== undefined && before.occurrenceId === occurrenceId && before.raisedAtMs === occurredAtMs) return;
    const raisesMs = [...(before?.raisesMs ?? []), occurredAtMs].slice(-chatterRaises);
    const isChatter = raisesMs.length === chatterRaises && occurredAtMs - (raisesMs[0] ?? 0) <= chatterWindowMs;
    if (isChatter) this.#chattering.add(alarmId);
    this.#traces.set(alarmId, {
      occurrenceId,
      raisedAtMs: occurredAtMs,
      isFleeting: false,
      raisesMs,
      chattersUntilMs: isChatter ? occurredAtMs + chatterHoldMs : (before?.chattersUntilMs ?? 0),
    });
    this.#touched.add(alarmId);
    if (!line.isTest) this.#burst(line);
  }

  #burst(line: AlarmLine): void {
    const { alarmId, occurrenceId, occurredAtMs, stationId } = line;
    const burst = this.#bursts.get(stationId);
    const isWithin = burst !== undefined && occurredAtMs - burst.lastNewAtMs <= burstMs && occurredAtMs >= burst.firstAtMs - burstMs;
    if (!isWithin) {
      // Told long after the burst that goes on (a level statement after a loss): no part of it and no beginning of another.
      if (burst !== undefined && occurredAtMs < burst.firstAtMs) return;
      if ((this.#traces.get(alarmId)?.chattersUntilMs ?? 0) > occurredAtMs) return;
      this.#bursts.set(stationId, {
        firstAlarmId: alarmId,
        firstOccurrenceId: occurrenceId,
        firstAtMs: occurredAtMs,
        lastNewAtMs: occurredAtMs,
        alarmIds: new Set([alarmId]),
        sources: new Set([this.#sourceOf(alarmId)]),
      });
      return;
    }
    if (burst.alarmIds.has(alarmId)) {
      if (alarmId !== burst.firstAlarmId) return;
      if (burst.sources.size >= 2) this.#firstOut.set(alarmId, occurrenceId);
      burst.firstOccurrenceId = occurrenceId;
      return;
    }
    burst.alarmIds.add(alarmId);
    burst.sources.add(this.#sourceOf(alarmId));
    burst.lastNewAtMs = Math.max(burst.lastNewAtMs, occurredAtMs);
    if (occurredAtMs < burst.firstAtMs) {
      this.#firstOut.delete(burst.firstAlarmId);
      this.#touched.add(burst.firstAlarmId);
      burst.firstAlarmId = alarmId;
      burst.firstOccurrenceId = occurrenceId;
      burst.firstAtMs = occurredAtMs;
    }
    if (burst.sources.size < 2) return;
    this.#firstOut.set(burst.firstAlarmId, burst.firstOccurrenceId);
    this.#touched.add(burst.firstAlarmId);
  }

  #clear(line: AlarmLine): void {
    const trace = this.#traces.get(line.alarmId);
    if (trace === undefined || trace.occurrenceId !== line.occurrenceId) return;
    trace.isFleeting = line.occurredAtMs - trace.raisedAtMs <= fleetingMs;
    this.#touched.add(line.alarmId);
  }
}
