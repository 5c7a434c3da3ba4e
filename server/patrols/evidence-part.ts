// What patrols put into an evidence bundle: each round with how it went, each point with who confirmed it, when and how, what was found, and every event.
import { confirmationOf, type PatrolRecord, patrolRecordSchema } from '../../domain/patrols/patrol.ts';
import { patrolStateWords } from '../../domain/patrols/patrol-words.ts';
import type { EvidenceScope, EvidenceSection } from '../evidence/evidence-section.ts';
import type { Database } from '../journal/database.ts';

const pageRows = 200;

export function patrolEvidence(database: Database): EvidenceSection {
  return {
    name: 'patrols',
    title: { zh: '巡查与检查表：路线、时间、扫码、漏巡', en: 'Patrols and check lists: route, time, code, misses' },
    async write(scope, output) {
      const columns = [
        'patrolId',
        'station',
        'round',
        'kind',
        'state',
        'stateZh',
        'plannedAtMs',
        'dueAtMs',
        'completedAtMs',
        'points',
        'confirmed',
        'explanations',
      ];
      await output.table(
        'patrols/rounds.csv',
        columns,
        mapped(patrolsIn(database, scope), (record) => [
          [
            record.id,
            record.stationId,
            record.name.zh,
            record.patrolKind,
            record.state,
            patrolStateWords[record.state].zh,
            record.plannedAtMs,
            record.dueAtMs,
            record.completedAtMs,
            record.points.length,
            record.points.filter(({ placeId }) => confirmationOf(record, placeId) !== null).length,
            record.explanations.map(({ by, reason }) => `${by.displayName}: ${reason}`).join('; '),
          ],
        ]),
      );
      await output.table(
        'patrols/visits.csv',
        [
          'patrolId',
          'station',
          'place',
          'placeName',
          'doneAtMs',
          'receivedAtMs',
          'username',
          'name',
          'proof',
          'codeFault',
          'handReason',
          'latitude',
          'longitude',
          'results',
          'finding',
          'photoHashes',
        ],
        mapped(patrolsIn(database, scope), (record) =>
          record.visits.map((visit) => [
            record.id,
            record.stationId,
            visit.placeId,
            record.points.find(({ placeId }) => placeId === visit.placeId)?.name.zh ?? '',
            visit.atMs,
            visit.receivedAtMs,
            visit.by.username,
            visit.by.displayName,
            visit.proof,
            visit.codeFault,
            visit.handReason,
            visit.position?.latitude ?? null,
            visit.position?.longitude ?? null,
            JSON.stringify(visit.results),
            visit.finding,
            record.photos
              .filter(({ placeId }) => placeId === visit.placeId)
              .map(({ hash }) => hash)
              .join(' '),
          ]),
        ),
      );
      const findings = await database
        .selectFrom('patrol_finding')
        .selectAll()
        .where('station_id', 'in', [...scope.stationIds])
        .where('at_ms', '>=', scope.fromMs)
        .where('at_ms', '<', scope.toMs)
        .orderBy('at_ms')
        .orderBy('finding_id')
        .execute();
      await output.table(
        'patrols/findings.csv',
        ['findingId', 'patrolId', 'station', 'place', 'foundAtMs', 'hazardId', 'hazardAtMs'],
        findings.map((row) => [
          row.finding_id,
          row.patrol_id,
          row.station_id,
          row.place_id,
          row.found_at_ms,
          row.hazard_id,
          row.hazard_at_ms,
        ]),
      );
    },
  };
}

type Cells = readonly (string | number | null)[];

async function* mapped(records: AsyncIterable<PatrolRecord>, rowsOf: (record: PatrolRecord) => readonly Cells[]): AsyncGenerator<Cells> {
  for await (const record of records) yield* rowsOf(record);
}

async function* patrolsIn(database: Database, scope: EvidenceScope): AsyncGenerator<PatrolRecord> {
  for (let offset = 0; ; offset += pageRows) {
    scope.signal.throwIfAborted();
    const rows = await database
      .selectFrom('patrol')
      .select('record')
      .where('station_id', 'in', [...scope.stationIds])
      .where('planned_at_ms', '>=', scope.fromMs)
      .where('planned_at_ms', '<', scope.toMs)
      .orderBy('planned_at_ms')
      .orderBy('patrol_id')
      .limit(pageRows)
      .offset(offset)
      .execute();
    for (const row of rows) yield patrolRecordSchema.parse(JSON.parse(row.record));
    if (rows.length < pageRows) return;
  }
}
