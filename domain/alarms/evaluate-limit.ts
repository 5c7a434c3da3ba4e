// When a limit alarm would have stood, by readings of the past and any settings: the same rules as live detection, without its clocks. Pure.
// A test compares it with the collector's detection, reading by reading.
import { isBad } from '../readings/quality.ts';
import type { LimitKind } from './alarm-definition.ts';

export interface LimitSettings {
  readonly kind: LimitKind;
  readonly setpoint: number;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
}

/** Readings of one point in time order, as the historian gives them. A value holds until the next reading. */
export interface PastReadings {
  readonly timeMs: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly quality: ArrayLike<number>;
}

export interface ActiveInterval {
  readonly raisedAtMs: number;
  /** Null where it still stood at the end. */
  readonly clearedAtMs: number | null;
}

type Phase = 'normal' | 'pendingOn' | 'active' | 'pendingOff';

/**
 * `scanMs`: how often the point is read. Where the historian left out readings that said nothing new, a delay that ran out between two kept
 * ones ran out at the first scan after it. `untilMs`: the end of what is known.
 */
export function evaluateLimit(readings: PastReadings, settings: LimitSettings, scanMs: number, untilMs: number): ActiveInterval[] {
  const { setpoint, deadband, onDelayMs, offDelayMs } = settings;
  const sign = settings.kind === 'high' || settings.kind === 'highHigh' ? 1 : -1;
  const intervals: ActiveInterval[] = [];
  let phase = 'normal' as Phase;
  let sinceMs = 0;
  let raisedAtMs = 0;
  let isHeldGood = false;

  const raise = (atMs: number): void => {
    phase = 'active';
    raisedAtMs = atMs;
  };
  const clear = (atMs: number): void => {
    phase = 'normal';
    intervals.push({ raisedAtMs, clearedAtMs: atMs });
  };
  const scansUntil = (delayMs: number): number => Math.ceil(delayMs / scanMs) * scanMs;
  /** A delay that ran out at a scan before `atMs`, while the value held. */
  const letTimePass = (atMs: number): void => {
    if (!isHeldGood) return;
    if (phase === 'pendingOn' && sinceMs + scansUntil(onDelayMs) < atMs) raise(sinceMs + scansUntil(onDelayMs));
    else if (phase === 'pendingOff' && sinceMs + scansUntil(offDelayMs) < atMs) clear(sinceMs + scansUntil(offDelayMs));
  };
  const step = (isTrue: boolean, atMs: number): void => {
    switch (phase) {
      case 'normal':
        if (!isTrue) return;
        if (onDelayMs === 0) raise(atMs);
        else {
          phase = 'pendingOn';
          sinceMs = atMs;
        }
        return;
      case 'pendingOn':
        if (!isTrue) phase = 'normal';
        else if (atMs - sinceMs >= onDelayMs) raise(atMs);
        return;
      case 'active':
        if (isTrue) return;
        if (offDelayMs === 0) clear(atMs);
        else {
          phase = 'pendingOff';
          sinceMs = atMs;
        }
        return;
      case 'pendingOff':
        if (isTrue) phase = 'active';
        else if (atMs - sinceMs >= offDelayMs) clear(atMs);
        return;
    }
  };

  for (let index = 0; index < readings.timeMs.length; index += 1) {
    const atMs = readings.timeMs[index] ?? 0;
    const value = readings.value[index] ?? Number.NaN;
    letTimePass(atMs);
    // Bad quality freezes the alarm where it is.
    isHeldGood = !isBad(readings.quality[index] ?? 0);
    if (!isHeldGood || Number.isNaN(value)) continue;
    const isUp = phase === 'active' || phase === 'pendingOff';
    const distance = (value - setpoint) * sign;
    step(distance > 0 || (isUp && distance > -deadband), atMs);
  }
  letTimePass(untilMs);
  if (phase === 'active' || phase === 'pendingOff') intervals.push({ raisedAtMs, clearedAtMs: null });
  return intervals;
}
