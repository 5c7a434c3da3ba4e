// Incidents as people see them: the board's line, and the whole with its time line (events of the incident, alarms of its stations from the journal).
import type { IncidentSummary, IncidentView, TimelineEntry } from '../../domain/api/incident-api.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { missingItems } from '../../domain/incidents/incident-machine.ts';
import { isOpenDuty, stateSince } from '../../domain/incidents/incident-record.ts';
import { reportState } from '../../domain/incidents/reporting-clock.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Database } from '../journal/database.ts';
import type { IncidentStore } from './incident-store.ts';

/** Alarms of the station from this long before the detection on: what led to it. */
const leadMs = 10 * 60_000;
const alarmLinesMax = 1_000;

export function incidentSummary(record: IncidentRecord, nowMs: number): IncidentSummary {
  const owed = record.duties.filter(isOpenDuty);
  return {
    id: record.id,
    number: record.number,
    stationIds: record.stationIds,
    kind: record.kind,
    isDrill: record.isDrill,
    scenario: record.scenario,
    description: record.description,
    state: record.state,
    outcome: record.closed?.outcome ?? null,
    version: record.version,
    length: record.length,
    detectedAtMs: record.detectedAtMs,
    openedAtMs: record.openedAtMs,
    openedBy: record.openedBy,
    rule: record.rule,
    stateSinceMs: stateSince(record),
    closedAtMs: record.closed?.atMs ?? null,
    casualties: record.casualties,
    peopleOnTheWay: record.team.filter((member) => member.state === 'onTheWay').length,
    peopleOnSite: record.team.filter((member) => member.state === 'onSite').length,
    itemsDone: record.plan.items.filter((item) => record.ticks[item.id] !== undefined).length,
    itemsTotal: record.plan.items.length,
    alarmCount: record.alarms.length,
    photoCount: record.photos.length,
    nextReportDueMs: owed.length === 0 ? null : Math.min(...owed.map((duty) => duty.dueAtMs)),
    overdueReports: owed.filter((duty) => reportState(duty, nowMs) === 'overdue').length,
  };
}

export async function incidentView(options: {
  readonly record: IncidentRecord;
  readonly store: Pick<IncidentStore, 'events' | 'database'>;
  readonly plant: Plant;
  readonly nowMs: number;
  /** Stations whose alarms the person may see. */
  readonly maySee: (stationId: string) => boolean;
}): Promise<IncidentView> {
  const { record, store, plant, nowMs } = options;
  const since = (atMs: number | undefined): number | null => (atMs === undefined ? null : Math.max(0, atMs - record.detectedAtMs));
  const closedAt = record.closed === null ? Number.POSITIVE_INFINITY : record.closed.atMs;
  let isOver = false;
  const own: TimelineEntry[] = (await store.events(record.id)).map(({ position, event }) => {
    const entry: TimelineEntry = { source: 'incident', position, event, isAddendum: isOver };
    if (event.kind === 'close' || event.kind === 'cancel') isOver = true;
    return entry;
  });
  const stations = record.isDrill ? [] : record.stationIds.filter(options.maySee);
  const alarms = await alarmLines(store.database, plant, stations, record.detectedAtMs - leadMs, Math.min(closedAt, nowMs));
  const timeline = [...own, ...alarms.lines].sort((one, other) => timeOf(one) - timeOf(other) || orderOf(one) - orderOf(other));
  return {
    ...record,
    duties: record.duties.map((duty) => ({ ...duty, state: reportState(duty, nowMs) })),
    stateSinceMs: stateSince(record),
    sinceDetection: {
      acknowledged: since(record.milestones.acknowledged?.atMs),
      dispatched: since(record.milestones.dispatched?.atMs),
      onSite: since(record.milestones.onSite?.atMs),
      controlled: since(record.milestones.controlled?.atMs),
      restored: since(record.milestones.restored?.atMs),
      closed: since(record.closed?.atMs),
    },
    missingItemIds: [...missingItems(record)],
    timeline,
    isTimelineCut: alarms.isCut,
  };
}

function timeOf(entry: TimelineEntry): number {
  return entry.source === 'incident' ? entry.event.atMs : entry.atMs;
}
function orderOf(entry: TimelineEntry): number {
  return entry.source === 'incident' ? entry.position : entry.sequence;
}

async function alarmLines(
  database: Database,
  plant: Plant,
  stationIds: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<{ readonly lines: readonly TimelineEntry[]; readonly isCut: boolean }> {
  if (stationIds.length === 0) return { lines: [], isCut: false };
  const rows = await database
    .selectFrom('journal')
    .select(['sequence', 'occurred_at_ms', 'recorded_at_ms', 'kind', 'station_id', 'alarm_id', 'actor', 'detail'])
    .where('station_id', 'in', [...stationIds])
    .where('kind', 'like', 'alarm.%')
    .where('occurred_at_ms', '>=', fromMs)
    .where('occurred_at_ms', '<=', toMs)
    .orderBy('sequence', 'desc')
    .limit(alarmLinesMax + 1)
    .execute();
  const lines = rows.slice(0, alarmLinesMax).map((row): TimelineEntry => {
    const definition = plant.alarms[plant.alarmIndexById.get(row.alarm_id ?? '') ?? -1];
    const actor = JSON.parse(row.actor) as { displayName?: string };
    const detail = JSON.parse(row.detail) as { value?: unknown; event?: { comment?: unknown; reason?: unknown } };
    const said = detail.event?.comment ?? detail.event?.reason;
    return {
      source: 'alarm',
      sequence: row.sequence,
      atMs: row.occurred_at_ms,
      recordedAtMs: row.recorded_at_ms,
      what: row.kind.slice('alarm.'.length),
      alarmId: row.alarm_id ?? '',
      stationId: row.station_id ?? '',
      priority: definition?.priority ?? 'low',
      message: definition?.message ?? { zh: row.alarm_id ?? '', en: row.alarm_id ?? '' },
      value: typeof detail.value === 'number' ? detail.value : null,
      by: actor.displayName ?? null,
      comment: typeof said === 'string' ? said : null,
    };
  });
  return { lines: lines.toReversed(), isCut: rows.length > alarmLinesMax };
}
