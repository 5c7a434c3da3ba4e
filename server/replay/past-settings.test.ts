// An alarm of the past is shown with the settings that were in force then, whatever has been approved since.
import { pino } from 'pino';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { AlarmSettingsBook } from '../alarm-settings/alarm-settings-book.ts';
import { engineer, openBook, removeFolders, settingsPlant, supervisor } from '../alarm-settings/alarm-settings-rig.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { IncidentStore } from '../incidents/incident-store.ts';
import { Keyframes } from './keyframes.ts';
import { pastEvents } from './past-events.ts';
import { PastIncidents } from './past-incidents.ts';
import { PastMoments } from './past-moments.ts';
import { PastSettings } from './past-settings.ts';

afterAll(removeFolders);
const alarmId = 'GS-01.PT-101.high';

async function approve(book: AlarmSettingsBook, setpoint: number): Promise<void> {
  const wanted = new Map([[alarmId, { setpoint, priority: 'high' as const }]]);
  const { id } = await book.propose({ by: engineer, source: 'edit', fileName: null, reason: 'x', wanted });
  const submitted = await book.act(id, 1, engineer, { kind: 'submit' });
  expect(submitted.kind).toBe('done');
  expect((await book.act(id, 2, supervisor, { kind: 'approve', comment: null })).kind).toBe('done');
}

test('set-point and priority are those of the moment, also where they change while it is played', async () => {
  const rig = await openBook(settingsPlant());
  onTestFinished(() => rig.close());
  const { ledger, clock, book } = rig;
  const { plant } = rig.current;
  const store = await AlarmStore.open({ plant, ledger, clock });
  const keyframes = new Keyframes({ plant, ledger, log: pino({ level: 'silent' }) });
  const moments = new PastMoments({ plant, database: ledger.database, keyframes, settings: new PastSettings(plant, book) });
  clock.advance(1_000);
  await store.deliver({
    schema: 1,
    collectorId: 'east',
    outboxId: '018f0000-0000-7000-8000-000000000001',
    messages: [
      {
        kind: 'raise',
        sequence: 1,
        alarmId,
        occurrenceId: '018f0000-0000-7000-8000-000000000002',
        atMs: clock.nowMs(),
        value: 5.5,
        quality: 0,
        measured: null,
      },
    ],
  });
  const beforeMs = clock.nowMs();
  clock.advance(60_000);
  await approve(book, 6);
  const afterMs = clock.nowMs();
  clock.advance(60_000);
  await approve(book, 7);
  clock.advance(60_000);

  const shown = async (atMs: number) => {
    const past = await moments.at(atMs);
    const [view] = past.open(() => true);
    moments.keep(past);
    return [view?.setpoint, view?.priority];
  };
  expect(await shown(beforeMs)).toEqual([5, 'medium']);
  expect(await shown(afterMs)).toEqual([6, 'high']);
  expect(await shown(clock.nowMs())).toEqual([7, 'high']);
  expect(await shown(beforeMs)).toEqual([5, 'medium']);

  const incidents = new PastIncidents(await IncidentStore.open({ plant, ledger, clock }));
  const events = await pastEvents(moments, incidents, {
    fromMs: beforeMs,
    toMs: clock.nowMs(),
    afterSequence: null,
    maySee: () => true,
    takesLine: () => false,
    surroundingsAt: async () => ({ work: [], watches: [], flood: null }),
  });
  expect(events.alarms.flatMap(({ alarms }) => alarms.map((view) => view.setpoint))).toEqual([6, 7]);
  await keyframes.stop();
  incidents.stop();
});
