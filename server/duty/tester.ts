// Who tests an alarm whose newest occurrence is a test: only he is told of it. DU11.
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Database } from '../journal/database.ts';

/** Of a test whose record is gone: a name that nobody has. Nobody else may hear of a test. */
const unknownTester = '?';

/** Null where the newest occurrence is no test. */
export function testerOfAlarms(options: {
  readonly plant: Plant;
  readonly store: AlarmStore;
  readonly database: Database;
}): (alarmId: string) => Promise<string | null> {
  const { plant, store, database } = options;
  return async (alarmId) => {
    const found = store.find(alarmId);
    if (found === null || !found.record.isTest) return null;
    const point = plant.points[found.definition.pointIndex ?? -1];
    const stationId = plant.stations[found.definition.stationIndex]?.id ?? '';
    const rows = await database
      .selectFrom('work_window')
      .select('record')
      .where('kind', '=', 'test')
      .where('station_id', '=', stationId)
      .orderBy('started_at_ms', 'desc')
      .limit(200)
      .execute();
    const test = rows
      .map((row) => JSON.parse(row.record) as WorkWindow)
      .find((window) => window.kind === 'test' && window.pointId === point?.id && window.startedAtMs <= (found.record.raisedAtMs ?? 0));
    return test?.startedBy ?? unknownTester;
  };
}
