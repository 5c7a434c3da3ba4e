// All stations of the demo plant, stepped together, and the faults of instruments and devices laid over the physics.
import type { Plant } from '../../domain/plant/plant.ts';
import { CameraFaults } from '../cameras/camera-faults.ts';
import { createRandom } from './random.ts';
import { StationProcess } from './station-process.ts';

/** What the communication with a device suffers. */
export interface DeviceFault {
  readonly kind: 'lost' | 'slow' | 'exception';
}

export class Network {
  readonly plant: Plant;
  readonly stations: readonly StationProcess[];
  /** Value in engineering units of each point, by index. */
  readonly values: Float64Array;
  /** Instrument faults: a value that replaces or shifts the true one. */
  readonly forced = new Map<number, number>();
  readonly drift = new Map<number, number>();
  readonly frozen = new Set<number>();
  readonly deviceFaults = new Map<number, DeviceFault>();
  readonly cameraFaults = new CameraFaults();
  readonly #detectorIndex: Int32Array;
  #timeMs: number;

  constructor(plant: Plant, seed: number, startMs: number) {
    this.plant = plant;
    this.#timeMs = startMs;
    this.stations = plant.stations.map((station) => new StationProcess(plant, station, createRandom(seed * 7_919 + station.index)));
    this.values = new Float64Array(plant.points.length);
    this.#detectorIndex = new Int32Array(plant.points.length).fill(-1);
    for (const station of plant.stations) {
      let next = 0;
      for (const index of station.pointIndexes) {
        if (plant.points[index]?.role !== 'gasDetector') continue;
        this.#detectorIndex[index] = next;
        next += 1;
      }
    }
    // Lags settle before anybody looks, so that a start is calm.
    for (let count = 0; count < 600; count += 1) this.step(200);
  }

  get timeMs(): number {
    return this.#timeMs;
  }

  step(dtMs: number): void {
    this.#timeMs += dtMs;
    for (const process of this.stations) {
      process.step(this.#timeMs, dtMs);
      for (const index of process.station.pointIndexes) {
        const point = this.plant.points[index];
        if (point === undefined || this.frozen.has(index)) continue;
        const value = process.valueOf(point, this.#detectorIndex[index] ?? -1);
        this.values[index] = this.forced.get(index) ?? value + (this.drift.get(index) ?? 0);
      }
    }
  }
}
