// Alarms that rose about when another did, at its station and along the pipelines. Says what came together, not what caused what.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { RelatedAlarms, StationRelation } from '../../domain/api/alarm-context-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Database } from '../journal/database.ts';
import { fromRow } from '../journal/journal.ts';
import type { AlarmRecord } from './alarm-record.ts';

const relatedWithinMs = 60_000;
/** A line may be written later than it happened: the outbox of a collector whose server was away. */
const writtenWithinMs = 3_600_000;
const clockSkewMs = 300_000;
const mostRelated = 200;

export interface RelatedStation {
  readonly relation: StationRelation;
  readonly pipelines: number;
}

/** The station itself and every station from which gas flows to it, or to which it flows from it, by the fewest pipelines. */
export function relatedStations(plant: Plant, stationIndex: number): ReadonlyMap<string, RelatedStation> {
  const found = new Map<string, RelatedStation>();
  const add = (index: number, related: RelatedStation): boolean => {
    const id = plant.stations[index]?.id;
    if (id === undefined || found.has(id)) return false;
    found.set(id, related);
    return true;
  };
  add(stationIndex, { relation: 'sameStation', pipelines: 0 });
  for (const relation of ['upstream', 'downstream'] as const) {
    let edge = [stationIndex];
    for (let pipelines = 1; edge.length > 0; pipelines += 1) {
      const next: number[] = [];
      for (const pipeline of plant.pipelines) {
        const [from, to] =
          relation === 'downstream'
            ? [pipeline.fromStationIndex, pipeline.toStationIndex]
            : [pipeline.toStationIndex, pipeline.fromStationIndex];
        if (edge.includes(from) && add(to, { relation, pipelines })) next.push(to);
      }
      edge = next;
    }
  }
  return found;
}

export interface RelatedRaise {
  readonly alarmId: string;
  readonly stationId: string;
  readonly occurrenceId: string;
  readonly raisedAtMs: number;
  readonly isTest: boolean;
}

/** Raises within a minute of `raisedAtMs` at these stations, in order; without the occurrence itself. */
export async function raisesAround(
  database: Database,
  options: {
    readonly alarmId: string;
    readonly stationIds: readonly string[];
    readonly raisedAtMs: number;
    readonly occurrenceId: string;
    readonly writtenThroughMs: number;
  },
): Promise<RelatedRaise[]> {
  const { alarmId: ownAlarmId, stationIds, raisedAtMs, occurrenceId, writtenThroughMs } = options;
  if (stationIds.length === 0) return [];
  const own = await database
    .selectFrom('journal')
    .select('recorded_at_ms')
    .where('alarm_id', '=', ownAlarmId)
    .where('occurrence_id', '=', occurrenceId)
    .where('kind', '=', 'alarm.raise')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const rows = await database
    .selectFrom('journal')
    .selectAll()
    .where('recorded_at_ms', '>=', raisedAtMs - relatedWithinMs - clockSkewMs)
    .where('recorded_at_ms', '<=', Math.min(writtenThroughMs, Math.max(raisedAtMs, own?.recorded_at_ms ?? 0) + writtenWithinMs))
    .where('kind', '=', 'alarm.raise')
    .where('station_id', 'in', [...stationIds])
    .where('occurred_at_ms', '>=', raisedAtMs - relatedWithinMs)
    .where('occurred_at_ms', '<=', raisedAtMs + relatedWithinMs)
    .orderBy('occurred_at_ms')
    .orderBy('sequence')
    .limit(mostRelated + 2)
    .execute();
  return rows.map(fromRow).flatMap((entry): RelatedRaise[] => {
    if (entry.alarmId === null || entry.stationId === null || entry.occurrenceId === null || entry.occurrenceId === occurrenceId) return [];
    const { alarmId, stationId } = entry;
    return [{ alarmId, stationId, occurrenceId: entry.occurrenceId, raisedAtMs: entry.occurredAtMs, isTest: entry.detail.isTest === true }];
  });
}

/** What else rose about when this alarm did, as far as the server had written it by `writtenThroughMs`. `find`: an alarm as it is, or was, shown. */
export async function relatedAlarms(options: {
  readonly plant: Plant;
  readonly database: Database;
  readonly definition: AlarmDefinition;
  readonly record: AlarmRecord;
  readonly maySee: (stationId: string) => boolean;
  readonly find: (alarmId: string) => AlarmView | null;
  readonly writtenThroughMs: number;
}): Promise<RelatedAlarms> {
  const { plant, database, definition, record, maySee, find, writtenThroughMs } = options;
  const { raisedAtMs, occurrenceId } = record;
  if (raisedAtMs === null || occurrenceId === null) return { raisedAtMs: null, alarms: [], isCut: false };
  const stations = relatedStations(plant, definition.stationIndex);
  const stationIds = [...stations.keys()].filter(maySee);
  const raises = await raisesAround(database, { alarmId: definition.id, stationIds, raisedAtMs, occurrenceId, writtenThroughMs });
  const alarms = raises.slice(0, mostRelated).flatMap((raise) => {
    const alarm = find(raise.alarmId);
    const station = stations.get(raise.stationId);
    if (alarm === null || station === undefined) return [];
    const { occurrenceId: risen, isTest } = raise;
    return [{ alarm, occurrenceId: risen, ...station, raisedAtMs: raise.raisedAtMs, afterMs: raise.raisedAtMs - raisedAtMs, isTest }];
  });
  return { raisedAtMs, alarms, isCut: raises.length > mostRelated };
}
