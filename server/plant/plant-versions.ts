// Every plant file that was in force: its text, since when, who loaded it, what was found at it. A file that is loaded again unchanged is no new version.
import { createHash } from 'node:crypto';
import { findingsOf } from '../../domain/alarm-settings/rationalisation.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Database } from '../journal/database.ts';
import type { Ledger } from '../journal/ledger.ts';

export interface PlantFileSource {
  readonly file: string;
  readonly text: string;
  /** Account and machine: `gatewatch@station-server`. */
  readonly loadedBy: string;
  /** As `gatewatch plant check` prints them. */
  readonly warnings: readonly string[];
}

export interface PlantVersion {
  readonly number: number;
  readonly version: string;
  readonly sha256: string;
  readonly file: string;
  readonly sinceMs: number;
  readonly untilMs: number | null;
  readonly loadedBy: string;
  readonly counts: { readonly stations: number; readonly devices: number; readonly points: number; readonly alarms: number };
  readonly warnings: readonly string[];
  readonly findings: number;
}

export class PlantVersions {
  readonly #database: Database;
  readonly #versions: PlantVersion[];

  private constructor(database: Database, versions: PlantVersion[]) {
    this.#database = database;
    this.#versions = versions;
  }

  /** `source`: what comes into force now; null where the server was given a plant without its text: then nothing new is kept. */
  static async open(options: {
    readonly plant: Plant;
    readonly source: PlantFileSource | null;
    readonly ledger: Ledger;
    readonly clock: Clock;
  }): Promise<PlantVersions> {
    const { database } = options.ledger;
    const rows = await database.selectFrom('plant_version').selectAll().orderBy('number').execute();
    const versions = rows.map(
      (row, index): PlantVersion => ({
        number: row.number,
        version: row.version,
        sha256: row.sha256,
        file: row.file,
        sinceMs: row.since_ms,
        untilMs: rows[index + 1]?.since_ms ?? null,
        loadedBy: row.loaded_by,
        counts: JSON.parse(row.counts) as PlantVersion['counts'],
        warnings: JSON.parse(row.warnings) as string[],
        findings: row.findings,
      }),
    );
    const kept = new PlantVersions(database, versions);
    if (options.source !== null) await kept.#comesIntoForce({ ...options, source: options.source });
    return kept;
  }

  /** Oldest first. */
  get versions(): readonly PlantVersion[] {
    return this.#versions;
  }

  find(number: number): PlantVersion | null {
    return this.#versions.find((version) => version.number === number) ?? null;
  }

  async textOf({ sha256 }: PlantVersion): Promise<string> {
    const { text } = await this.#database.selectFrom('plant_text').select('text').where('sha256', '=', sha256).executeTakeFirstOrThrow();
    return text;
  }

  /** Those in force at some time of [from, to), oldest first; the first that is known where the period lies before it. */
  inForce(fromMs: number, toMs: number): readonly PlantVersion[] {
    const found = this.#versions.filter(({ sinceMs, untilMs }) => sinceMs < toMs && (untilMs === null || untilMs > fromMs));
    return found.length > 0 ? found : this.#versions.slice(0, 1);
  }

  async #comesIntoForce({
    plant,
    source,
    ledger,
    clock,
  }: {
    readonly plant: Plant;
    readonly source: PlantFileSource;
    readonly ledger: Ledger;
    readonly clock: Clock;
  }): Promise<void> {
    const sha256 = createHash('sha256').update(source.text).digest('hex');
    const before = this.#versions.at(-1);
    if (before?.sha256 === sha256) return;
    const sinceMs = clock.nowMs();
    const version: PlantVersion = {
      number: (before?.number ?? 0) + 1,
      version: plant.version,
      sha256,
      file: source.file,
      sinceMs,
      untilMs: null,
      loadedBy: source.loadedBy,
      counts: {
        stations: plant.stations.length,
        devices: plant.devices.length,
        points: plant.points.length,
        alarms: plant.alarms.length,
      },
      warnings: source.warnings,
      findings: findingsOf(plant).length,
    };
    await ledger.commit(
      [
        {
          occurredAtMs: sinceMs,
          kind: 'plant.inForce',
          stationId: null,
          alarmId: null,
          occurrenceId: null,
          actor: { kind: 'system', part: 'server' },
          detail: {
            plantNumber: version.number,
            plantVersion: version.version,
            sha256,
            before: before?.version ?? null,
            file: version.file,
            loadedBy: version.loadedBy,
            ...version.counts,
          },
        },
      ],
      async (transaction) => {
        await transaction
          .insertInto('plant_text')
          .values({ sha256, text: source.text })
          .onConflict((conflict) => conflict.column('sha256').doNothing())
          .execute();
        await transaction
          .insertInto('plant_version')
          .values({
            number: version.number,
            version: version.version,
            sha256,
            file: version.file,
            since_ms: version.sinceMs,
            loaded_by: version.loadedBy,
            counts: JSON.stringify(version.counts),
            warnings: JSON.stringify(version.warnings),
            findings: version.findings,
          })
          .execute();
      },
    );
    if (before !== undefined) this.#versions[this.#versions.length - 1] = { ...before, untilMs: sinceMs };
    this.#versions.push(version);
  }
}
