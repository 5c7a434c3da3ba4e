// For tests: a ledger of hazards over a real database and a clock that the test moves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { rigPlant } from '../incidents/incident-rig.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { HazardStore } from './hazard-store.ts';

/** 10:00 of 2 June 2026 at the plant. */
export const startMs = Date.UTC(2026, 5, 2, 2);

export async function openHazards(folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-hazards-')), clock = new ManualClock(startMs)) {
  const database = await openDatabase('sqlite:', folder);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const store = await HazardStore.open({ plant: rigPlant, ledger, clock });
  return {
    folder,
    clock,
    database,
    ledger,
    store,
    plant: rigPlant,
    journal: async () => (await readJournal(database, { limit: 5_000 })).toReversed(),
    /** To 10:00 of a day at the plant. */
    toDay: (date: string) => clock.advance(Date.parse(`${date}T02:00:00Z`) - clock.nowMs()),
    close: () => database.destroy(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
