// Reads the system's own records of a period for the evaluators: each kind in one query for all stations, sorted out by station. Writes nothing.
import { incidentRecordSchema } from '../../domain/incidents/incident.ts';
import { loopTestSchema } from '../../domain/loop-test/loop-test.ts';
import { workWindowSchema } from '../../domain/maintenance/work-window.ts';
import {
  type CertificateRecord,
  type CompanyRecords,
  type DutyCheckRecord,
  type GapReason,
  gapReasons,
  type HazardRecord,
  type ObservationRecord,
  type StationRecords,
} from '../../domain/obligations/records.ts';
import type { Span } from '../../domain/obligations/spans.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import { momentOf } from '../../domain/time/zoned-time.ts';
import type { Database } from '../journal/database.ts';
import { announcementOf } from '../performance/announcement-record.ts';
import { factsOf } from './plant-facts.ts';

const dayMs = 86_400_000;
/** What began so long before a period may still reach into it. */
const reachBackMs = 31 * dayMs;

/** The ledger of hazards, as obligations need it; given by the part that keeps it. */
export interface HazardSource {
  /** Everything that was open at some time of the span. */
  hazards(span: Span): Promise<readonly (HazardRecord & { readonly stationId: string })[]>;
}

export interface RecordReader {
  readonly plant: Plant;
  readonly database: Database;
  readonly hazards: HazardSource | null;
  readonly countedToMs: () => number;
}

export interface PeriodRecords {
  readonly company: CompanyRecords;
  readonly stations: ReadonlyMap<string, StationRecords>;
}

export interface ReadOptions {
  /** Gaps of readings from further back than everything else. */
  readonly gapsFromMs?: number;
  /** Only what stands at the end of the span is asked for: what ended before it began is left out. */
  readonly onlyStanding?: boolean;
}

/** `stationIds` null: all. The period ends now at the latest: while the server reads, it is there. */
export async function readRecords(
  { plant, database, hazards, countedToMs }: RecordReader,
  span: Span,
  stationIds: ReadonlySet<string> | null,
  options: ReadOptions = {},
): Promise<PeriodRecords> {
  const { fromMs, toMs } = span;
  const gapsFromMs = options.gapsFromMs ?? fromMs;
  const announcedFromMs = fromMs - (options.onlyStanding === true ? 0 : reachBackMs);
  const stations = plant.stations.filter((station) => stationIds === null || stationIds.has(station.id));
  const wanted = new Set(stations.map(({ id }) => id));
  const only = stations.length <= 20 ? [...wanted, ''] : null;
  let gapQuery = database
    .selectFrom('monitoring_gap')
    .selectAll()
    .where('from_ms', '<', toMs)
    .where((where) => where.or([where('to_ms', 'is', null), where('to_ms', '>', gapsFromMs - 3_600_000)]));
  let announcementQuery = database
    .selectFrom('alarm_announcement')
    .selectAll()
    .where('is_test', '=', 0)
    .where('is_repeat', '=', 0)
    .where('announced_at_ms', '<', toMs)
    .where((where) => where.or([where('announced_at_ms', '>=', announcedFromMs), where('waits', '=', 1)]));
  if (only !== null) {
    gapQuery = gapQuery.where('station_id', 'in', only);
    announcementQuery = announcementQuery.where('station_id', 'in', only);
  }
  const [gaps, watched, observations, work, setAsides, announcements, tests, drills, calls, found] = await Promise.all([
    gapQuery.execute(),
    database.selectFrom('monitoring_watch').selectAll().where('from_ms', '<', toMs).orderBy('from_ms').execute(),
    database.selectFrom('obligation_observation').selectAll().where('from_ms', '<', toMs).orderBy('from_ms').execute(),
    database
      .selectFrom('work_window')
      .selectAll()
      .where('started_at_ms', '<', toMs)
      .where((where) => where.or([where('ended_at_ms', 'is', null), where('ended_at_ms', '>', fromMs - dayMs)]))
      .orderBy('started_at_ms')
      .execute(),
    database
      .selectFrom('alarm_set_aside')
      .selectAll()
      .where('since_ms', '<', toMs)
      .where((where) => where.or([where('ended_at_ms', 'is', null), where('ended_at_ms', '>', fromMs)]))
      .orderBy('sequence')
      .execute(),
    announcementQuery.execute(),
    database.selectFrom('loop_test').select('record').where('finished_at_ms', '<', toMs).orderBy('id').execute(),
    database.selectFrom('incident').select('record').where('is_drill', '=', 1).orderBy('number').execute(),
    database.selectFrom('contact_call').selectAll().where('at_ms', '<', toMs).orderBy('at_ms').execute(),
    hazards?.hazards(span) ?? null,
  ]);
  const company = await readCompany({ plant, database, countedToMs }, span);
  const gapsOf = Map.groupBy(gaps, (row) => row.station_id);
  const watchedOf = Map.groupBy(watched, (row) => row.station_id);
  const observationsOf = Map.groupBy(observations, (row) => row.station_id);
  const workOf = Map.groupBy(
    work.map((row) => workWindowSchema.parse(JSON.parse(row.record))),
    (window) => window.stationId,
  );
  const setAsidesOf = Map.groupBy(setAsides, (row) => row.station_id);
  const announcementsOf = Map.groupBy(announcements.map(announcementOf), (record) => record.stationId);
  const testsOf = Map.groupBy(
    tests.map((row) => loopTestSchema.parse(JSON.parse(row.record))),
    (test) => test.stationId,
  );
  const closedDrills = drills
    .map((row) => incidentRecordSchema.parse(JSON.parse(row.record)))
    .filter((record) => record.closed?.outcome === 'resolved');
  const callsOf = Map.groupBy(calls, (row) => row.station_id);
  const hazardsOf = found === null ? null : Map.groupBy(found, (hazard) => hazard.stationId);
  return {
    company,
    stations: new Map(
      stations.map((station): [string, StationRecords] => [
        station.id,
        {
          facts: factsOf(plant, station),
          gaps: (gapsOf.get(station.id) ?? []).map((row) => ({
            pointId: row.point_id,
            fromMs: row.from_ms,
            toMs: row.to_ms,
            reason: gapReasons.find((reason) => reason === row.reason) ?? ('noReading' satisfies GapReason),
          })),
          watched: (watchedOf.get(station.id) ?? []).map((row) => ({ pointId: row.point_id, fromMs: row.from_ms, toMs: row.to_ms })),
          observations: (observationsOf.get(station.id) ?? []).map((row) => ({
            kind: row.kind as ObservationRecord['kind'],
            subject: row.subject,
            fromMs: row.from_ms,
            toMs: row.to_ms,
          })),
          work: (workOf.get(station.id) ?? []).map((window) => ({
            kind: window.kind,
            pointId: window.kind === 'test' ? window.pointId : null,
            fromMs: window.startedAtMs,
            toMs: window.ended?.atMs ?? null,
            permit: window.kind === 'maintenance' ? window.permit : '',
          })),
          setAsides: (setAsidesOf.get(station.id) ?? []).map((row) => ({
            alarmId: row.alarm_id,
            kind: row.kind === 'outOfService' ? 'outOfService' : 'shelved',
            fromMs: row.since_ms,
            toMs: row.ended_at_ms,
            untilMs: row.until_ms,
            by: row.username,
            fault: row.fault,
          })),
          announcements: (announcementsOf.get(station.id) ?? []).map((record) => ({
            alarmId: record.alarmId,
            priority: record.priority,
            announcedAtMs: record.announcedAtMs,
            responseTimeMs: record.responseTimeMs,
            acknowledgedAtMs: record.acknowledgedAtMs,
            acknowledgedBy: record.acknowledgedBy,
            withdrawnAtMs: record.isWaiting || record.acknowledgedAtMs !== null ? null : record.endedAtMs,
            isWaiting: record.isWaiting,
          })),
          loopTests: (testsOf.get(station.id) ?? []).flatMap((test) =>
            test.finished === null || test.finished.result === 'abandoned'
              ? []
              : [{ pointId: test.pointId, atMs: test.finished.atMs, isPassed: test.finished.result === 'passed' }],
          ),
          drills: closedDrills.flatMap((record) =>
            record.closed !== null && record.stationIds.includes(station.id)
              ? [{ number: record.number, closedAtMs: record.closed.atMs }]
              : [],
          ),
          contacts: (callsOf.get(station.id) ?? []).map((row) => ({
            atMs: row.at_ms,
            digest: row.digest,
            isReached: row.unreachable === '[]',
            by: row.display_name,
          })),
          hazards: hazardsOf === null ? null : (hazardsOf.get(station.id) ?? []),
        },
      ]),
    ),
  };
}

async function readCompany(
  { plant, database, countedToMs }: Omit<RecordReader, 'hazards'>,
  { fromMs, toMs }: Span,
): Promise<CompanyRecords> {
  const [presence, watches, checks, certificates, calibrations] = await Promise.all([
    database.selectFrom('server_presence').selectAll().where('from_ms', '<', toMs).orderBy('from_ms').execute(),
    database
      .selectFrom('watch')
      .selectAll()
      .where('started_at_ms', '<', toMs)
      .where((where) => where.or([where('ended_at_ms', 'is', null), where('ended_at_ms', '>', fromMs - dayMs)]))
      .orderBy('started_at_ms')
      .execute(),
    database
      .selectFrom('watch_check')
      .selectAll()
      .where('asked_at_ms', '>=', fromMs - dayMs)
      .where('asked_at_ms', '<', toMs)
      .orderBy('asked_at_ms')
      .execute(),
    database.selectFrom('certificate').selectAll().where('valid_from_ms', '<', toMs).orderBy('certificate_id').execute(),
    database.selectFrom('calibration').selectAll().orderBy('point_id').execute(),
  ]);
  const newest = presence.at(-1);
  return {
    // The last row is written once a minute; who reads this is the server itself.
    presence: presence.map((row) => ({ fromMs: row.from_ms, toMs: row === newest ? Math.max(row.to_ms, toMs) : row.to_ms })),
    watches: watches.map((row) => ({
      consoleId: row.console_id,
      username: row.username,
      displayName: row.display_name,
      fromMs: row.started_at_ms,
      toMs: row.ended_at_ms,
      hasHandover: row.handover_id !== null,
    })),
    checks: checks.map((row) => ({
      username: row.username,
      consoleIds: JSON.parse(row.console_ids) as string[],
      askedAtMs: row.asked_at_ms,
      dueAtMs: row.due_at_ms,
      answeredAtMs: row.answered_at_ms,
      outcome:
        (['open', 'answered', 'missed', 'void'] as const satisfies readonly DutyCheckRecord['outcome'][]).find(
          (outcome) => outcome === row.outcome,
        ) ?? 'void',
    })),
    consoles: plant.duty.consoles.map(({ id }) => id),
    certificates: [
      ...calibrations.map(
        (row): CertificateRecord => ({
          id: `${row.point_id} ${row.calibrated_on}`,
          holder: { kind: 'instrument', id: row.point_id },
          number: row.certificate,
          validFromMs: momentOf(row.calibrated_on, '00:00', plant.company.timeZone),
          expiresAtMs: momentOf(addDays(row.due_on, 1), '00:00', plant.company.timeZone),
          revokedAtMs: null,
        }),
      ),
      ...certificates.map(
        (row): CertificateRecord => ({
          id: row.certificate_id,
          holder: { kind: 'person', id: row.holder_id },
          number: row.number,
          validFromMs: row.valid_from_ms,
          expiresAtMs: row.expires_at_ms,
          revokedAtMs: row.revoked_at_ms,
        }),
      ),
    ],
    countedToMs: countedToMs(),
  };
}
