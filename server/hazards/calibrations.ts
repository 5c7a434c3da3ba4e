// Keeps the calibrations of instruments: each with its dates and certificate, written with its line of the journal. Knows how each stands on a day.
import {
  type Calibration,
  type CalibrationStanding,
  calibrationStanding,
  latestOn,
  needsCalibration,
} from '../../domain/hazards/calibration.ts';
import type { Person } from '../../domain/incidents/incident.ts';
import type { Plant, Point } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Ledger } from '../journal/ledger.ts';

export interface InstrumentCalibration {
  readonly point: Point;
  readonly stationId: string;
  readonly latest: Calibration | null;
  readonly standing: CalibrationStanding;
}

export class Calibrations {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #byPoint = new Map<string, readonly Calibration[]>();

  private constructor(plant: Plant, ledger: Ledger, clock: Clock) {
    this.#plant = plant;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  static async open(options: { readonly plant: Plant; readonly ledger: Ledger; readonly clock: Clock }): Promise<Calibrations> {
    const calibrations = new Calibrations(options.plant, options.ledger, options.clock);
    for (const row of await options.ledger.database.selectFrom('calibration').selectAll().orderBy('point_id').execute())
      calibrations.#put({ pointId: row.point_id, calibratedOn: row.calibrated_on, dueOn: row.due_on, certificate: row.certificate });
    return calibrations;
  }

  /** Null where the point is no instrument that is calibrated. */
  of(pointId: string): readonly Calibration[] | null {
    const point = this.#plant.points[this.#plant.pointIndexById.get(pointId) ?? -1];
    return point === undefined || !needsCalibration(point) ? null : (this.#byPoint.get(pointId) ?? []);
  }

  /** Every instrument that is calibrated, as it stands on a day by what was entered until now. */
  on(day: string): readonly InstrumentCalibration[] {
    return this.#plant.points.filter(needsCalibration).map((point) => {
      const latest = latestOn(this.#byPoint.get(point.id) ?? [], day);
      return {
        point,
        stationId: this.#plant.stations[point.stationIndex]?.id ?? '',
        latest,
        standing: calibrationStanding(latest, day),
      };
    });
  }

  /** All together. The same instrument and day again puts the dates right. */
  record(calibrations: readonly Calibration[], by: Person): Promise<void> {
    return this.#ledger.exclusively(async (commit) => {
      const atMs = this.#clock.nowMs();
      const lines = calibrations.map((calibration) => ({
        occurredAtMs: atMs,
        kind: 'calibration.record',
        stationId: this.#stationOf(calibration.pointId),
        alarmId: null,
        occurrenceId: null,
        actor: { kind: 'person' as const, ...by },
        detail: {
          ...calibration,
          before: this.of(calibration.pointId)?.find(({ calibratedOn }) => calibratedOn === calibration.calibratedOn) ?? null,
        },
      }));
      await commit(lines, async (transaction) => {
        for (const { pointId, calibratedOn, dueOn, certificate } of calibrations) {
          const row = { due_on: dueOn, certificate, entered_by: by.username, entered_at_ms: atMs };
          await transaction
            .insertInto('calibration')
            .values({ point_id: pointId, calibrated_on: calibratedOn, ...row })
            .onConflict((conflict) => conflict.columns(['point_id', 'calibrated_on']).doUpdateSet(row))
            .execute();
        }
      });
      for (const calibration of calibrations) this.#put(calibration);
    });
  }

  #stationOf(pointId: string): string | null {
    const point = this.#plant.points[this.#plant.pointIndexById.get(pointId) ?? -1];
    return this.#plant.stations[point?.stationIndex ?? -1]?.id ?? null;
  }

  #put(calibration: Calibration): void {
    const others = (this.#byPoint.get(calibration.pointId) ?? []).filter(({ calibratedOn }) => calibratedOn !== calibration.calibratedOn);
    this.#byPoint.set(calibration.pointId, [...others, calibration]);
  }
}
