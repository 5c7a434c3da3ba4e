// What the live channel sends of an alarm must be, once a page has parsed it, the alarm itself, in every state: one that does not fit blinds the page.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { alarmViewSchema } from '../../domain/api/alarm-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { plantOfPoints } from '../../test/harness/plant-of.ts';
import type { LifecycleEvent } from '../alarms/alarm-machine.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { AlarmViews } from '../alarms/alarm-view.ts';
import { startMarks } from '../alarms/start-marks.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { AlarmTexts } from './alarm-texts.ts';

const plant = plantOfPoints([
  '{ tag: PT-1, name: p, range: { min: 0, max: 10 }, register: { table: holding, address: 0, type: uint16 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 5, priority: medium }] }',
]);
const alarmId = 'RS-01.PT-1.high';
const person: JournalActor = { kind: 'person', username: 'duty', displayName: '王敏' };

test('sent and parsed, every alarm is what it was: never raised, raised, shelved without a second person, suppressed twice, out of service', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-texts-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const clock = new ManualClock();
  const database = await openDatabase('sqlite:', dataDir);
  onTestFinished(() => database.destroy());
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const store = await AlarmStore.open({ plant, ledger, clock });
  const views = new AlarmViews(plant, store, await startMarks({ plant, ledger, clock }), clock);
  const texts = new AlarmTexts(store, views);
  const atMs = clock.nowMs();
  const by = { atMs, by: 'duty' };
  const steps: readonly LifecycleEvent[] = [
    { kind: 'comment', ...by, comment: 'x' },
    { kind: 'raise', atMs, occurrenceId: '018f0000-0000-7000-8000-000000000001', value: null, isTest: true, isLatching: false },
    { kind: 'shelve', ...by, reason: '检修', untilMs: atMs + 60_000, approvedBy: null },
    { kind: 'suppress', atMs, cause: { kind: 'alarm', alarmId: 'RS-01.D-1.commFail' } },
    { kind: 'suppress', atMs, cause: { kind: 'maintenance', maintenanceId: 'm' } },
    { kind: 'removeFromService', ...by, approvedBy: 'boss', permit: 'W', compensatingMeasure: 'x', untilMs: atMs + 60_000 },
  ];
  for (const event of steps) {
    const result = await store.act(alarmId, store.find(alarmId)?.record.version ?? 0, person, event);
    expect(result.kind).toBe('done');
    texts.forget(alarmId);
    const { definition, record } = store.find(alarmId) ?? expect.fail();
    const sent: unknown = JSON.parse(texts.of(alarmId)?.json ?? '');
    expect(alarmViewSchema.parse(sent)).toEqual(views.view(definition, record));
  }
});
