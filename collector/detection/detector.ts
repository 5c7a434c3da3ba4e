// The seam of detection: readings in, condition edges out. No I/O, no timers of its own; time comes in as an argument.
import type { Plant } from '../../domain/plant/plant.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';

/** An edge of a condition, before it has an occurrence id. `suppress` and `unsuppress` concern alarms under a lost device. */
export interface ConditionEdge {
  readonly kind: 'raise' | 'clear' | 'suppress' | 'unsuppress';
  readonly alarmIndex: number;
  /** The reading's own time where a reading made the edge, the wall clock where a silence did. */
  readonly atMs: number;
  readonly value: number | null;
  readonly quality: number;
  /** Slope per minute, number of votes, difference … that decided; null where the value says it all. */
  readonly measured: number | null;
  /** For `suppress`: the commFail alarm that explains this one. */
  readonly byAlarmIndex: number | null;
}

export interface Detector {
  /** Evaluates a batch of conditioned readings (engineering values). `monotonicMs` is the time of arrival. */
  readings(batch: ReadingBatch, nowMs: number, monotonicMs: number): void;
  /** A device became reachable or unreachable. */
  device(deviceIndex: number, isReachable: boolean, nowMs: number, monotonicMs: number): void;
  /** Runs the clocks: stale, frozen, commFail, and delays of points that are silent. Call about 4 times a second. */
  tick(nowMs: number, monotonicMs: number): void;
  /** Conditions that were true before a restart; each is confirmed or cleared by the first good reading of its point (or the clock). */
  restore(activeAlarmIndexes: readonly number[]): void;
  /** Conditions that another collector process found true, told while this one is at work already: as `restore`, and evaluated at once where a reading is there. */
  adopt(activeAlarmIndexes: readonly number[], nowMs: number, monotonicMs: number): void;
  /**
   * The same plant with other alarm settings. Untouched alarms go on as they are. A touched one is evaluated anew with the last reading: active and still
   * true, it stays the same occurrence; its delays begin anew.
   */
  applySettings(plant: Plant, touchedAlarmIndexes: readonly number[], nowMs: number, monotonicMs: number): void;
  isActive(alarmIndex: number): boolean;
}

export type EdgeListener = (edge: ConditionEdge) => void;
