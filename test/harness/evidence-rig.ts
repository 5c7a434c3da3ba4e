// For tests of evidence: a plant of two stations, a journal and an embedded historian with an hour of readings, and bundles made of them.
import { mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import type { SignedHead } from '../../domain/evidence/signed-head.ts';
import { type Broken, type Holds, type VerifyOptions, verifyBundle } from '../../domain/evidence/verify-bundle.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { Historian } from '../../historian/historian.ts';
import { openHistorian } from '../../historian/open-historian.ts';
import { type BuiltBundle, type BundleOrder, type BundleParts, buildBundle } from '../../server/evidence/build-bundle.ts';
import { JournalHeads } from '../../server/evidence/journal-heads.ts';
import { SigningKeys } from '../../server/evidence/signing-keys.ts';
import { sourceOf } from '../../server/evidence/verify-command.ts';
import { type Database, openDatabase } from '../../server/journal/database.ts';
import { Journal, type NewJournalEntry } from '../../server/journal/journal.ts';
import { Ledger } from '../../server/journal/ledger.ts';
import { twoGateStations } from './plant-of.ts';

export function evidencePlant(): Plant {
  return twoGateStations([
    '{ tag: PT-101, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 1 }, role: inletPressure, register: { table: holding, address: 0, type: float32 } }',
    '{ tag: TT-101, name: { zh: 温度, en: Temperature }, unit: °C, range: { min: -20, max: 60 }, register: { table: holding, address: 2, type: float32 } }',
  ]);
}

/** Midnight in Shanghai. */
export const dayStartMs = Date.UTC(2026, 9, 1) - 8 * 3_600_000;
export const minuteMs = 60_000;
export const hourMs = 3_600_000;

export const silent = pino({ level: 'silent' });

export interface EvidenceRig {
  readonly plant: Plant;
  readonly clock: ManualClock;
  readonly database: Database;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly historian: Historian;
  readonly heads: JournalHeads;
  readonly keys: SigningKeys;
  readonly dataDir: string;
  readonly parts: BundleParts;
  note(kind: string, stationId: string | null, more?: Partial<NewJournalEntry>): Promise<void>;
  build(order?: Partial<BundleOrder>, parts?: Partial<BundleParts>): Promise<{ readonly file: string; readonly built: BuiltBundle }>;
  stop(): Promise<void>;
}

export async function evidenceRig(dataDir: string): Promise<EvidenceRig> {
  const plant = evidencePlant();
  const clock = new ManualClock(dayStartMs);
  mkdirSync(dataDir, { recursive: true });
  const database = await openDatabase('sqlite:', dataDir);
  const journal = await Journal.open(database);
  const ledger = new Ledger(database, journal, clock);
  const historian = await openHistorian({ url: 'duckdb:', plant, dataDir, clock, log: silent });
  const keys = await SigningKeys.open(dataDir, clock.nowMs());
  const heads = await JournalHeads.start({
    database,
    journal,
    keys,
    companyId: plant.company.id,
    dataDir,
    clock,
    log: silent,
    onContradiction: () => undefined,
  });
  const parts: BundleParts = { plant, database, heads, keys, historian, sections: [], software: 'Gatewatch test' };
  let number = 0;
  return {
    plant,
    clock,
    database,
    ledger,
    journal,
    historian,
    heads,
    keys,
    dataDir,
    parts,
    note: (kind, stationId, more = {}) =>
      ledger.note({
        occurredAtMs: clock.nowMs(),
        kind,
        stationId,
        alarmId: null,
        occurrenceId: null,
        actor: { kind: 'system', part: 'test' },
        detail: {},
        ...more,
      }),
    build: async (order = {}, others = {}) => {
      number += 1;
      const file = path.join(dataDir, `bundle-${number}.zip`);
      const built = await buildBundle(
        { ...parts, ...others },
        {
          bundleId: `bundle-${number}`,
          stationIds: ['GS-01'],
          isWholeCompany: false,
          showsCompanyLines: true,
          fromMs: dayStartMs,
          toMs: dayStartMs + hourMs,
          language: 'zh',
          reason: '检查',
          madeBy: { username: 'auditor', displayName: '审计员' },
          ...order,
        },
        {
          workFolder: path.join(dataDir, 'work', `bundle-${number}`),
          outFile: file,
          nowMs: clock.nowMs(),
          signal: new AbortController().signal,
          onProgress: () => undefined,
        },
      );
      return { file, built };
    },
    stop: async () => {
      await heads.stop();
      await historian.close();
      await database.destroy();
    },
  };
}

/** An hour of both points of a station, a reading every ten seconds, with a bad stretch and one without readings. */
export function writeAnHour(rig: EvidenceRig, stationId: string): void {
  const at = (tag: string) => rig.plant.pointTable.ids.indexOf(`${stationId}.${tag}`);
  for (let second = -60; second < 3_600; second += 10) {
    const timeMs = dayStartMs + second * 1_000;
    const batch = createReadingBatch(rig.plant.pointTable, 2);
    // From minute 20 to minute 35 the device does not answer.
    const isBad = second >= 1_200 && second < 2_100;
    pushReading(batch, at('PT-101'), timeMs, isBad ? Number.NaN : 0.4 + (second % 97) / 1_000, isBad ? Quality.badCommFail : Quality.good);
    // From minute 40 nothing is recorded for twelve minutes; the one before is uncertain for 30 s within a minute.
    const isSilent = second >= 2_400 && second < 3_120;
    const isUncertain = second >= 2_310 && second < 2_340;
    if (!isSilent)
      pushReading(batch, at('TT-101'), timeMs, 15 + (second % 89) / 10, isUncertain ? Quality.uncertainInaccurate : Quality.good);
    rig.historian.write(batch);
  }
}

export async function verifyFile(file: string, options: VerifyOptions = {}): Promise<Holds | Broken> {
  const handle: FileHandle = await open(file, 'r');
  try {
    return await verifyBundle(await sourceOf(handle), options);
  } finally {
    await handle.close();
  }
}

export async function headsOf(rig: EvidenceRig): Promise<SignedHead[]> {
  const heads: SignedHead[] = [];
  for await (const head of rig.heads.all()) heads.push(head);
  return heads;
}
