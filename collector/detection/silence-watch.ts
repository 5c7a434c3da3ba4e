// Alarms by what does not happen, which are the clock's: a device that does not answer (commFail), a point without good readings (stale), a value that does not
// move (frozen). A stale alarm under a lost device is suppressed: the device explains it.
import type { AlarmDefinition, FrozenAlarm } from '../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { isBad, Quality } from '../../domain/readings/quality.ts';
import { type AlarmPhases, Phase } from './alarm-phases.ts';
import type { CommFailAlarm, DetectionPlan } from './detection-plan.ts';
import type { PointMemory } from './point-memory.ts';

export class SilenceWatch {
  readonly #memory: PointMemory;
  readonly #phases: AlarmPhases;
  #plan: DetectionPlan;
  #plant: Plant;
  /** By point: 1 where a stale alarm of it is up: any good reading ends it, whatever quality came before. */
  readonly isStaleUp: Uint8Array;
  // By device.
  readonly #reachable = new Set<number>();
  readonly #lostSinceMonotonicMs: Float64Array;
  /** By alarm. */
  readonly #isSuppressed: Uint8Array;

  constructor(plant: Plant, plan: DetectionPlan, memory: PointMemory, phases: AlarmPhases) {
    this.#plant = plant;
    this.#plan = plan;
    this.#memory = memory;
    this.#phases = phases;
    this.isStaleUp = new Uint8Array(plant.points.length);
    this.#lostSinceMonotonicMs = new Float64Array(plant.devices.length).fill(Number.NaN);
    this.#isSuppressed = new Uint8Array(plant.alarms.length);
  }

  follow(plan: DetectionPlan, plant: Plant): void {
    this.#plan = plan;
    this.#plant = plant;
  }

  /** Found true before, by another or before a restart. */
  restore(alarm: AlarmDefinition): void {
    if (alarm.kind === 'stale') this.isStaleUp[alarm.pointIndex] = 1;
  }

  device(deviceIndex: number, isReachable: boolean): void {
    if (!isReachable) {
      if (Number.isNaN(this.#lostSinceMonotonicMs[deviceIndex] ?? Number.NaN))
        this.#lostSinceMonotonicMs[deviceIndex] = this.#memory.monotonicMs;
      return;
    }
    this.#lostSinceMonotonicMs[deviceIndex] = Number.NaN;
    this.#reachable.add(deviceIndex);
    for (const alarm of this.#plan.commFails)
      if (alarm.deviceIndex === deviceIndex && this.#phases.isActive(alarm.index)) this.#endCommFail(alarm);
  }

  tick(): void {
    for (const alarm of this.#plan.commFails) this.#tickCommFail(alarm);
    this.#tickStale();
    for (const alarm of this.#plan.frozen) this.#tickFrozen(alarm);
  }

  /** A good reading after bad ones, after silence or after a start. */
  recovered(point: number, timeMs: number, value: number, quality: number): void {
    this.isStaleUp[point] = 0;
    for (const stale of this.#plan.staleAlarmsOf[point] ?? []) {
      if (!this.#phases.isActive(stale)) continue;
      if (this.#isSuppressed[stale] === 1) this.#unsuppress(stale);
      this.#phases.clear(stale, timeMs, value, quality);
    }
  }

  #tickStale(): void {
    const { alarm, point, afterMs } = this.#plan.stale;
    const { lastGoodMonotonicMs, monotonicMs, startMonotonicMs } = this.#memory;
    for (let index = 0; index < alarm.length; index += 1) {
      const staleAlarm = alarm[index] ?? 0;
      if (this.#phases.phase[staleAlarm] !== Phase.normal) continue;
      const since = lastGoodMonotonicMs[point[index] ?? 0] ?? Number.NaN;
      const silentMs = monotonicMs - (Number.isNaN(since) ? startMonotonicMs : since);
      if (silentMs >= (afterMs[index] ?? 0)) this.#raiseStale(staleAlarm, point[index] ?? 0);
    }
  }

  #raiseStale(index: number, point: number): void {
    const { nowMs, lastQuality } = this.#memory;
    this.#phases.raise(index, nowMs, null, lastQuality[point] ?? Quality.badStale, null);
    this.isStaleUp[point] = 1;
    const device = this.#plant.points[point]?.deviceIndex ?? -1;
    const commFail = this.#plan.commFails.find((alarm) => alarm.deviceIndex === device && this.#phases.isActive(alarm.index));
    if (commFail !== undefined) this.#suppress(index, commFail.index);
  }

  #tickFrozen(alarm: FrozenAlarm): void {
    const memory = this.#memory;
    const point = alarm.pointIndex;
    const quality = memory.lastQuality[point] ?? Quality.bad;
    if (isBad(quality)) return;
    const steady = memory.steadyNow(point);
    const isTrue = steady - (memory.movedAtSteadyMs[point] ?? 0) >= alarm.afterMs;
    const timeMs = isTrue ? memory.nowMs : (memory.lastTimeMs[point] ?? memory.nowMs);
    this.#phases.step(alarm.index, isTrue, steady, timeMs, memory.lastNumber(point), quality, null);
  }

  #tickCommFail(alarm: CommFailAlarm): void {
    if (this.#phases.isActive(alarm.index)) return;
    const { nowMs, monotonicMs, startMonotonicMs } = this.#memory;
    let since = this.#lostSinceMonotonicMs[alarm.deviceIndex] ?? Number.NaN;
    if (Number.isNaN(since)) {
      if (this.#reachable.has(alarm.deviceIndex)) return;
      since = startMonotonicMs; // never heard of since the start
    }
    if (monotonicMs - since < alarm.afterMs) return;
    this.#phases.raise(alarm.index, nowMs, null, Quality.badCommFail, null);
    for (const stale of this.#staleAlarmsUnder(alarm)) if (this.#phases.isActive(stale)) this.#suppress(stale, alarm.index);
  }

  #endCommFail(alarm: CommFailAlarm): void {
    this.#phases.clear(alarm.index, this.#memory.nowMs, null, Quality.good);
    for (const stale of this.#staleAlarmsUnder(alarm)) if (this.#isSuppressed[stale] === 1) this.#unsuppress(stale);
  }

  #staleAlarmsUnder(alarm: CommFailAlarm): readonly number[] {
    const points = this.#plant.devices[alarm.deviceIndex]?.pointIndexes ?? [];
    return points.flatMap((point) => this.#plan.staleAlarmsOf[point] ?? []);
  }

  #suppress(index: number, byAlarmIndex: number): void {
    this.#isSuppressed[index] = 1;
    this.#phases.suppress(index, this.#memory.nowMs, Quality.badCommFail, byAlarmIndex);
  }

  #unsuppress(index: number): void {
    this.#isSuppressed[index] = 0;
    this.#phases.unsuppress(index, this.#memory.nowMs, Quality.good);
  }
}
