// Pictures of the place when an alarm came: taken by the collector at once, kept by their hash beside the alarm, for a bounded time. Never holds an alarm up.
import type { Logger } from 'pino';
import type { AlarmPicture } from '../../domain/api/video-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { isCamera } from '../../domain/plant/device-kinds.ts';
import type { CameraDevice, Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { ServerLink } from '../../link/link.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { PhotoStore } from '../photos/photo-store.ts';
import type { AlarmPictureTable } from './video-tables.ts';

/** A picture of this age is of the alarm's moment: alarms that come together share one. */
const maxAgeMs = 2_000;
const camerasMost = 4;
/** Alarms that wait for the pictures of one station; the flood's others are told in the log. */
const waitingMost = 200;
export const keptForMs = 180 * 86_400_000;
const removedAtOnce = 500;

interface Waiting {
  readonly alarmId: string;
  readonly occurrenceId: string;
}

export interface AlarmPicturesOptions {
  readonly plant: Plant;
  readonly link: Pick<ServerLink, 'command'>;
  readonly ledger: Ledger;
  readonly files: PhotoStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly announce: (stationId: string) => void;
}

export class AlarmPictures {
  readonly #options: AlarmPicturesOptions;
  readonly #camerasOf: ReadonlyMap<string, readonly CameraDevice[]>;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #stopListening: () => void;
  #isStopped = false;

  constructor(options: AlarmPicturesOptions) {
    this.#options = options;
    const { plant } = options;
    this.#camerasOf = Map.groupBy(plant.devices.filter(isCamera), ({ stationIndex }) => plant.stations[stationIndex]?.id ?? '');
    this.#stopListening = options.ledger.onAppended((entries) => this.#hear(entries));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopListening();
    await Promise.all(this.#working.values());
  }

  async ofAlarm(alarmId: string, limit: number): Promise<AlarmPicture[]> {
    const rows = await this.#options.ledger.database
      .selectFrom('alarm_picture')
      .selectAll()
      .where('alarm_id', '=', alarmId)
      .orderBy('taken_at_ms', 'desc')
      .orderBy('camera_id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      occurrenceId: row.occurrence_id,
      cameraId: row.camera_id,
      takenAtMs: row.taken_at_ms,
      hash: row.hash,
      bytes: row.bytes,
      isRemoved: row.removed_at_ms !== null,
    }));
  }

  /** Files that are older than they are kept for; a file goes when its last row does. */
  async removeOld(): Promise<void> {
    const { ledger, files, clock } = this.#options;
    const old = await ledger.database
      .selectFrom('alarm_picture')
      .select(['hash', 'occurrence_id', 'camera_id'])
      .where('removed_at_ms', 'is', null)
      .where('taken_at_ms', '<', clock.nowMs() - keptForMs)
      .limit(removedAtOnce)
      .execute();
    if (old.length === 0) return;
    const nowMs = clock.nowMs();
    const line: NewJournalEntry = {
      occurredAtMs: nowMs,
      kind: 'video.alarmPicturesRemoved',
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor: { kind: 'system', part: 'video' },
      detail: { pictures: old.length, keptForDays: keptForMs / 86_400_000 },
    };
    await ledger.commit([line], async (transaction) => {
      for (const row of old)
        await transaction
          .updateTable('alarm_picture')
          .set({ removed_at_ms: nowMs })
          .where('occurrence_id', '=', row.occurrence_id)
          .where('camera_id', '=', row.camera_id)
          .execute();
    });
    for (const hash of new Set(old.map((row) => row.hash))) {
      const kept = await ledger.database
        .selectFrom('alarm_picture')
        .select('hash')
        .where('hash', '=', hash)
        .where('removed_at_ms', 'is', null)
        .executeTakeFirst();
      if (kept === undefined) await files.remove(hash, 'image/jpeg');
    }
  }

  #hear(entries: readonly JournalEntry[]): void {
    if (this.#isStopped || this.#camerasOf.size === 0) return;
    const { plant, log } = this.#options;
    for (const { kind, alarmId, occurrenceId, stationId } of entries) {
      if (kind !== 'alarm.raise' || alarmId === null || occurrenceId === null || stationId === null) continue;
      if (!this.#camerasOf.has(stationId)) continue;
      // A device that does not answer is nothing to be seen.
      if (plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1]?.class === 'diagnostic') continue;
      const waiting = this.#waiting.get(stationId) ?? [];
      if (waiting.length >= waitingMost) {
        log.warn({ alarmId }, 'too many alarms at once: this one gets no pictures of its own');
        continue;
      }
      waiting.push({ alarmId, occurrenceId });
      this.#waiting.set(stationId, waiting);
      if (!this.#working.has(stationId)) this.#begin(stationId);
    }
  }

  #begin(stationId: string): void {
    const { log } = this.#options;
    const work = Promise.resolve()
      .then(async () => {
        while (!this.#isStopped) {
          const alarms = this.#waiting.get(stationId) ?? [];
          if (alarms.length === 0) return;
          this.#waiting.delete(stationId);
          await this.#take(stationId, alarms);
        }
      })
      .catch((error: unknown) => log.error({ err: error, stationId }, 'pictures of an alarm could not be kept'))
      .finally(() => this.#working.delete(stationId));
    this.#working.set(stationId, work);
  }

  async #take(stationId: string, alarms: readonly Waiting[]): Promise<void> {
    const { ledger, announce, clock } = this.#options;
    const cameras = (this.#camerasOf.get(stationId) ?? []).slice(0, camerasMost);
    const taken = (await Promise.all(cameras.map((camera) => this.#picture(camera)))).flatMap((found) => found ?? []);
    const rows = alarms.flatMap(({ alarmId, occurrenceId }) =>
      taken.map(
        (shot): AlarmPictureTable => ({
          ...shot,
          alarm_id: alarmId,
          occurrence_id: occurrenceId,
          station_id: stationId,
          removed_at_ms: null,
        }),
      ),
    );
    if (rows.length === 0) return;
    const lines = alarms.map(
      ({ alarmId, occurrenceId }): NewJournalEntry => ({
        occurredAtMs: clock.nowMs(),
        kind: 'video.alarmPictures',
        stationId,
        alarmId,
        occurrenceId,
        actor: { kind: 'system', part: 'video' },
        detail: { pictures: taken.map(({ camera_id, hash, taken_at_ms }) => ({ cameraId: camera_id, hash, takenAtMs: taken_at_ms })) },
      }),
    );
    await ledger.commit(lines, async (transaction) => {
      for (let start = 0; start < rows.length; start += 500)
        await transaction
          .insertInto('alarm_picture')
          .values(rows.slice(start, start + 500))
          .onConflict((conflict) => conflict.columns(['occurrence_id', 'camera_id']).doNothing())
          .execute();
    });
    announce(stationId);
  }

  /** Null where the camera gives none: its own state tells that. */
  async #picture(camera: CameraDevice): Promise<Pick<AlarmPictureTable, 'camera_id' | 'taken_at_ms' | 'hash' | 'bytes'> | null> {
    const { plant, link, files } = this.#options;
    const collectorId = plant.stations[camera.stationIndex]?.collectorId ?? 'default';
    const answer = await link.command(collectorId, { kind: 'cameraPicture', deviceId: camera.id, maxAgeMs, recordedAtMs: null });
    if (answer.kind !== 'cameraPicture') return null;
    const bytes = Buffer.from(answer.jpeg, 'base64');
    const hash = await files.put(bytes, 'image/jpeg');
    return { camera_id: camera.id, taken_at_ms: answer.atMs, hash, bytes: bytes.length };
  }
}
