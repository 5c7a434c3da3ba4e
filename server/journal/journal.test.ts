import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import { removeJournalGuard } from '../../test/harness/broken-database.ts';
import { type Database, openDatabase } from './database.ts';
import { Journal, type NewJournalEntry, readJournal, verifyChain } from './journal.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function filled(count: number): Promise<{ database: Database; dataDir: string }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-journal-'));
  folders.push(dataDir);
  const database = await openDatabase('sqlite:', dataDir);
  await append(database, count);
  return { database, dataDir };
}

async function append(database: Database, count: number): Promise<void> {
  const journal = await Journal.open(database);
  const entries = Array.from(
    { length: count },
    (_, index): NewJournalEntry => ({
      occurredAtMs: index,
      kind: 'alarm.comment',
      stationId: index % 2 === 0 ? 'GS-01' : 'GS-02',
      alarmId: null,
      occurrenceId: null,
      actor: { kind: 'person', username: 'duty', displayName: '王敏' },
      detail: { comment: `第 ${index} 条` },
    }),
  );
  const appended = await database.transaction().execute((transaction) => journal.append(transaction, entries, 1_000));
  appended.committed();
}

test('lines are numbered without gaps and chained, also over a restart', async () => {
  const { database, dataDir } = await filled(5);
  await database.destroy();
  const again = await openDatabase('sqlite:', dataDir);
  await append(again, 3);
  const entries = (await readJournal(again, { limit: 100 })).toReversed();
  expect(entries.map((entry) => entry.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  for (const [index, entry] of entries.entries()) expect(entry.previousHash).toBe(entries[index - 1]?.hash ?? '0'.repeat(64));
  expect(await verifyChain(again)).toMatchObject({ kind: 'intact', entries: 8 });
  await again.destroy();
});

test('the database itself refuses to change or delete a line', async () => {
  const { database } = await filled(2);
  await expect(sql`UPDATE journal SET detail = '{}' WHERE sequence = 1`.execute(database)).rejects.toThrow(/append-only/);
  await expect(sql`DELETE FROM journal`.execute(database)).rejects.toThrow(/append-only/);
  await database.destroy();
});

describe('somebody who gets past that is found out', () => {
  test.each([
    ['content changed', `UPDATE journal SET detail = '{"comment":"x"}' WHERE sequence = 3`, 3],
    ['time changed', 'UPDATE journal SET occurred_at_ms = 99 WHERE sequence = 2', 2],
    ['a line taken out', 'DELETE FROM journal WHERE sequence = 4', 4],
    [
      'two lines exchanged',
      'UPDATE journal SET sequence = 100 - sequence WHERE sequence IN (2, 3); UPDATE journal SET sequence = sequence - 95 WHERE sequence > 50',
      2,
    ],
    ['a hash made to fit its line', `UPDATE journal SET detail = '{}', hash = 'f' WHERE sequence = 5`, 5],
  ])('%s', async (_, statements, sequence) => {
    const { database } = await filled(6);
    await removeJournalGuard(database);
    for (const statement of statements.split(';')) await sql.raw(statement).execute(database);
    expect(await verifyChain(database)).toMatchObject({ kind: 'broken', sequence });
    await database.destroy();
  });
});

test('reading: newest first, by time, by station, page by page', async () => {
  const { database } = await filled(7);
  expect((await readJournal(database, { limit: 2 })).map((entry) => entry.sequence)).toEqual([7, 6]);
  expect((await readJournal(database, { limit: 2, beforeSequence: 6 })).map((entry) => entry.sequence)).toEqual([5, 4]);
  expect((await readJournal(database, { limit: 10, stationIds: ['GS-02'] })).map((entry) => entry.sequence)).toEqual([6, 4, 2]);
  expect(await readJournal(database, { limit: 10, stationIds: [] })).toEqual([]);
  expect(await readJournal(database, { limit: 10, fromMs: 1_001 })).toEqual([]);
  expect(await readJournal(database, { limit: 10, toMs: 1_001 })).toHaveLength(7);
  await database.destroy();
});

test('the same content gives the same bytes, whatever the order of its keys', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: 2 })).toBe(canonicalJson({ a: 2, b: [1, { c: 'x', d: null }] }));
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
});
