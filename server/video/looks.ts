// The retrieval log: nobody sees a picture without having said why. Opens looks, lets pictures through for whoever opened them while they last, ends them. [CA20]
import { randomUUID } from 'node:crypto';
import type { LookView, OpenLook } from '../../domain/api/video-api.ts';
import { lookKinds, lookPurposes } from '../../domain/api/video-api.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { actorOf, type Identity } from '../access/identity.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { VideoLookTable } from './video-tables.ts';

export const lookLastsMs = 15 * 60_000;

export interface LookPlace {
  readonly cameraIds: readonly string[];
  readonly stationIds: readonly string[];
}

export class Looks {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #open = new Map<string, VideoLookTable>();

  private constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  static async open(ledger: Ledger, clock: Clock): Promise<Looks> {
    const looks = new Looks(ledger, clock);
    const rows = await ledger.database.selectFrom('video_look').selectAll().where('ended_at_ms', 'is', null).execute();
    for (const row of rows) looks.#open.set(row.look_id, row);
    return looks;
  }

  async begin(identity: Identity, request: OpenLook, place: LookPlace): Promise<LookView> {
    const nowMs = this.#clock.nowMs();
    const row: VideoLookTable = {
      look_id: randomUUID(),
      kind: request.kind,
      username: identity.username,
      display_name: identity.displayName,
      camera_ids: JSON.stringify(place.cameraIds),
      station_ids: JSON.stringify(place.stationIds),
      purpose: request.purpose,
      reason: request.reason,
      alarm_id: request.alarmId ?? null,
      recorded_from_ms: request.kind === 'recording' ? request.fromMs : null,
      recorded_to_ms: request.kind === 'recording' ? request.toMs : null,
      begun_at_ms: nowMs,
      expires_at_ms: nowMs + lookLastsMs,
      ended_at_ms: null,
      pictures: 0,
    };
    // A line for each station, so that whoever may see one of them reads of it.
    const lines = place.stationIds.map(
      (stationId): NewJournalEntry => ({
        occurredAtMs: nowMs,
        kind: 'video.look',
        stationId,
        alarmId: row.alarm_id,
        occurrenceId: null,
        actor: actorOf(identity),
        detail: {
          lookId: row.look_id,
          lookKind: row.kind,
          cameraIds: place.cameraIds.filter((id) => id.startsWith(`${stationId}.`)),
          purpose: row.purpose,
          reason: row.reason,
          ...(request.kind === 'recording' ? { recordedFromMs: request.fromMs, recordedToMs: request.toMs } : {}),
        },
      }),
    );
    await this.#ledger.commit(lines, async (transaction) => {
      await transaction.insertInto('video_look').values(row).execute();
    });
    this.#open.set(row.look_id, row);
    return lookView(row);
  }

  /** The look, where it is this person's own, lasts, and is about this camera and time. */
  allow(identity: Identity, lookId: string, wanted: { readonly cameraId: string; readonly recordedAtMs: number | null }): LookView | null {
    const row = this.#ofPerson(identity, lookId);
    if (row === null || !(JSON.parse(row.camera_ids) as string[]).includes(wanted.cameraId)) return null;
    const { recordedAtMs } = wanted;
    const isInTime =
      recordedAtMs === null
        ? row.kind === 'live'
        : row.kind === 'recording' && recordedAtMs >= (row.recorded_from_ms ?? 0) && recordedAtMs <= (row.recorded_to_ms ?? 0);
    if (!isInTime) return null;
    return lookView(row);
  }

  allowAlarm(identity: Identity, lookId: string, alarmId: string): LookView | null {
    const row = this.#ofPerson(identity, lookId);
    if (row === null || row.kind !== 'alarmPictures' || row.alarm_id !== alarmId) return null;
    return lookView(row);
  }

  /** A picture that was given is counted. */
  given({ id }: LookView): void {
    const row = this.#open.get(id);
    if (row !== undefined) row.pictures += 1;
  }

  /** Null where there is no such look of this person's. Ending twice ends once. */
  async end(identity: Identity, lookId: string): Promise<LookView | null> {
    const row = this.#open.get(lookId);
    if (row !== undefined && row.username === identity.username) await this.#end([row], this.#clock.nowMs());
    const kept = await this.#ledger.database.selectFrom('video_look').selectAll().where('look_id', '=', lookId).executeTakeFirst();
    return kept === undefined || kept.username !== identity.username ? null : lookView(kept);
  }

  /** Ends what has run its time. */
  async tick(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const over = [...this.#open.values()].filter((row) => row.expires_at_ms <= nowMs);
    if (over.length > 0) await this.#end(over, null);
  }

  async log(
    span: { readonly fromMs: number; readonly toMs: number },
    limit: number,
  ): Promise<(LookView & { readonly stationIds: readonly string[] })[]> {
    const rows = await this.#ledger.database
      .selectFrom('video_look')
      .selectAll()
      .where('begun_at_ms', '>=', span.fromMs)
      .where('begun_at_ms', '<', span.toMs)
      .orderBy('begun_at_ms', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      ...lookView(this.#open.get(row.look_id) ?? row),
      stationIds: JSON.parse(row.station_ids) as string[],
    }));
  }

  #ofPerson(identity: Identity, lookId: string): VideoLookTable | null {
    const row = this.#open.get(lookId);
    return row === undefined || row.username !== identity.username || row.expires_at_ms <= this.#clock.nowMs() ? null : row;
  }

  /** `atMs` null: each at the end of its time. */
  async #end(rows: readonly VideoLookTable[], atMs: number | null): Promise<void> {
    const lines = rows.flatMap((row) =>
      (JSON.parse(row.station_ids) as string[]).map(
        (stationId): NewJournalEntry => ({
          occurredAtMs: atMs ?? row.expires_at_ms,
          kind: 'video.lookEnded',
          stationId,
          alarmId: row.alarm_id,
          occurrenceId: null,
          actor:
            atMs === null ? { kind: 'system', part: 'video' } : { kind: 'person', username: row.username, displayName: row.display_name },
          detail: { lookId: row.look_id, by: row.display_name, pictures: row.pictures },
        }),
      ),
    );
    await this.#ledger.commit(lines, async (transaction) => {
      for (const row of rows)
        await transaction
          .updateTable('video_look')
          .set({ ended_at_ms: atMs ?? row.expires_at_ms, pictures: row.pictures })
          .where('look_id', '=', row.look_id)
          .where('ended_at_ms', 'is', null)
          .execute();
    });
    for (const row of rows) this.#open.delete(row.look_id);
  }
}

function lookView(row: VideoLookTable): LookView {
  return {
    id: row.look_id,
    kind: lookKinds.find((kind) => kind === row.kind) ?? 'live',
    username: row.username,
    displayName: row.display_name,
    cameraIds: JSON.parse(row.camera_ids) as string[],
    purpose: lookPurposes.find((purpose) => purpose === row.purpose) ?? 'investigation',
    reason: row.reason,
    alarmId: row.alarm_id,
    recordedFromMs: row.recorded_from_ms,
    recordedToMs: row.recorded_to_ms,
    begunAtMs: row.begun_at_ms,
    expiresAtMs: row.expires_at_ms,
    endedAtMs: row.ended_at_ms,
    pictures: row.pictures,
  };
}
