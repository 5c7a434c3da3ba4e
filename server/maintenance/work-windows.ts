// The work that runs at stations and points, in memory as in the database, and what it means for an alarm. Decides nothing; `maintenance.ts` does.
import type { Transaction } from 'kysely';
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AlarmCircumstances } from '../alarms/alarm-change.ts';
import type { Database, Schema } from '../journal/database.ts';
import { SafetyWatch } from './safety-watch.ts';

/** Raises of so long ago may still arrive from a collector that was cut off. */
const rememberedMs = 7 * 86_400_000;
/** Clocks of collector and server differ by less than this (MT11). */
const clockMarginMs = 10_000;

type Test = Extract<WorkWindow, { kind: 'test' }>;

export class WorkWindows implements AlarmCircumstances {
  readonly #plant: Plant;
  readonly #watch: SafetyWatch;
  readonly #maintenanceByStation = new Map<string, WorkWindow>();
  readonly #testByPoint = new Map<string, Test>();
  readonly #endedTests = new Map<string, Test[]>();

  private constructor(plant: Plant) {
    this.#plant = plant;
    this.#watch = new SafetyWatch(plant);
  }

  static async open(options: { readonly plant: Plant; readonly database: Database; readonly nowMs: number }): Promise<WorkWindows> {
    const windows = new WorkWindows(options.plant);
    const rows = await options.database
      .selectFrom('work_window')
      .select('record')
      .where((eb) => eb.or([eb('ended_at_ms', 'is', null), eb('ended_at_ms', '>', options.nowMs - rememberedMs)]))
      .orderBy('started_at_ms')
      .execute();
    for (const row of rows) windows.put(JSON.parse(row.record) as WorkWindow);
    return windows;
  }

  /** What runs, oldest first. */
  running(): WorkWindow[] {
    return [...this.#maintenanceByStation.values(), ...this.#testByPoint.values()].sort(
      (one, other) => one.startedAtMs - other.startedAtMs,
    );
  }

  maintenanceAt(stationId: string): WorkWindow | null {
    return this.#maintenanceByStation.get(stationId) ?? null;
  }

  testOf(pointId: string): WorkWindow | null {
    return this.#testByPoint.get(pointId) ?? null;
  }

  isSpared(definition: AlarmDefinition): boolean {
    return this.#watch.isSpared(definition);
  }

  maintenanceOf(definition: AlarmDefinition): string | null {
    const running = this.#maintenanceByStation.get(this.#plant.stations[definition.stationIndex]?.id ?? '');
    return running === undefined || this.#watch.isSpared(definition) ? null : running.id;
  }

  isTestAt(definition: AlarmDefinition, atMs: number): boolean {
    const pointId = definition.pointIndex === null ? undefined : this.#plant.points[definition.pointIndex]?.id;
    if (pointId === undefined) return false;
    const running = this.#testByPoint.get(pointId);
    if (running !== undefined && atMs >= running.startedAtMs) return true;
    return (this.#endedTests.get(pointId) ?? []).some(
      ({ startedAtMs, ended }) => ended !== null && atMs >= startedAtMs && atMs < ended.atMs - clockMarginMs,
    );
  }

  /** After the commit that wrote it. */
  put(window: WorkWindow): void {
    if (window.kind === 'maintenance') {
      if (window.ended === null) this.#maintenanceByStation.set(window.stationId, window);
      else if (this.#maintenanceByStation.get(window.stationId)?.id === window.id) this.#maintenanceByStation.delete(window.stationId);
      return;
    }
    const { pointId, ended } = window;
    if (ended === null) {
      this.#testByPoint.set(pointId, window);
      return;
    }
    if (this.#testByPoint.get(pointId)?.id === window.id) this.#testByPoint.delete(pointId);
    const remembered = (this.#endedTests.get(pointId) ?? []).filter(
      (test) => test.id !== window.id && (test.ended?.atMs ?? 0) > ended.atMs - rememberedMs,
    );
    this.#endedTests.set(pointId, [...remembered, window]);
  }
}

export async function writeWorkWindow(transaction: Transaction<Schema>, window: WorkWindow): Promise<void> {
  const row = {
    id: window.id,
    kind: window.kind,
    station_id: window.stationId,
    started_at_ms: window.startedAtMs,
    ended_at_ms: window.ended?.atMs ?? null,
    record: JSON.stringify(window),
  };
  await transaction
    .insertInto('work_window')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ended_at_ms: row.ended_at_ms, record: row.record }))
    .execute();
}
