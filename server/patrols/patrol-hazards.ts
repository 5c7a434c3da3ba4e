// Hands on what patrols found to the ledger of hazards: each failed item opens one, or is noted in the one that is open for the same thing; photos go along.
// What a crash or a full disk left undone is done at the next look, so a finding never rests unseen. [PT8]
import type { Logger } from 'pino';
import { isOpenState } from '../../domain/hazards/hazard.ts';
import type { PatrolPhoto, PatrolRecord, PatrolVisit } from '../../domain/patrols/patrol.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import type { HazardStore } from '../hazards/hazard-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { PhotoStore } from '../photos/photo-store.ts';
import type { PatrolStore } from './patrol-store.ts';
import type { PatrolFindingTable } from './patrol-tables.ts';

interface Options {
  readonly ledger: Ledger;
  readonly patrols: PatrolStore;
  readonly hazards: HazardStore;
  readonly photos: PhotoStore;
  readonly hazardPhotos: PhotoStore;
  readonly zone: string;
  readonly log: Logger;
}

export class PatrolHazards {
  readonly #options: Options;
  #working: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when everything that was found before the call is in the ledger of hazards, or was logged as not to be had there now. */
  settle(): Promise<void> {
    this.#working = this.#working
      .then(() => this.#settleAll())
      .catch((error: unknown) =>
        this.#options.log.error({ err: error }, 'findings of patrols could not be entered as hazards; trying again'),
      );
    return this.#working;
  }

  async #settleAll(): Promise<void> {
    const { database } = this.#options.ledger;
    const waiting = await database.selectFrom('patrol_finding').selectAll().where('hazard_id', 'is', null).orderBy('at_ms').execute();
    for (const finding of waiting) await this.#settleOne(finding);
  }

  async #settleOne(finding: PatrolFindingTable): Promise<void> {
    const record = await this.#options.patrols.find(finding.patrol_id);
    const visit = record?.visits.find(({ actionId }) => finding.finding_id.startsWith(`${actionId}/`));
    if (record == null || visit === undefined) return;
    const known = await this.#openHazardOf(finding.subject);
    const words = wordsOf(record, visit, finding);
    if (known !== null) {
      const text = `${record.name.zh} 再次发现 / found again: ${words}`;
      await this.#options.hazards.act(known, null, { kind: 'note', text: text.slice(0, 2_000) }, visit.by);
      await this.#link(finding, record, known, false);
      return;
    }
    const point = record.points.find(({ placeId }) => placeId === visit.placeId);
    const result = await this.#options.hazards.report(
      {
        stationId: record.stationId,
        pointId: null,
        place: point?.name.zh ?? visit.placeId,
        description: words,
        source: 'patrol',
        foundBy: visit.by.displayName,
        foundOn: dateAt(visit.atMs, this.#options.zone),
        proposedGrade: null,
        link: { kind: 'patrol', findingId: finding.finding_id },
      },
      visit.by,
    );
    if (result.kind !== 'done' && result.kind !== 'openedAlready') return;
    await this.#link(finding, record, result.record.id, true);
    for (const photo of record.photos) if (photo.placeId === visit.placeId) await this.addPhoto(result.record.id, photo);
  }

  /** The hazard that is open for this very thing. */
  async #openHazardOf(subject: string): Promise<string | null> {
    const row = await this.#options.ledger.database
      .selectFrom('patrol_finding')
      .select('hazard_id')
      .where('subject', '=', subject)
      .where('hazard_id', 'is not', null)
      .orderBy('hazard_at_ms', 'desc')
      .limit(1)
      .executeTakeFirst();
    const hazard = row?.hazard_id == null ? null : await this.#options.hazards.find(row.hazard_id);
    return hazard !== null && isOpenState(hazard.state) ? hazard.id : null;
  }

  async #link(finding: PatrolFindingTable, record: PatrolRecord, hazardId: string, isNew: boolean): Promise<void> {
    const hazard = await this.#options.hazards.find(hazardId);
    await this.#options.ledger.exclusively(async (commit) => {
      const atMs = Math.max(finding.at_ms, hazard?.reportedAtMs ?? finding.at_ms);
      await commit(
        [
          {
            occurredAtMs: finding.found_at_ms,
            kind: 'patrol.finding',
            stationId: record.stationId,
            alarmId: null,
            occurrenceId: null,
            actor: { kind: 'system', part: 'patrols' },
            detail: {
              patrolId: record.id,
              round: record.name.zh,
              placeId: finding.place_id,
              findingId: finding.finding_id,
              hazardId,
              number: hazard?.number ?? '',
              isNew,
            },
          },
        ],
        async (transaction) => {
          await transaction
            .updateTable('patrol_finding')
            .set({ hazard_id: hazardId, hazard_at_ms: isNew ? atMs : finding.at_ms })
            .where('finding_id', '=', finding.finding_id)
            .execute();
        },
      );
    });
  }

  /** A photo that came after its finding. */
  async photoCame(record: PatrolRecord, photo: PatrolPhoto): Promise<void> {
    const rows = await this.#options.ledger.database
      .selectFrom('patrol_finding')
      .select('hazard_id')
      .where('patrol_id', '=', record.id)
      .where('place_id', '=', photo.placeId)
      .where('hazard_id', 'is not', null)
      .execute();
    for (const hazardId of new Set(rows.map(({ hazard_id }) => hazard_id))) if (hazardId !== null) await this.addPhoto(hazardId, photo);
  }

  async addPhoto(hazardId: string, photo: PatrolPhoto): Promise<void> {
    const { hazards, photos, hazardPhotos, log } = this.#options;
    const hazard = await hazards.find(hazardId);
    if (hazard === null || hazard.photos.some(({ hash }) => hash === photo.hash)) return;
    try {
      const stored = await photos.read(photo.hash, photo.mediaType);
      if (stored === null) return;
      const parts: Buffer[] = [];
      for await (const part of stored.stream) parts.push(part as Buffer);
      await hazardPhotos.put(Buffer.concat(parts), photo.mediaType);
      const { hash, mediaType, bytes, width, height, caption } = photo;
      await hazards.act(
        hazardId,
        null,
        { kind: 'photo', photo: { hash, mediaType, bytes, width, height, purpose: 'finding', caption } },
        photo.by,
      );
    } catch (error) {
      // The patrol has it all the same.
      log.warn({ err: error, hazardId }, 'a photo of a patrol could not be added to its hazard');
    }
  }
}

function wordsOf(record: PatrolRecord, visit: PatrolVisit, finding: PatrolFindingTable): string {
  const itemId = finding.finding_id.slice(visit.actionId.length + 1);
  if (itemId === '') return visit.finding ?? '';
  const item = record.points.find(({ placeId }) => placeId === visit.placeId)?.items.find(({ id }) => id === itemId);
  const result = visit.results.find((each) => each.itemId === itemId);
  const value = result?.value == null || item?.reading == null ? null : `${result.value} ${item.reading.unit}`.trim();
  return [`${item?.text.zh ?? itemId} 不合格`, value, result?.note === '' ? null : result?.note].filter((part) => part != null).join('：');
}
