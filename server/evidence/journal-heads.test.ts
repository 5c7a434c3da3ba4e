// Heads outside the database: a journal that was edited, cut or chained anew shows, whoever did it.
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import { removeJournalGuard } from '../../test/harness/broken-database.ts';
import { type EvidenceRig, evidenceRig, headsOf, hourMs, silent } from '../../test/harness/evidence-rig.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { fromRow, Journal, verifyChain } from '../journal/journal.ts';
import { type HeadContradiction, headFileOf, JournalHeads } from './journal-heads.ts';
import { SigningKeys } from './signing-keys.ts';

const rigs: EvidenceRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.stop();
});

async function rigWithLines(): Promise<EvidenceRig> {
  const rig = await evidenceRig(temporaryFolder());
  rigs.push(rig);
  for (let line = 0; line < 7; line += 1) await rig.note('watch.note', 'GS-01', { detail: { line } });
  await rig.heads.signNow();
  await rig.note('watch.note', 'GS-01');
  await rig.heads.signNow();
  return rig;
}

/** Another start of the server over the same folder. */
async function startAgain(rig: EvidenceRig): Promise<{ readonly heads: JournalHeads; readonly told: HeadContradiction[] }> {
  const told: HeadContradiction[] = [];
  const heads = await JournalHeads.start({
    database: rig.database,
    journal: await Journal.open(rig.database),
    keys: rig.keys,
    companyId: rig.plant.company.id,
    dataDir: rig.dataDir,
    clock: rig.clock,
    log: silent,
    onContradiction: (found) => void told.push(found),
  });
  return { heads, told };
}

test('a journal that nobody touched agrees with its heads, also after a restart', async () => {
  const rig = await rigWithLines();
  expect(await rig.heads.check()).toBeNull();
  const { heads, told } = await startAgain(rig);
  expect(await heads.check()).toBeNull();
  const next = await heads.signNow();
  expect(next.head.size).toBe(8);
  expect(told).toEqual([]);
  await heads.stop();
});

test('a head is signed every full hour', async () => {
  const rig = await rigWithLines();
  const before = (await headsOf(rig)).length;
  rig.clock.advance(hourMs);
  await expect.poll(async () => (await headsOf(rig)).length).toBe(before + 1);
  rig.clock.advance(hourMs);
  await expect.poll(async () => (await headsOf(rig)).length).toBe(before + 2);
});

test('a cut tail is found at the start', async () => {
  const rig = await rigWithLines();
  await removeJournalGuard(rig.database);
  await sql`DELETE FROM journal WHERE sequence > 6`.execute(rig.database);
  expect(await verifyChain(rig.database)).toMatchObject({ kind: 'intact' });
  const { heads, told } = await startAgain(rig);
  expect(told).toEqual([{ sequence: 7, reason: expect.stringContaining('the journal was cut: it had 8 lines') }]);
  await heads.stop();
});

test('a past that was changed and chained anew, which the chain alone does not show, is found', async () => {
  const rig = await rigWithLines();
  await removeJournalGuard(rig.database);
  let previousHash = '0'.repeat(64);
  for (const row of await rig.database.selectFrom('journal').selectAll().orderBy('sequence').execute()) {
    const { hash: _, ...entry } = fromRow(row);
    const content = { ...entry, previousHash, ...(entry.sequence === 3 ? { detail: { line: 'another' } } : {}) };
    const hash = createHash('sha256').update(canonicalJson(content)).digest('hex');
    await rig.database
      .updateTable('journal')
      .set({ detail: canonicalJson(content.detail), previous_hash: previousHash, hash })
      .where('sequence', '=', entry.sequence)
      .execute();
    previousHash = hash;
  }
  expect(await verifyChain(rig.database)).toMatchObject({ kind: 'intact' });
  const { heads, told } = await startAgain(rig);
  expect(told).toHaveLength(1);
  expect(await heads.check()).toMatchObject({ sequence: 7, reason: expect.stringContaining('not what it was') });
  await heads.stop();
});

test('a line of heads that a power loss cut off is passed over, and the next head is whole', async () => {
  const rig = await rigWithLines();
  const before = await headsOf(rig);
  appendFileSync(headFileOf(rig.dataDir), '{"head":{"schema":1,');
  const signed = await rig.heads.signNow();
  expect(await headsOf(rig)).toEqual([...before, signed]);
});

test('the private key is for the server alone, and a key is never replaced silently', async () => {
  const rig = await rigWithLines();
  const file = path.join(rig.dataDir, 'evidence', 'keys', 'signing-key.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const [first] = await rig.keys.publicKeys();
  const next = await rig.keys.rotate(rig.clock.nowMs());
  expect(next.previous?.keyId).toBe(first?.keyId);
  expect(readFileSync(file, 'utf8')).toContain(next.keyId);
  const again = await SigningKeys.open(rig.dataDir, 0);
  expect((await again.publicKeys()).map(({ keyId }) => keyId)).toEqual([first?.keyId, next.keyId]);
  rmSync(file);
  await expect(SigningKeys.open(rig.dataDir, 0)).rejects.toThrow(/put it back from the backup/);
});
