// The demo's duty: the demo accounts are on duty whenever it is started, nothing is wrong with the roster, and a second start changes nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { whoIsOnDuty } from '../../domain/duty/roster.ts';
import { rosterConflicts } from '../../domain/duty/roster-conflicts.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { demoPlantText } from '../../simulators/demo/demo-plant.ts';
import { AccessControl } from '../access/access-control.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { makeDemoDuty } from './demo-duty.ts';
import { dutyPlaceOf } from './duty-place.ts';
import { People } from './people.ts';
import { RosterStore } from './roster-store.ts';

const parsed = parsePlantText(demoPlantText({ host: 'h', portOf: () => 1, thumbprintOf: () => '0'.repeat(40) }), { version: 'demo' });
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;

test.each(['2026-07-03T09:00:00+08:00', '2026-07-03T23:45:00+08:00', '2026-07-04T03:00:00+08:00', '2026-12-31T16:00:00+08:00'])(
  'started at %s the demo accounts are on duty',
  async (startedAt) => {
    const clock = new ManualClock(Date.parse(startedAt));
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-demo-duty-'));
    const database = await openDatabase('sqlite:', folder);
    onTestFinished(async () => {
      await database.destroy();
      rmSync(folder, { recursive: true, force: true });
    });
    const ledger = new Ledger(database, await Journal.open(database), clock);
    const access = new AccessControl(ledger, clock);
    await access.prepare('demo');
    const parts = { plant, access, people: new People(access, ledger, clock), roster: new RosterStore(ledger, clock), clock };
    await makeDemoDuty(parts);
    const place = dutyPlaceOf(plant);
    const entries = await parts.roster.between('2000-01-01', '2100-01-01');
    const now = whoIsOnDuty(entries, place, { atMs: clock.nowMs(), stationId: 'GS-01', position: null }).map((entry) => entry.username);
    expect(now.toSorted()).toEqual(['duty', 'supervisor', 'team']);
    const known = new Set((await access.users()).map((user) => user.username));
    const from = entries[0]?.date ?? '';
    expect(rosterConflicts(entries, place, { from, days: 42 }, (username) => known.has(username))).toEqual([]);
    await makeDemoDuty(parts);
    expect(await parts.roster.between('2000-01-01', '2100-01-01')).toEqual(entries);
  },
);
