// Records of the server's database in a bundle: incidents with their time lines (drills apart), duty, hazards, work at the stations.
import type { Database } from '../../journal/database.ts';
import type { Cell, EvidenceScope, EvidenceSection } from '../evidence-section.ts';

const pageRows = 500;

/** A question to the database that says its order: it may be asked in pieces. */
interface Pageable<Row> {
  limit(rows: number): { offset(rows: number): { execute(): Promise<readonly Row[]> } };
}

/** A table of any size, page by page. */
async function* pages<Row>(query: Pageable<Row>): AsyncGenerator<Row> {
  for (let offset = 0; ; offset += pageRows) {
    const rows = await query.limit(pageRows).offset(offset).execute();
    yield* rows;
    if (rows.length < pageRows) return;
  }
}

async function* mapped<Row>(rows: AsyncIterable<Row>, cells: (row: Row) => readonly Cell[] | null): AsyncGenerator<readonly Cell[]> {
  for await (const row of rows) {
    const made = cells(row);
    if (made !== null) yield made;
  }
}

const object = (json: string): Readonly<Record<string, unknown>> => JSON.parse(json) as Record<string, unknown>;
const inScope = (scope: EvidenceScope, stationId: string): boolean => scope.stationIds.includes(stationId);

export function incidentsSection(database: Database): EvidenceSection {
  return {
    name: 'incidents',
    title: { zh: '事件时间线（演练单列）', en: 'Time lines of incidents (drills apart)' },
    async write(scope, output) {
      const found = { real: [] as Cell[][], drill: [] as Cell[][] };
      const rows = pages(
        database
          .selectFrom('incident')
          .selectAll()
          .where('opened_at_ms', '<', scope.toMs)
          .where((where) => where.or([where('opened_at_ms', '>=', scope.fromMs), where('is_settled', '=', 0)]))
          .orderBy('opened_at_ms')
          .orderBy('incident_id'),
      );
      for await (const row of rows) {
        scope.signal.throwIfAborted();
        const record = object(row.record);
        const stations = Array.isArray(record.stationIds) ? record.stationIds.map(String) : [];
        if (!stations.some((id) => inScope(scope, id))) continue;
        const which = row.is_drill === 1 ? 'drill' : 'real';
        const events = await database
          .selectFrom('incident_event')
          .selectAll()
          .where('incident_id', '=', row.incident_id)
          .orderBy('position')
          .execute();
        found[which].push([
          row.number,
          stations.join(' '),
          String(record.kind ?? ''),
          String(record.state ?? ''),
          row.opened_at_ms,
          events.length,
        ]);
        const folder = which === 'drill' ? 'tests-and-drills/drills' : 'incidents';
        const text = JSON.stringify(
          { record, events: events.map(({ position, username, event }) => ({ position, username, event: object(event) })) },
          null,
          1,
        );
        await output.document(`${folder}/${row.number}.json`, `${text}\n`);
      }
      const columns = ['number', 'stations', 'kind', 'state', 'openedAtMs', 'events'];
      await output.table('incidents/incidents.csv', columns, found.real);
      await output.table('tests-and-drills/drills.csv', columns, found.drill);
    },
  };
}

export function dutySection(database: Database): EvidenceSection {
  return {
    name: 'duty',
    title: { zh: '值班、交接、查岗与值班日志', en: 'Watches, handovers, watch checks and watch log' },
    async write(scope, output) {
      const { fromMs, toMs, showsCompanyRecords } = scope;
      // Consoles watch over all stations: who may see some of them only is told in the journal lines of those.
      const within = async function* <Row>(query: Pageable<Row>): AsyncGenerator<Row> {
        if (showsCompanyRecords) yield* pages(query);
      };
      await output.table(
        'duty/watches.csv',
        ['console', 'username', 'name', 'startedAtMs', 'endedAtMs', 'end', 'endReason', 'withoutHandoverReason'],
        mapped(
          within(
            database
              .selectFrom('watch')
              .selectAll()
              .where('started_at_ms', '<', toMs)
              .where((where) => where.or([where('ended_at_ms', 'is', null), where('ended_at_ms', '>', fromMs)]))
              .orderBy('started_at_ms')
              .orderBy('watch_id'),
          ),
          (row) => [
            row.console_id,
            row.username,
            row.display_name,
            row.started_at_ms,
            row.ended_at_ms,
            row.end_kind,
            row.end_reason,
            row.without_handover_reason,
          ],
        ),
      );
      await output.table(
        'duty/handovers.csv',
        ['console', 'from', 'to', 'signedAtMs', 'document'],
        mapped(
          within(
            database
              .selectFrom('handover')
              .selectAll()
              .where('signed_at_ms', '>=', fromMs)
              .where('signed_at_ms', '<', toMs)
              .orderBy('signed_at_ms')
              .orderBy('handover_id'),
          ),
          (row) => [row.console_id, row.from_username, row.to_username, row.signed_at_ms, row.document],
        ),
      );
      await output.table(
        'duty/watch-checks.csv',
        ['username', 'consoles', 'askedAtMs', 'dueAtMs', 'answeredAtMs', 'outcome'],
        mapped(
          within(
            database
              .selectFrom('watch_check')
              .selectAll()
              .where('asked_at_ms', '>=', fromMs)
              .where('asked_at_ms', '<', toMs)
              .orderBy('asked_at_ms')
              .orderBy('check_id'),
          ),
          (row) => [row.username, row.console_ids, row.asked_at_ms, row.due_at_ms, row.answered_at_ms, row.outcome],
        ),
      );
      await output.table(
        'duty/watch-log.csv',
        ['writtenAtMs', 'console', 'username', 'name', 'station', 'text', 'closedAtMs', 'closedBy'],
        mapped(
          pages(
            database
              .selectFrom('watch_log')
              .selectAll()
              .where('at_ms', '>=', fromMs)
              .where('at_ms', '<', toMs)
              .orderBy('at_ms')
              .orderBy('log_id'),
          ),
          (row) =>
            (row.station_id === null ? showsCompanyRecords : inScope(scope, row.station_id))
              ? [row.at_ms, row.console_id, row.username, row.display_name, row.station_id, row.text, row.closed_at_ms, row.closed_by]
              : null,
        ),
      );
    },
  };
}

export function hazardsSection(database: Database): EvidenceSection {
  return {
    name: 'hazards',
    title: { zh: '隐患台账及处理过程', en: 'Hazard ledger with every step' },
    async write(scope, output) {
      const hazards = () =>
        pages(
          database
            .selectFrom('hazard')
            .selectAll()
            .where('reported_at_ms', '<', scope.toMs)
            .where('station_id', 'in', [...scope.stationIds])
            .where((where) => where.or([where('reported_at_ms', '>=', scope.fromMs), where('is_open', '=', 1)]))
            .orderBy('reported_at_ms')
            .orderBy('hazard_id'),
        );
      await output.table(
        'hazards/hazards.csv',
        ['number', 'station', 'grade', 'state', 'reportedAtMs', 'record'],
        mapped(hazards(), (row) => [row.number, row.station_id, row.grade, row.state, row.reported_at_ms, row.record]),
      );
      const events = async function* (): AsyncGenerator<readonly Cell[]> {
        for await (const { hazard_id, number } of hazards())
          for (const { position, at_ms, event } of await database
            .selectFrom('hazard_event')
            .selectAll()
            .where('hazard_id', '=', hazard_id)
            .orderBy('position')
            .execute())
            yield [number, position, at_ms, event];
      };
      await output.table('hazards/events.csv', ['number', 'position', 'happenedAtMs', 'event'], events());
    },
  };
}

export function workSection(database: Database): EvidenceSection {
  return {
    name: 'work',
    title: { zh: '检修、测试与回路试验', en: 'Maintenance, tests and loop tests' },
    async write(scope, output) {
      await output.table(
        'work/maintenance-and-tests.csv',
        ['kind', 'station', 'startedAtMs', 'endedAtMs', 'record'],
        mapped(
          pages(
            database
              .selectFrom('work_window')
              .selectAll()
              .where('started_at_ms', '<', scope.toMs)
              .where('station_id', 'in', [...scope.stationIds])
              .where((where) => where.or([where('ended_at_ms', 'is', null), where('ended_at_ms', '>', scope.fromMs)]))
              .orderBy('started_at_ms')
              .orderBy('id'),
          ),
          (row) => [row.kind, row.station_id, row.started_at_ms, row.ended_at_ms, row.record],
        ),
      );
      await output.table(
        'work/loop-tests.csv',
        ['point', 'station', 'startedAtMs', 'finishedAtMs', 'record'],
        mapped(
          pages(
            database
              .selectFrom('loop_test')
              .selectAll()
              .where('started_at_ms', '<', scope.toMs)
              .where('station_id', 'in', [...scope.stationIds])
              .where((where) => where.or([where('finished_at_ms', 'is', null), where('finished_at_ms', '>', scope.fromMs)]))
              .orderBy('started_at_ms')
              .orderBy('id'),
          ),
          (row) => [row.point_id, row.station_id, row.started_at_ms, row.finished_at_ms, row.record],
        ),
      );
    },
  };
}
