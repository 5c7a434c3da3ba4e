// Where each alarm's condition stands, with its on and off delay: normal → pendingOn → active → pendingOff → normal. Says the edges; what makes a condition true
// is not its business.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { EdgeListener } from './detector.ts';

export const Phase = { normal: 0, pendingOn: 1, active: 2, pendingOff: 3 } as const;

export class AlarmPhases {
  /** By alarm. */
  readonly phase: Uint8Array;
  /** Alarms whose delay is running. */
  readonly pending = new Set<number>();
  readonly #pendingSinceMs: Float64Array;
  readonly #onEdge: EdgeListener;
  #alarms: readonly AlarmDefinition[];

  constructor(alarms: readonly AlarmDefinition[], onEdge: EdgeListener) {
    this.#alarms = alarms;
    this.#onEdge = onEdge;
    this.phase = new Uint8Array(alarms.length);
    this.#pendingSinceMs = new Float64Array(alarms.length);
  }

  /** The same alarms with other settings. */
  applySettings(alarms: readonly AlarmDefinition[]): void {
    this.#alarms = alarms;
  }

  isActive(index: number): boolean {
    const phase = this.phase[index];
    return phase === Phase.active || phase === Phase.pendingOff;
  }

  /** One evaluation of a condition. */
  step(
    index: number,
    isTrue: boolean,
    steady: number,
    timeMs: number,
    value: number | null,
    quality: number,
    measured: number | null,
  ): void {
    const alarm = this.#alarms[index];
    if (alarm === undefined) return;
    switch (this.phase[index]) {
      case Phase.normal:
        if (!isTrue) return;
        if (alarm.onDelayMs > 0) this.#await(index, Phase.pendingOn, steady);
        else this.raise(index, timeMs, value, quality, measured);
        return;
      case Phase.pendingOn:
        if (!isTrue) this.settle(index, Phase.normal);
        else if (this.pendingFor(index, steady) >= alarm.onDelayMs) this.raise(index, timeMs, value, quality, measured);
        return;
      case Phase.active:
        if (isTrue) return;
        if (alarm.offDelayMs > 0) this.#await(index, Phase.pendingOff, steady);
        else this.clear(index, timeMs, value, quality);
        return;
      case Phase.pendingOff:
        if (isTrue) this.settle(index, Phase.active);
        else if (this.pendingFor(index, steady) >= alarm.offDelayMs) this.clear(index, timeMs, value, quality);
        return;
    }
  }

  /** How long its delay has been running at that steady time. */
  pendingFor(index: number, steady: number): number {
    return steady - (this.#pendingSinceMs[index] ?? 0);
  }

  #await(index: number, phase: number, steady: number): void {
    this.phase[index] = phase;
    this.#pendingSinceMs[index] = steady;
    this.pending.add(index);
  }

  settle(index: number, phase: number): void {
    this.phase[index] = phase;
    this.pending.delete(index);
  }

  raise(index: number, timeMs: number, value: number | null, quality: number, measured: number | null): void {
    this.settle(index, Phase.active);
    this.#edge('raise', index, timeMs, value, quality, measured, null);
  }

  clear(index: number, timeMs: number, value: number | null, quality: number): void {
    this.settle(index, Phase.normal);
    this.#edge('clear', index, timeMs, value, quality, null, null);
  }

  suppress(index: number, timeMs: number, quality: number, byAlarmIndex: number): void {
    this.#edge('suppress', index, timeMs, null, quality, null, byAlarmIndex);
  }

  unsuppress(index: number, timeMs: number, quality: number): void {
    this.#edge('unsuppress', index, timeMs, null, quality, null, null);
  }

  #edge(
    kind: 'raise' | 'clear' | 'suppress' | 'unsuppress',
    alarmIndex: number,
    atMs: number,
    value: number | null,
    quality: number,
    measured: number | null,
    byAlarmIndex: number | null,
  ): void {
    this.#onEdge({ kind, alarmIndex, atMs, value, quality, measured, byAlarmIndex });
  }
}
