import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, type NewJournalEntry } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { occurrencesOf } from './occurrences.ts';
import { raisesAround, relatedStations } from './related-alarms.ts';

const ids = ['GS-01', 'RS-01', 'DR-01', 'DR-02', 'GS-02'];
const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations: [${ids.map((id) => `{ id: ${id}, type: regulating, name: s, area: a, devices: [] }`).join(', ')}]
pipelines: [{ from: GS-01, to: RS-01 }, { from: RS-01, to: DR-01 }, { from: RS-01, to: DR-02 }, { from: GS-02, to: DR-02 }]
`,
  { version: 't' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;

test('stations are upstream or downstream by the way the gas flows, also over several pipelines; a neighbour of a neighbour is neither', () => {
  const of = (id: string) =>
    Object.fromEntries(
      [...relatedStations(plant, plant.stationIndexById.get(id) ?? -1)].map(([key, { relation, pipelines }]) => [
        key,
        `${relation} ${pipelines}`,
      ]),
    );
  expect(of('RS-01')).toEqual({ 'RS-01': 'sameStation 0', 'GS-01': 'upstream 1', 'DR-01': 'downstream 1', 'DR-02': 'downstream 1' });
  expect(of('DR-02')).toEqual({ 'DR-02': 'sameStation 0', 'RS-01': 'upstream 1', 'GS-02': 'upstream 1', 'GS-01': 'upstream 2' });
});

const raise = (alarmId: string, occurredAtMs: number, more: Partial<NewJournalEntry> = {}): NewJournalEntry => ({
  occurredAtMs,
  kind: 'alarm.raise',
  stationId: alarmId.split('.')[0] ?? '',
  alarmId,
  occurrenceId: `${alarmId}@${occurredAtMs}`,
  actor: { kind: 'system', part: 'collector default' },
  detail: { priority: 'medium', from: 'normal', to: 'unacknowledged', value: 7 },
  ...more,
});

test('what rose within a minute before and after is found, in its order, also where it was written an hour later', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-related-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const database = await openDatabase('sqlite:', dataDir);
  onTestFinished(() => database.destroy());
  const clock = new ManualClock();
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const atMs = clock.nowMs();
  await ledger.commit([
    raise('GS-01.B', atMs + 60_000),
    raise('GS-01.C', atMs + 60_001),
    raise('RS-01.A', atMs),
    raise('RS-01.A', atMs - 20_000),
    raise('DR-01.E', atMs, { kind: 'alarm.clear' }),
    raise('GS-02.F', atMs),
  ]);
  clock.advance(3_500_000);
  await ledger.commit([raise('RS-01.D', atMs - 60_000)]);
  const found = await raisesAround(database, {
    writtenThroughMs: Number.POSITIVE_INFINITY,
    alarmId: 'RS-01.A',
    stationIds: ['RS-01', 'GS-01', 'DR-01'],
    raisedAtMs: atMs,
    occurrenceId: `RS-01.A@${atMs}`,
  });
  expect(found.map((each) => [each.alarmId, each.raisedAtMs - atMs])).toEqual([
    ['RS-01.D', -60_000],
    ['RS-01.A', -20_000],
    ['GS-01.B', 60_000],
  ]);
});

test('each time that an alarm rose: how long, acknowledged by whom, and which was a test or set aside', () => {
  let sequence = 0;
  const full = (entry: NewJournalEntry): JournalEntry => {
    sequence += 1;
    return { ...entry, sequence, recordedAtMs: entry.occurredAtMs, previousHash: '', hash: '' };
  };
  const of = (occurrence: number, kind: string, atMs: number, detail: object = {}): NewJournalEntry => ({
    ...raise('RS-01.A', atMs, { kind: `alarm.${kind}`, occurrenceId: `o${occurrence}` }),
    ...(kind === 'acknowledge' ? { actor: { kind: 'person', username: 'duty', displayName: '王敏' } } : {}),
    detail: { priority: 'medium', from: 'normal', to: 'unacknowledged', value: 7, ...detail },
  });
  const occurrences = occurrencesOf(
    [
      of(0, 'clear', 1),
      of(1, 'raise', 10),
      of(1, 'acknowledge', 15, { event: { kind: 'acknowledge', comment: '去看' } }),
      of(1, 'clear', 30),
      of(2, 'raise', 40, { isTest: true }),
      of(3, 'raise', 50, { to: 'shelved' }),
    ].map(full),
  );
  expect(occurrences).toMatchObject([
    { occurrenceId: 'o3', clearedAtMs: null, wasSetAside: true, isTest: false },
    { occurrenceId: 'o2', acknowledgedAtMs: null, isTest: true },
    { occurrenceId: 'o1', raisedAtMs: 10, clearedAtMs: 30, value: 7, acknowledgedAtMs: 15, acknowledgedBy: '王敏', comment: '去看' },
  ]);
});
