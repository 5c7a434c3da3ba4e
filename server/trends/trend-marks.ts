// What happened about some points in a time, out of the journal: their alarms and what people did about them, and work and incidents at their stations;
// and the limits of their alarms over time, out of the versions of the alarm settings.

import { alarmSettingsSchema } from '../../domain/alarm-settings/alarm-settings.ts';
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import { limitKinds } from '../../domain/alarms/alarm-definition.ts';
import type { TrendLimit, TrendMark, TrendMarks } from '../../domain/api/trends-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Plant, Point } from '../../domain/plant/plant.ts';
import type { Database } from '../journal/database.ts';

/** Beside these, every line of an alarm is a mark. */
const stationKinds = [
  'maintenance.start',
  'maintenance.extend',
  'maintenance.end',
  'test.start',
  'test.extend',
  'test.end',
  'incident.open',
  'incident.control',
  'incident.restore',
  'incident.close',
] as const;

type Detail = Readonly<Record<string, unknown>>;

export async function readMarks(
  database: Database,
  plant: Plant,
  ask: { readonly points: readonly Point[]; readonly fromMs: number; readonly toMs: number; readonly limit: number },
): Promise<TrendMarks> {
  const alarms = alarmsOf(plant, ask.points);
  const stationIds = [...new Set(ask.points.flatMap((point) => plant.stations[point.stationIndex]?.id ?? []))];
  const pointIds = new Set(ask.points.map(({ id }) => id));
  const inTime = database
    .selectFrom('journal')
    .select(['sequence', 'occurred_at_ms', 'kind', 'station_id', 'alarm_id', 'occurrence_id', 'actor', 'detail'])
    .where('occurred_at_ms', '>=', ask.fromMs)
    .where('occurred_at_ms', '<', ask.toMs)
    .orderBy('occurred_at_ms', 'desc')
    .limit(ask.limit + 1);
  const ofAlarms = alarms.size === 0 ? [] : await inTime.where('alarm_id', 'in', [...alarms.keys()]).execute();
  const ofStations = await inTime
    .where('alarm_id', 'is', null)
    .where('station_id', 'in', stationIds)
    .where('kind', 'in', [...stationKinds])
    .execute();
  const rows = [...ofAlarms, ...ofStations]
    // A test of another point is of no interest here.
    .filter((row) => !row.kind.startsWith('test.') || isAbout(JSON.parse(row.detail) as Detail, pointIds))
    .sort((one, other) => other.occurred_at_ms - one.occurred_at_ms || other.sequence - one.sequence);
  const kept = rows.slice(0, ask.limit).reverse();
  return {
    marks: kept.map((row): TrendMark => {
      const detail = JSON.parse(row.detail) as Detail;
      const alarm = alarms.get(row.alarm_id ?? '') ?? null;
      return {
        sequence: row.sequence,
        timeMs: row.occurred_at_ms,
        kind: row.kind,
        stationId: row.station_id ?? '',
        alarmId: row.alarm_id,
        pointId: alarm === null ? null : (pointOf(plant, alarm)?.id ?? null),
        occurrenceId: row.occurrence_id,
        priority: alarm?.priority ?? null,
        actor: JSON.parse(row.actor) as JournalActor,
        comment: wordsOf(detail),
        value: typeof detail.value === 'number' ? detail.value : null,
        isTest: detail.isTest === true,
      };
    }),
    isCut: rows.length > ask.limit || ofAlarms.length > ask.limit || ofStations.length > ask.limit,
  };
}

/** Limits of the points' alarms. Of an alarm that has no version on record, the limit that is in force. */
export async function readLimits(database: Database, plant: Plant, points: readonly Point[]): Promise<TrendLimit[]> {
  const alarms = [...alarmsOf(plant, points).values()].filter(({ kind }) => limitKinds.some((limitKind) => limitKind === kind));
  if (alarms.length === 0) return [];
  const rows = await database
    .selectFrom('alarm_settings_change')
    .innerJoin('alarm_settings_version', 'alarm_settings_version.number', 'alarm_settings_change.version')
    .where(
      'alarm_settings_change.alarm_id',
      'in',
      alarms.map(({ id }) => id),
    )
    .select(['alarm_settings_change.alarm_id', 'alarm_settings_change.change', 'alarm_settings_version.applied_at_ms'])
    .orderBy('alarm_settings_change.version')
    .execute();
  return alarms.map((alarm) => {
    const steps: { fromMs: number; setpoint: number | null }[] = [];
    for (const row of rows) {
      if (row.alarm_id !== alarm.id) continue;
      const setpoint = setpointAfter(JSON.parse(row.change) as Detail, steps.at(-1)?.setpoint ?? null);
      if (steps.at(-1)?.setpoint !== setpoint || steps.length === 0) steps.push({ fromMs: row.applied_at_ms, setpoint });
    }
    const now = 'setpoint' in alarm ? alarm.setpoint : null;
    return {
      alarmId: alarm.id,
      pointId: pointOf(plant, alarm)?.id ?? '',
      kind: alarm.kind,
      priority: alarm.priority,
      steps: steps.length === 0 ? [{ fromMs: 0, setpoint: now }] : steps,
    };
  });
}

const setpointSchema = alarmSettingsSchema.shape.setpoint;

function setpointAfter(change: Detail, before: number | null): number | null {
  if (change.kind === 'removed') return null;
  if (change.kind === 'added') return setpointSchema.catch(null).parse((change.settings as Detail | undefined)?.setpoint);
  const differences = Array.isArray(change.differences) ? (change.differences as Detail[]) : [];
  const difference = differences.find(({ field }) => field === 'setpoint');
  return difference === undefined ? before : setpointSchema.catch(before).parse(difference.to);
}

function alarmsOf(plant: Plant, points: readonly Point[]): Map<string, AlarmDefinition> {
  const found = new Map<string, AlarmDefinition>();
  for (const point of points) {
    for (const index of point.alarmIndexes) {
      const alarm = plant.alarms[index];
      if (alarm !== undefined) found.set(alarm.id, alarm);
    }
  }
  return found;
}

function pointOf(plant: Plant, alarm: AlarmDefinition): Point | undefined {
  return alarm.pointIndex === null ? undefined : plant.points[alarm.pointIndex];
}

function isAbout(detail: Detail, pointIds: ReadonlySet<string>): boolean {
  return typeof detail.pointId === 'string' && pointIds.has(detail.pointId);
}

function wordsOf(detail: Detail): string | null {
  const event = typeof detail.event === 'object' && detail.event !== null ? (detail.event as Detail) : {};
  for (const words of [event.comment, event.reason, detail.comment, detail.reason])
    if (typeof words === 'string' && words !== '') return words;
  return null;
}
