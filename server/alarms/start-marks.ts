// Marks from the journal: of the last seven days at the start, then of every line as it is written. MK10.
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Ledger } from '../journal/ledger.ts';
import { lastSequenceBefore, walkJournal } from '../journal/walk-journal.ts';
import { alarmLineOf } from './alarm-line.ts';
import { AlarmMarks } from './alarm-marks.ts';

const lookBackMs = 7 * 24 * 3_600_000;

export async function startMarks(options: { readonly plant: Plant; readonly ledger: Ledger; readonly clock: Clock }): Promise<AlarmMarks> {
  const { plant, ledger, clock } = options;
  const marks = new AlarmMarks((alarmId) => sourceOf(plant, alarmId));
  const afterSequence = await lastSequenceBefore(ledger.database, clock.nowMs() - lookBackMs);
  for await (const page of walkJournal(ledger.database, { afterSequence, kinds: ['alarm.raise', 'alarm.clear'] })) {
    for (const entry of page) {
      const line = alarmLineOf(entry);
      if (line !== null) marks.note(line);
    }
  }
  marks.takeChanged(clock.nowMs());
  ledger.onAppended((entries) => {
    for (const entry of entries) {
      const line = alarmLineOf(entry);
      if (line !== null) marks.note(line);
    }
  });
  return marks;
}

/** The point, device or station alarm behind an alarm. */
export function sourceOf(plant: Plant, alarmId: string): string {
  const definition = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
  if (definition === undefined) return alarmId;
  if (definition.pointIndex !== null) return plant.points[definition.pointIndex]?.id ?? alarmId;
  return definition.deviceIndex === null ? alarmId : (plant.devices[definition.deviceIndex]?.id ?? alarmId);
}
