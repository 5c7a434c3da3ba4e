// Labels of patrol places: the text of each one's code, signed with the server's key, and what a code that was read proves. A label that is replaced proves
// nothing any more. [PT6]
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Person } from '../../domain/incidents/incident.ts';
import { codeText, readCode } from '../../domain/patrols/code-text.ts';
import type { CodeFault } from '../../domain/patrols/patrol.ts';
import type { PatrolPlace } from '../../domain/patrols/patrol-plan.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Ledger } from '../journal/ledger.ts';

export interface PatrolLabel extends PatrolPlace {
  readonly generation: number;
  readonly text: string;
}

const nameOf = (stationId: string, placeId: string) => `${stationId}/${placeId}`;

export class PatrolLabels {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #key: Buffer;
  readonly #generations = new Map<string, number>();

  private constructor(options: { readonly plant: Plant; readonly ledger: Ledger; readonly clock: Clock; readonly key: Buffer }) {
    this.#plant = options.plant;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#key = options.key;
  }

  static async open(options: {
    readonly plant: Plant;
    readonly ledger: Ledger;
    readonly clock: Clock;
    readonly key: Buffer;
  }): Promise<PatrolLabels> {
    const labels = new PatrolLabels(options);
    for (const row of await options.ledger.database.selectFrom('patrol_label').selectAll().execute())
      labels.#generations.set(nameOf(row.station_id, row.place_id), row.generation);
    return labels;
  }

  ofStation(stationId: string): readonly PatrolLabel[] {
    return this.#plant.patrols.places.filter((place) => place.stationId === stationId).map((place) => this.#labelOf(place));
  }

  find(stationId: string, placeId: string): PatrolLabel | null {
    const place = this.#plant.patrols.places.find((each) => each.stationId === stationId && each.placeId === placeId);
    return place === undefined ? null : this.#labelOf(place);
  }

  /** By which a phone without network knows the label without being able to make it. */
  digest(stationId: string, placeId: string): string {
    return createHash('sha256').update(this.#text(stationId, placeId)).digest('hex');
  }

  /** Null where the text is the label that hangs there now. */
  faultOf(text: string, stationId: string, placeId: string): CodeFault | null {
    const code = readCode(text);
    if (code === null) return 'forged';
    const signature = Buffer.from(this.#signature(code.stationId, code.placeId, code.generation));
    const given = Buffer.from(code.signature);
    if (given.length !== signature.length || !timingSafeEqual(given, signature)) return 'forged';
    if (code.stationId !== stationId || code.placeId !== placeId) return 'otherPlace';
    return code.generation === this.#generation(stationId, placeId) ? null : 'replaced';
  }

  /** The label that hangs there counts no more; a new one must be printed. */
  async replace(place: PatrolPlace, by: Person): Promise<PatrolLabel> {
    const { stationId, placeId } = place;
    return this.#ledger.exclusively(async (commit) => {
      const generation = this.#generation(stationId, placeId) + 1;
      const atMs = this.#clock.nowMs();
      const row = { generation, changed_at_ms: atMs, changed_by: by.username };
      await commit(
        [
          {
            occurredAtMs: atMs,
            kind: 'patrol.label',
            stationId,
            alarmId: null,
            occurrenceId: null,
            actor: { kind: 'person', ...by },
            detail: { placeId, place: place.name.zh, generation },
          },
        ],
        async (transaction) => {
          await transaction
            .insertInto('patrol_label')
            .values({ station_id: stationId, place_id: placeId, ...row })
            .onConflict((conflict) => conflict.columns(['station_id', 'place_id']).doUpdateSet(row))
            .execute();
        },
      );
      this.#generations.set(nameOf(stationId, placeId), generation);
      return this.#labelOf(place);
    });
  }

  #labelOf(place: PatrolPlace): PatrolLabel {
    const { stationId, placeId } = place;
    return { ...place, generation: this.#generation(stationId, placeId), text: this.#text(stationId, placeId) };
  }

  #text(stationId: string, placeId: string): string {
    const generation = this.#generation(stationId, placeId);
    return codeText({ stationId, placeId, generation, signature: this.#signature(stationId, placeId, generation) });
  }

  #generation(stationId: string, placeId: string): number {
    return this.#generations.get(nameOf(stationId, placeId)) ?? 1;
  }

  #signature(stationId: string, placeId: string, generation: number): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify(['patrol label', this.#plant.company.id, stationId, placeId, generation]))
      .digest()
      .subarray(0, 16)
      .toString('base64url');
  }
}
