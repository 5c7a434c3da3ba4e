// A month in minutes: seven stations, readings and looks made as they are asked for, every other record in its own table, and a breach of every kind planted
// among a hundred things that are none. The engine must name each planted one and no other, in its answers and in the bundle; the watch must journal and tell.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Finding, type FindingCause, findingCauses } from '../../domain/obligations/obligation.ts';
import { verifyFile } from '../../test/harness/evidence-rig.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { buildBundle } from '../evidence/build-bundle.ts';
import { JournalHeads } from '../evidence/journal-heads.ts';
import { SigningKeys } from '../evidence/signing-keys.ts';
import { verifyChain } from '../journal/journal.ts';
import { obligationEvidence } from './evidence-part.ts';
import { day, hour, minute, monthEnd, plantOfFile, t0 } from './scripted-month/month-plant.ts';
import { nameOf, neverABreach, planted } from './scripted-month/month-planted.ts';
import { liveThroughMonth, type Month } from './scripted-month/month-run.ts';

const folder = temporaryFolder();
const stationIds = plantOfFile.stations.map(({ id }) => id);
let month: Month;

beforeAll(async () => {
  month = await liveThroughMonth(folder);
}, 120_000);
afterAll(async () => {
  await month.stop();
  await month.database.destroy();
});

const wholeMonth = () => month.book.window(t0, monthEnd);

/** Every finding of the month, of the company and all stations. */
async function findingsOfMonth(): Promise<{ place: string; obligationId: string; finding: Finding }[]> {
  const found: { place: string; obligationId: string; finding: Finding }[] = [];
  for (const station of [null, ...plantOfFile.stations])
    for (const { id } of month.book.pack.obligations) {
      const detail = await month.book.detail(id, station, wholeMonth());
      for (const finding of detail?.findings ?? []) found.push({ place: station?.id ?? 'company', obligationId: id, finding });
    }
  return found;
}

async function bundleOf(ids: readonly string[]) {
  const { database, journal, clock } = month;
  const keys = await SigningKeys.open(folder, clock.nowMs());
  const log = pino({ level: 'silent' });
  const heads = await JournalHeads.start({
    database,
    journal,
    keys,
    companyId: plantOfFile.company.id,
    dataDir: folder,
    clock,
    log,
    onContradiction: () => undefined,
  });
  const outFile = path.join(folder, `${ids.join()}.zip`);
  const parts = { plant: plantOfFile, database, heads, keys, historian: null, software: 'Gatewatch test' };
  try {
    await buildBundle(
      { ...parts, sections: [obligationEvidence(plantOfFile, month.book)] },
      {
        bundleId: 'month',
        stationIds: ids,
        isWholeCompany: ids.length === stationIds.length,
        showsCompanyLines: true,
        fromMs: t0,
        toMs: monthEnd,
        language: 'zh',
        reason: '检查',
        madeBy: { username: 'auditor', displayName: '审计员' },
      },
      {
        workFolder: path.join(folder, 'work'),
        outFile,
        nowMs: clock.nowMs(),
        signal: new AbortController().signal,
        onProgress: () => undefined,
      },
    );
  } finally {
    await heads.stop();
  }
  return outFile;
}

/** What the file `obligations/findings.csv` of a bundle calls a breach, as it is named here. */
function breachesInBundle(file: string): string[] {
  const csv = new TextDecoder().decode(unzipSync(readFileSync(file))['obligations/findings.csv']);
  const [head = '', ...lines] = csv.trim().split(/\r?\n/);
  expect(head.replace('\ufeff', '')).toBe('stationId,obligation,state,cause,causeZh,subject,fromAtMs,toAtMs,detail');
  return lines.flatMap((line) => {
    // The last column alone has commas in it.
    const [place = '', obligationId = '', state, cause, , subject = '', from = ''] = line.split(',');
    if (state !== 'Breached') return [];
    const finding = { cause: cause as FindingCause, subject: subject === '' ? null : subject, fromMs: Date.parse(from) };
    return [nameOf(place === '' ? 'company' : place, obligationId, finding)];
  });
}

describe('a scripted month', () => {
  test('[OB3] [OB19] names each planted breach and no other', async () => {
    const found = (await findingsOfMonth()).filter(({ finding }) => finding.state === 'breached');
    expect(found.map(({ place, obligationId, finding }) => nameOf(place, obligationId, finding)).sort()).toEqual(planted.toSorted());
  });

  test('every cause there is was planted: as a breach, or as what it is while it is none', async () => {
    const found: Pick<Finding, 'cause' | 'state'>[] = (await findingsOfMonth()).map(({ finding }) => finding);
    // And what the watch wrote down at its time: a warning that somebody acted on leaves nothing behind.
    const rows = await month.database.selectFrom('obligation_state').select('causes').execute();
    const seen = [...found, ...rows.flatMap(({ causes }) => JSON.parse(causes) as Pick<Finding, 'cause' | 'state'>[])];
    const breachCauses = new Set(planted.map((name) => name.split(' ')[2]));
    for (const cause of findingCauses) {
      const states = new Set(seen.filter((finding) => finding.cause === cause).map(({ state }) => state));
      const other = neverABreach.get(cause);
      expect([cause, breachCauses.has(cause)]).toEqual([cause, other === undefined]);
      if (other === undefined) expect([cause, states.has('breached')]).toEqual([cause, true]);
      else expect([cause, [...states]]).toEqual([cause, [other]]);
    }
  });

  test('the evidence bundle of the month holds, and names each planted breach and no other', async () => {
    const file = await bundleOf(stationIds);
    expect(await verifyFile(file)).toMatchObject({ kind: 'holds' });
    expect(breachesInBundle(file).sort()).toEqual(planted.toSorted());
  }, 60_000);

  test('a bundle of one station names those of that station and of the company', async () => {
    const file = await bundleOf(['GS-07']);
    expect(await verifyFile(file)).toMatchObject({ kind: 'holds' });
    expect(breachesInBundle(file).sort()).toEqual(planted.filter((name) => /^(GS-07|company) /.test(name)).sort());
  }, 60_000);

  test('[OB3] the two hours without the server are not measured where the server is needed, and count as met nowhere', async () => {
    const { rows, period } = await month.book.matrix(wholeMonth(), plantOfFile.stations, true);
    for (const row of rows)
      for (const cell of row.cells) {
        if (['gasDetection', 'pressureProtection', 'alarmResponse', 'dutyWatch', 'certifiedPeople'].includes(cell.obligationId)) {
          // A station in breach all month, or without what is judged, has no time left that is not measured for that reason.
          if (cell.breachedMs === cell.lengthMs || cell.notMeasuredMs === cell.lengthMs) continue;
          expect(cell.notMeasuredMs).toBeGreaterThan(0);
          expect(cell.notMeasuredMs).toBeLessThanOrEqual((cell.obligationId === 'certifiedPeople' ? 14 : 2) * hour + 5 * minute);
          expect(cell.days[19]).not.toBe('met');
        }
        // Where nobody has a camera or a round in the plant file, nobody keeps a record.
        if (row.stationId !== 'GS-07' && /^(patrolRounds|siteChecks|videoSurveillance|videoRetrieval)$/.test(cell.obligationId))
          expect(cell).toMatchObject({ state: 'notMeasured', notMeasuredMs: cell.lengthMs });
      }
    expect(period.dayStartsMs).toHaveLength(31);
    // The readings were kept all the same: the collector does not need the server.
    expect(rows.find((row) => row.stationId === 'GS-01')?.cells.find((cell) => cell.obligationId === 'continuousMonitoring')).toMatchObject(
      {
        state: 'met',
        // The first minute, in which instruments are connected.
        notMeasuredMs: minute,
      },
    );
  });

  test('[OB20] each change of state has its row and its line, the beginning is one line, and the journal holds together', async () => {
    const { database } = month;
    const lines = await database.selectFrom('journal').selectAll().where('kind', 'like', 'obligation.%').orderBy('sequence').execute();
    expect(lines.filter(({ kind }) => kind === 'obligation.begin')).toHaveLength(1);
    const rows = await database.selectFrom('obligation_state').selectAll().execute();
    const changes = rows.filter((row) =>
      rows.some(
        (before) => before.obligation_id === row.obligation_id && before.station_id === row.station_id && before.to_ms === row.from_ms,
      ),
    );
    const journaled = lines
      .filter(({ kind }) => kind === 'obligation.state')
      .map((line) => JSON.parse(line.detail) as { before: string | null; state: string });
    expect(journaled.filter(({ before }) => before !== null)).toHaveLength(changes.length);
    expect(changes.length).toBeGreaterThan(10);
    for (const row of rows) expect(row.to_ms === null || row.to_ms > row.from_ms).toBe(true);
    expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
  });

  test('[OB21] who answers for it is told of each worsening, once, and a warning came before the breach', () => {
    const { orders } = month;
    expect(new Set(orders.map(({ key }) => key)).size).toBe(orders.length);
    expect(new Set(orders.map(({ username }) => username))).toEqual(new Set(['li', 'east']));
    expect(orders.filter(({ username }) => username === 'east').every(({ key }) => key.includes('/GS-01/') || key.includes('/*/'))).toBe(
      true,
    );
    const statesTold = (of: string) =>
      orders.filter(({ key, username }) => key.startsWith(`obligation/${of}/`) && username === 'li').map(({ key }) => key.split('/')[3]);
    expect(statesTold('detectorCalibration/GS-01')).toEqual(['atRisk', 'breached']);
    expect(statesTold('hazardLoop/GS-04')).toEqual(['atRisk', 'breached']);
    expect(orders.every(({ title, text }) => title.zh !== '' && title.en !== '' && text.zh !== '')).toBe(true);
  });

  test('[OB24] who made it and who asks later get the same, whatever ended after the month: the past does not depend on when it is asked', {
    timeout: 120_000,
  }, async () => {
    const before = await month.book.matrix(wholeMonth(), plantOfFile.stations, true);
    const findings = await findingsOfMonth();
    await month.until(monthEnd + 5 * hour);
    expect(await findingsOfMonth()).toEqual(findings);
    month.clock.advance(40 * day);
    expect(await month.book.matrix(wholeMonth(), plantOfFile.stations, true)).toEqual(before);
  });
});
