import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { UserView } from '../../domain/api/users-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, type NewJournalEntry, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { alarmLineOf } from './alarm-line.ts';
import { announcementsIn } from './announcements.ts';
import { consolesOf, startFloodWatch } from './flood-watch.ts';

const minute = 60_000;
const operator = (stationIds: string[] | null, more: Partial<UserView> = {}): UserView => ({
  username: 'u',
  displayName: 'u',
  role: 'operator',
  stationIds,
  isDisabled: false,
  ...more,
});

async function open(clock = new ManualClock(), folder?: string, users: UserView[] = [operator(null), operator(['GS-01'])]) {
  const dataDir = folder ?? mkdtempSync(path.join(tmpdir(), 'gatewatch-flood-'));
  if (folder === undefined) onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const database = await openDatabase('sqlite:', dataDir);
  onTestFinished(() => database.destroy());
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const watch = await startFloodWatch({ ledger, users: async () => users, clock, log: pino({ level: 'silent' }) });
  const floodLines = async () => {
    await ledger.commit([]);
    return (await readJournal(database, { limit: 1_000 })).filter((entry) => entry.kind.startsWith('alarm.flood')).toReversed();
  };
  return { dataDir, database, ledger, watch, clock, users, floodLines };
}

let count = 0;
function line(
  stationId: string,
  more: { event?: string; from?: string; to?: string; isTest?: boolean; alarmId?: string } = {},
): NewJournalEntry {
  count += 1;
  const { event = 'raise', from = 'normal', to = 'unacknowledged', isTest = false } = more;
  return {
    occurredAtMs: 0,
    kind: `alarm.${event}`,
    stationId,
    alarmId: more.alarmId ?? `${stationId}.A-${count}.high`,
    occurrenceId: `o${count}`,
    actor: { kind: 'system', part: 'collector default' },
    detail: { priority: 'medium', from, to, ...(isTest ? { isTest } : {}) },
  };
}
const many = (number: number, stationId: string, more: Parameters<typeof line>[1] = {}) =>
  Array.from({ length: number }, () => line(stationId, more));

test('[FL1] a console is all stations, or the stations of a person who may acknowledge', () => {
  const ids = [
    ...consolesOf([
      operator(['B', 'A']),
      operator(['A', 'B']),
      operator(['C'], { role: 'viewer' }),
      operator(['D'], { isDisabled: true }),
      operator(null),
    ]).keys(),
  ];
  expect(ids).toEqual(['all', 'A,B']);
});

test('[FL4] start and end are journaled once for each console that had one, and its pages are told the numbers', async () => {
  const { ledger, watch, clock, floodLines } = await open();
  const startMs = clock.nowMs();
  await ledger.commit(many(9, 'GS-01'));
  expect([watch.of(null), watch.of(new Set(['GS-01']))]).toEqual([null, null]);
  await ledger.commit(many(1, 'GS-02'));
  expect(watch.of(null)).toEqual({ sinceMs: startMs, announced: 10, inLastTenMinutes: 10 });
  expect(watch.of(new Set(['GS-01']))).toBeNull();
  clock.advance(minute);
  await ledger.commit(many(3, 'GS-02'));
  expect(watch.of(null)).toMatchObject({ announced: 13, inLastTenMinutes: 13 });
  clock.advance(8 * minute);
  expect(watch.of(null)).not.toBeNull();
  clock.advance(10 * minute);
  expect(watch.of(null)).toBeNull();
  expect(
    (await floodLines()).map((entry) => [entry.kind, entry.occurredAtMs - startMs, entry.detail.console, entry.detail.announced]),
  ).toEqual([
    ['alarm.floodStart', 0, 'all', undefined],
    ['alarm.floodEnd', 10 * minute, 'all', 13],
  ]);
});

test('[FL3] test alarms, alarms that rise set aside, and those suppressed with their raise are not counted', async () => {
  const { ledger, watch, floodLines } = await open();
  await ledger.commit(many(20, 'GS-01', { isTest: true }));
  await ledger.commit(many(20, 'GS-01', { to: 'shelved', from: 'shelved' }));
  const stale = many(20, 'GS-01', {});
  const suppressed = stale.map((raise) =>
    line('GS-01', { event: 'suppress', from: 'unacknowledged', to: 'suppressed', alarmId: raise.alarmId ?? '' }),
  );
  await ledger.commit(stale.flatMap((raise, index) => [raise, suppressed[index] as NewJournalEntry]));
  expect(watch.of(null)).toBeNull();
  expect(await floodLines()).toEqual([]);
});

test('[FL3] suppressed a moment later it was announced; what is announced again after shelving counts as new, what merely latches does not', () => {
  let sequence = 0;
  const entry = (recordedAtMs: number, event: string, from: string, to: string): JournalEntry => {
    sequence += 1;
    return { ...line('GS-01', { event, from, to, alarmId: 'A' }), sequence, recordedAtMs, previousHash: '', hash: '' };
  };
  const entries = [
    entry(0, 'raise', 'normal', 'unacknowledged'),
    entry(1, 'suppress', 'unacknowledged', 'suppressed'),
    entry(2, 'unsuppress', 'suppressed', 'unacknowledged'),
    entry(3, 'clear', 'unacknowledged', 'latchedUnacknowledged'),
    entry(4, 'acknowledge', 'latchedUnacknowledged', 'latchedAcknowledged'),
    entry(5, 'raise', 'shelved', 'shelved'),
    entry(6, 'unshelve', 'shelved', 'unacknowledged'),
    entry(7, 'acknowledge', 'unacknowledged', 'acknowledged'),
    entry(8, 'reannounce', 'acknowledged', 'unacknowledged'),
  ];
  const found = announcementsIn(entries.flatMap((each) => alarmLineOf(each) ?? []));
  expect(found.map((each) => [each.announcedAtMs, each.isRaise])).toEqual([
    [0, true],
    [2, false],
    [6, false],
  ]);
});

test('[FL5] a restart within a flood begins it no second time; its end while the server was down is journaled with its own time', async () => {
  const first = await open();
  const startMs = first.clock.nowMs();
  await first.ledger.commit(many(12, 'GS-01'));
  expect(await first.floodLines()).toHaveLength(2);
  first.watch.stop();
  await first.database.destroy();
  first.clock.advance(2 * minute);
  const second = await open(first.clock, first.dataDir);
  expect(second.watch.of(null)).toEqual({ sinceMs: startMs, announced: 12, inLastTenMinutes: 12 });
  expect(second.watch.of(new Set(['GS-01']))).not.toBeNull();
  second.watch.stop();
  await second.database.destroy();
  first.clock.advance(60 * minute);
  const third = await open(first.clock, first.dataDir);
  expect(third.watch.of(null)).toBeNull();
  expect((await third.floodLines()).map((entry) => [entry.kind, entry.detail.console, entry.occurredAtMs - startMs])).toEqual([
    ['alarm.floodStart', 'all', 0],
    ['alarm.floodStart', 'GS-01', 0],
    ['alarm.floodEnd', 'all', 10 * minute],
    ['alarm.floodEnd', 'GS-01', 10 * minute],
  ]);
});

test('a person who is given stations in the middle of a flood has it on his pages too', async () => {
  const { ledger, watch, users } = await open();
  await ledger.commit(many(10, 'GS-02'));
  expect(watch.of(new Set(['GS-02']))).toBeNull();
  users.push(operator(['GS-02']));
  await ledger.note({ ...line('GS-02'), kind: 'user.add', alarmId: null, stationId: null, occurrenceId: null });
  await expect.poll(() => watch.of(new Set(['GS-02']))).toMatchObject({ announced: 10 });
});
