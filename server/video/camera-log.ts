// Keeps what every look at a camera found, as stretches of the same finding: from the readings of cameras, as they come. The one log that obligations, screens and
// evidence read. Time in which no reading came is in no stretch.
import type { Logger } from 'pino';
import { type CameraState, pictureStates } from '../../domain/cameras/camera.ts';
import type { CameraAspect } from '../../domain/cameras/video-findings.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import { isCamera } from '../../domain/plant/device-kinds.ts';
import type { CameraDevice, Plant } from '../../domain/plant/plant.ts';
import { isBad, Quality } from '../../domain/readings/quality.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { repeat } from '../../domain/time/repeat.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { CameraRunTable } from './video-tables.ts';

const writeEveryMs = 30_000;
const dayMs = 86_400_000;

export interface CameraStanding {
  readonly state: CameraState | null;
  readonly sinceMs: number | null;
  readonly lookedAtMs: number | null;
}

/** Two looks further apart leave time in which nobody looked. */
export function lookedEveryMs({ probeEveryMs, timeoutMs }: CameraDevice): number {
  return 3 * (probeEveryMs + timeoutMs) + 30_000;
}

export class CameraLog {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #reasonOf: (deviceId: string) => string | null;
  readonly #onChange: (stationId: string) => void;
  readonly #cameraOfPoint = new Map<number, CameraDevice>();
  readonly #runs = new Map<string, CameraRunTable>();
  /** Runs that ended since the last write. */
  #ended: CameraRunTable[] = [];
  #lines: NewJournalEntry[] = [];
  #working: Promise<void> = Promise.resolve();
  #stopWriting: () => Promise<void> = async () => undefined;

  private constructor(options: CameraLogOptions) {
    this.#plant = options.plant;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#reasonOf = (deviceId) =>
      options
        .statuses()
        .flatMap(({ devices }) => devices)
        .find((device) => device.deviceId === deviceId)?.reason ?? null;
    for (const camera of options.plant.devices.filter(isCamera))
      for (const pointIndex of camera.pointIndexes) this.#cameraOfPoint.set(pointIndex, camera);
  }

  static async open(options: CameraLogOptions): Promise<CameraLog> {
    const log = new CameraLog(options);
    const { database } = options.ledger;
    for (const camera of options.plant.devices.filter(isCamera)) {
      const rows = await database
        .selectFrom('camera_run')
        .selectAll()
        .where('camera_id', '=', camera.id)
        .where('to_ms', '>', options.clock.nowMs() - 7 * dayMs)
        .orderBy('from_ms')
        .execute();
      // The newest of each aspect goes on where no look was missed.
      for (const row of rows) log.#runs.set(keyOf(camera.id, row.aspect), row);
    }
    const write = () => log.write();
    log.#stopWriting = repeat(options.clock, { firstMs: writeEveryMs, everyMs: writeEveryMs }, write, (error) =>
      options.log.error({ err: error }, 'the log of cameras could not be written; trying again in half a minute'),
    );
    return log;
  }

  async stop(): Promise<void> {
    await this.#stopWriting();
    await this.write();
  }

  /** Every batch of every device comes by here: most are of no camera. */
  take(batch: ReadingBatch): void {
    if (this.#cameraOfPoint.size === 0) return;
    for (let row = 0; row < batch.length; row += 1) {
      const pointIndex = batch.point[row] ?? -1;
      const camera = this.#cameraOfPoint.get(pointIndex);
      if (camera === undefined) continue;
      const source = this.#plant.points[pointIndex]?.source;
      const value = batch.value[row] ?? Number.NaN;
      const quality = batch.quality[row] ?? Quality.bad;
      const atMs = batch.timeMs[row] ?? 0;
      if (source?.kind !== 'camera' || quality === Quality.badNotYetRead) continue;
      if (source.signal === 'picture') this.#see(camera, 'picture', this.#stateOf(camera, value, quality), atMs);
      else if (isBad(quality)) continue;
      else if (source.signal === 'clockOffset')
        this.#see(camera, 'clock', Math.abs(value) * 1_000 > camera.clockToleranceMs ? 'off' : 'right', atMs);
      // A day is measured in whole hours: what is being overwritten while we look is not short.
      else if (source.signal === 'retention')
        this.#see(camera, 'retention', value + 1 / 24 < camera.retentionMs / dayMs ? 'short' : 'kept', atMs);
    }
  }

  standingOf(cameraId: string): CameraStanding {
    const run = this.#runs.get(keyOf(cameraId, 'picture'));
    if (run === undefined) return { state: null, sinceMs: null, lookedAtMs: null };
    return { state: run.state as CameraState, sinceMs: run.from_ms, lookedAtMs: run.to_ms };
  }

  /** Stretches that reach into the time, those not written yet too. */
  async runs(cameraIds: readonly string[], span: { readonly fromMs: number; readonly toMs: number }): Promise<CameraRunTable[]> {
    if (cameraIds.length === 0) return [];
    await this.write();
    return this.#ledger.database
      .selectFrom('camera_run')
      .selectAll()
      .where('camera_id', 'in', cameraIds)
      .where('from_ms', '<', span.toMs)
      .where('to_ms', '>=', span.fromMs)
      .orderBy('from_ms')
      .execute();
  }

  /** Also the lines of the journal: once for a state that two looks found. */
  write(): Promise<void> {
    const work = this.#working.then(() => this.#writeOnce());
    this.#working = work.catch(() => undefined);
    return work;
  }

  async #writeOnce(): Promise<void> {
    const ended = this.#ended;
    const lines = this.#lines;
    const rows = [...ended, ...this.#runs.values()].map((row) => ({ ...row }));
    if (rows.length === 0) return;
    this.#ended = [];
    this.#lines = [];
    try {
      await this.#ledger.commit(lines, async (transaction) => {
        for (const row of rows)
          await transaction
            .insertInto('camera_run')
            .values(row)
            .onConflict((conflict) =>
              conflict.columns(['camera_id', 'aspect', 'from_ms']).doUpdateSet({ to_ms: row.to_ms, looks: row.looks, state: row.state }),
            )
            .execute();
      });
    } catch (error) {
      this.#ended = [...ended, ...this.#ended];
      this.#lines = [...lines, ...this.#lines];
      throw error;
    }
  }

  #stateOf(camera: CameraDevice, value: number, quality: number): CameraState {
    if (quality === Quality.uncertainInaccurate) return 'unchecked';
    if (isBad(quality)) return this.#reasonOf(camera.id) === 'signInRejected' ? 'signInRejected' : 'unreachable';
    return pictureStates[value] ?? 'noPicture';
  }

  #see(camera: CameraDevice, aspect: CameraAspect, state: string, atMs: number): void {
    const key = keyOf(camera.id, aspect);
    const run = this.#runs.get(key);
    if (run !== undefined && atMs <= run.to_ms) return; // told again, not looked again
    const isMissed = run !== undefined && atMs - run.to_ms > lookedEveryMs(camera);
    if (run !== undefined && run.state === state && !isMissed) {
      run.to_ms = atMs;
      run.looks += 1;
      if (run.looks === 2 && aspect === 'picture') this.#tell(camera, state, run.from_ms);
      return;
    }
    if (run !== undefined) {
      if (!isMissed) run.to_ms = atMs;
      this.#ended.push(run);
    }
    this.#runs.set(key, { camera_id: camera.id, aspect, from_ms: atMs, to_ms: atMs, state, looks: 1 });
    this.#onChange(this.#stationOf(camera));
  }

  #tell(camera: CameraDevice, state: string, sinceMs: number): void {
    this.#lines.push({
      occurredAtMs: sinceMs,
      kind: 'camera.state',
      stationId: this.#stationOf(camera),
      alarmId: null,
      occurrenceId: null,
      actor: { kind: 'system', part: 'cameras' },
      detail: { cameraId: camera.id, camera: camera.name.zh, state },
    });
    this.#onChange(this.#stationOf(camera));
  }

  #stationOf(camera: CameraDevice): string {
    return this.#plant.stations[camera.stationIndex]?.id ?? '';
  }
}

export interface CameraLogOptions {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  readonly statuses: () => readonly CollectorStatus[];
  readonly onChange: (stationId: string) => void;
}

function keyOf(cameraId: string, aspect: string): string {
  return `${cameraId} ${aspect}`;
}
