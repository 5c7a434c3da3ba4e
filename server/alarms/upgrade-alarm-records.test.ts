import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, onTestFinished, test } from 'vitest';
import { plantOfPoints } from '../../test/harness/plant-of.ts';
import { openDatabase, type Schema } from '../journal/database.ts';
import { firstMigration } from '../journal/first-migration.ts';
import { Journal, type NewJournalEntry, readJournal, verifyChain } from '../journal/journal.ts';
import { createSqliteDialect } from '../journal/sqlite/sqlite-dialect.ts';
import type { AlarmRecord } from './alarm-record.ts';
import { replayJournal } from './replay-journal.ts';

const point = (tag: string, address: number, more = '') =>
  `{ tag: ${tag}, name: p, range: { min: 0, max: 10 }, register: { table: holding, address: ${address}, type: uint16 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 5, priority: medium, ${more}response: r }] }`;
const plant = plantOfPoints([point('PT-1', 0, 'latching: true, '), point('PT-2', 1), point('PT-3', 2)]);

/** As 0.1.0 wrote them. */
const old = {
  occurrenceId: 'o1',
  version: 2,
  isConditionTrue: true,
  isAcknowledged: false,
  needsReset: false,
  shelvedUntilMs: null,
  suppressedByAlarmId: null,
  outOfService: null,
  raisedAtMs: 1_000,
  clearedAtMs: null,
  valueAtRaise: 6,
  acknowledgedAtMs: null,
  acknowledgedBy: null,
  comment: null,
  raiseCount: 1,
  escalations: 0,
  changedBy: null,
  changedAtMs: 2_000,
};
const raise = { kind: 'raise', atMs: 1_000, occurrenceId: 'o1', value: 6 };
const line = (alarmId: string, event: { kind: string; atMs: number }, from: string, to: string): NewJournalEntry => ({
  occurredAtMs: event.atMs,
  kind: `alarm.${event.kind}`,
  stationId: 'RS-01',
  alarmId,
  occurrenceId: 'o1',
  actor: { kind: 'system', part: 'server' },
  detail: { event, from, to },
});

test('records of 0.1.0 become records of today, and replaying the old journal gives the very same', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-upgrade-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const before = new Kysely<Schema>({ dialect: createSqliteDialect(path.join(dataDir, 'journal.sqlite')) });
  await new Migrator({ db: before, provider: { getMigrations: async () => ({ '0001-first': firstMigration }) } }).migrateToLatest();
  const [latched, shelved, out] = ['RS-01.PT-1.high', 'RS-01.PT-2.high', 'RS-01.PT-3.high'] as const;
  const journal = await Journal.open(before);
  const shelve = { kind: 'shelve', atMs: 2_000, by: 'duty', reason: '检修', untilMs: 9_000, approvedBy: null };
  const removal = {
    kind: 'removeFromService',
    atMs: 2_000,
    by: 'engineer',
    approvedBy: 'supervisor',
    permit: 'W-1',
    compensatingMeasure: '巡检',
    untilMs: 9_000,
  };
  const appended = await before
    .transaction()
    .execute((transaction) =>
      journal.append(
        transaction,
        [
          line(latched, raise, 'normal', 'unacknowledged'),
          line(latched, { kind: 'suppress', atMs: 2_000, byAlarmId: 'RS-01.D-1.commFail' } as never, 'unacknowledged', 'suppressed'),
          line(shelved, raise, 'normal', 'unacknowledged'),
          line(shelved, shelve, 'unacknowledged', 'shelved'),
          line(out, raise, 'normal', 'unacknowledged'),
          line(out, removal, 'unacknowledged', 'outOfService'),
        ],
        3_000,
      ),
    );
  appended.committed();
  const outOfService = { permit: 'W-1', compensatingMeasure: '巡检', untilMs: 9_000, approvedBy: 'supervisor' };
  await before
    .insertInto('alarm')
    .values(
      [
        { ...old, alarmId: latched, needsReset: true, suppressedByAlarmId: 'RS-01.D-1.commFail' },
        { ...old, alarmId: shelved, shelvedUntilMs: 9_000, comment: '检修', changedBy: 'duty' },
        { ...old, alarmId: out, outOfService, changedBy: 'engineer' },
      ].map((record) => ({ alarm_id: record.alarmId, station_id: 'RS-01', record: JSON.stringify(record) })),
    )
    .execute();
  await before.destroy();

  const database = await openDatabase('sqlite:', dataDir);
  onTestFinished(() => database.destroy());
  const rows = await database.selectFrom('alarm').selectAll().orderBy('alarm_id').execute();
  const records = rows.map((row) => JSON.parse(row.record) as AlarmRecord);
  expect(records).toMatchObject([
    { suppressedBy: [{ kind: 'alarm', alarmId: 'RS-01.D-1.commFail' }], announcedAtMs: 1_000, changedWhat: 'suppress', needsReset: true },
    { shelved: { by: 'duty', atMs: 2_000, untilMs: 9_000, reason: '检修', approvedBy: null } },
    { outOfService: { by: 'engineer', atMs: 2_000, permit: 'W-1', approvedBy: 'supervisor' } },
  ]);
  const entries = (await readJournal(database, { limit: 100 })).toReversed();
  expect([...replayJournal(entries, plant).values()]).toEqual(records);
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact', entries: 6 });
});
