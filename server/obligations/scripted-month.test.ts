// A month in minutes: five stations, readings made as they are asked for, every other record in its own table, and breaches of every kind planted among
// a hundred things that are no breach. The engine must name each planted one and no other; and the watch must journal and tell as it goes.
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentEvent } from '../../domain/incidents/incident.ts';
import { evolve, openRecord } from '../../domain/incidents/incident-record.ts';
import type { NotificationOrder } from '../../domain/notification/notification-order.ts';
import type { Finding } from '../../domain/obligations/obligation.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { plantOf } from '../../test/harness/small-server.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, verifyChain } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { MonitoringCount } from './monitoring-count.ts';
import { ObligationBook } from './obligation-book.ts';
import { ObligationNotices } from './obligation-notices.ts';
import { ObligationWatch } from './obligation-watch.ts';
import { readRulePack } from './read-rule-pack.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** 1 July 2026, midnight in Shanghai. */
const t0 = Date.UTC(2026, 5, 30, 16);
const at = (days: number, hours = 0, minutes = 0) => t0 + (days - 1) * day + hours * hour + minutes * minute;

const stationText = (id: string, extra: string) => `
  - id: ${id}
    type: regulating
    name: { zh: 站 ${id}, en: Station ${id} }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-1, name: { zh: 出站压力, en: Outlet }, unit: MPa, range: { min: 0, max: 1 }, role: outletPressure, register: { address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 0.5, priority: high, response: r }] }
          - { tag: GD-1, name: { zh: 探测器, en: Detector }, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { address: 2, type: float32 }, defaultAlarms: false${extra} }
          - { tag: TT-1, name: { zh: 温度, en: Temperature }, unit: '°C', range: { min: -40, max: 80 }, register: { address: 6, type: float32 }, defaultAlarms: false }
          - { tag: SSV-1, name: { zh: 切断阀, en: Slam-shut }, kind: discrete, role: slamShut, register: { address: 4, type: uint16 }, defaultAlarms: false }`;
const gasAlarm = ', alarms: [{ kind: highHigh, setpoint: 50, priority: critical, class: safety, response: r }]';
const plant = plantOf(`schema: 1
company: { id: t, name: { zh: 测试, en: Test }, timeZone: Asia/Shanghai }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:${stationText('GS-01', gasAlarm)}${stationText('GS-02', gasAlarm)}${stationText('GS-03', gasAlarm)}${stationText('GS-04', gasAlarm)}${stationText('GS-05', '')}
responsePlans:
  - { id: one, stations: [GS-01], revised: '2025-07-12', contacts: [{ name: 消防, role: 灭火, phone: '119' }] }
  - { id: three, stations: [GS-03, GS-04, GS-05], revised: '2026-05-01', contacts: [{ name: 消防, role: 灭火, phone: '119' }] }
`);
const stationIds = plant.stations.map(({ id }) => id);

/** When a point gave no good reading, and how. */
const faults: readonly { readonly point: RegExp; readonly fromMs: number; readonly toMs: number; readonly quality: number | null }[] = [
  // Planted: 25 minutes of one instrument, 40 of a whole station, half an hour of a detector.
  { point: /^GS-02\.TT-1$/, fromMs: at(4, 3), toMs: at(4, 3, 25), quality: Quality.badCommFail },
  { point: /^GS-03\./, fromMs: at(9, 1), toMs: at(9, 1, 40), quality: null },
  { point: /^GS-04\.GD-1$/, fromMs: at(12, 14), toMs: at(12, 14, 30), quality: Quality.badInstrumentFault },
  // No breach: six minutes; an hour of the detector under a permit.
  { point: /^GS-01\.PT-1$/, fromMs: at(6, 8), toMs: at(6, 8, 6), quality: Quality.badCommFail },
  { point: /^GS-01\.GD-1$/, fromMs: at(16, 9), toMs: at(16, 10), quality: Quality.badMaintenance },
  // Planted: nine minutes a hundred and ten times: none of them a long gap, together more than may be missing.
  ...Array.from({ length: 110 }, (_, index) => ({
    point: /^GS-05\.TT-1$/,
    fromMs: at(1, 2) + index * 6 * hour,
    toMs: at(1, 2, 9) + index * 6 * hour,
    quality: Quality.badCommFail as number | null,
  })),
];
const faultsOf = new Map(plant.points.map(({ id }) => [id, faults.filter(({ point }) => point.test(id))]));
const serverAway = { fromMs: at(20, 2), toMs: at(20, 4) };

/** One reading a minute, a fault's quality or nothing in its time; at its two ends a reading to the second. */
function readingsOf(pointId: string, fromMs: number, toMs: number): [number, number][] {
  const own = (faultsOf.get(pointId) ?? []).filter(({ fromMs: from, toMs: to }) => to > fromMs - hour && from < toMs + hour);
  const rows: [number, number][] = [];
  for (let timeMs = Math.ceil(fromMs / minute) * minute; timeMs < toMs; timeMs += minute) {
    const fault = own.find((candidate) => candidate.fromMs <= timeMs && timeMs < candidate.toMs);
    if (fault === undefined) rows.push([timeMs, 0]);
    else if (fault.quality !== null) rows.push([timeMs, fault.quality]);
  }
  return rows;
}

const historian: Pick<HistorianReader, 'readRawOfMany'> = {
  readRawOfMany: async ({ pointIds, fromMs, toMs }) => {
    const rows = pointIds.flatMap((id, index) => readingsOf(id, fromMs, toMs).map(([timeMs, quality]) => ({ timeMs, quality, index })));
    rows.sort((one, other) => one.timeMs - other.timeMs);
    return {
      timeMs: Float64Array.from(rows, (row) => row.timeMs),
      value: Float64Array.from(rows, () => 0.4),
      quality: Uint8Array.from(rows, (row) => row.quality),
      point: Uint16Array.from(rows, (row) => row.index),
      isTruncated: false,
    };
  },
};

const folder = temporaryFolder();
const log = pino({ level: 'silent' });
const pack = readRulePack(folder);
const clock = new ManualClock(t0);
const orders: NotificationOrder[] = [];
let database: Awaited<ReturnType<typeof openDatabase>>;
let ledger: Ledger;
let book: ObligationBook;

const video: Finding = {
  state: 'breached',
  cause: 'stateUnread',
  subject: 'GS-02.CAM-1',
  fromMs: at(7),
  toMs: at(7, 2),
  isOpen: false,
  detail: {},
};
const hazard = {
  id: 'h',
  stationId: 'GS-04',
  number: 'YH-7',
  title: '围墙破损',
  grade: 'major' as const,
  openedAtMs: at(2),
  closedAtMs: null,
  deadlines: [{ dueAtMs: at(22), fromMs: at(2), toMs: null }],
};

function run() {
  return MonitoringCount.open({ plant, historian: historian as HistorianReader, ledger, clock, log }).then(async (count) => {
    book = new ObligationBook({
      plant,
      pack,
      database,
      countedToMs: () => count.countedToMs,
      clock,
      hazards: { hazards: async () => [hazard] },
      sources: [
        {
          name: 'video',
          findings: async () =>
            new Map<string, readonly Finding[]>([
              ['GS-02', [video]],
              ...stationIds.filter((id) => id !== 'GS-02').map((id) => [id, []] as const),
            ]),
        },
      ],
    });
    const notices = new ObligationNotices({
      notifier: { order: async (given) => void orders.push(...given) },
      access: {
        users: async () =>
          [
            { username: 'li', displayName: '李强', role: 'supervisor' as const, stationIds: null, isDisabled: false },
            { username: 'east', displayName: '东区', role: 'supervisor' as const, stationIds: ['GS-01'], isDisabled: false },
            { username: 'gone', displayName: '离职', role: 'supervisor' as const, stationIds: null, isDisabled: true },
            { username: 'wang', displayName: '王敏', role: 'operator' as const, stationIds: null, isDisabled: false },
          ] as never,
      },
      clock,
      log,
    });
    const watch = await ObligationWatch.start({
      plant,
      plantOfFile: plant,
      book,
      count,
      ledger,
      clock,
      log,
      onChanged: (changes) => notices.tell(changes),
    });
    return {
      watch,
      async stop() {
        await watch.stop();
        await notices.stop();
      },
    };
  });
}

async function until(running: Awaited<ReturnType<typeof run>>, toMs: number, stepMs: number) {
  while (clock.nowMs() < toMs) {
    clock.advance(Math.min(stepMs, toMs - clock.nowMs()));
    await running.watch.tick();
  }
}

async function plantRecords() {
  const watchRows = [
    // Two people in turn, twelve hours each, every change signed but one; on the 5th nobody for twenty minutes.
    ...Array.from({ length: 62 }, (_, index) => ({
      watch_id: `w${index}`,
      console_id: 'desk-1',
      username: index % 2 === 0 ? 'wang' : 'zhao',
      display_name: index % 2 === 0 ? '王敏' : '赵刚',
      started_at_ms: t0 + index * 12 * hour + (index === 9 ? 20 * minute : 0),
      handover_id: index === 0 || index === 9 || index === 20 ? null : `h${index}`,
      without_handover_reason: null,
      ended_at_ms: t0 + (index + 1) * 12 * hour,
      end_kind: 'handover',
      end_reason: null,
      next_check_at_ms: null,
    })),
  ];
  const check = (id: string, askedAtMs: number, outcome: string) => ({
    check_id: id,
    username: 'wang',
    console_ids: '["desk-1"]',
    asked_at_ms: askedAtMs,
    due_at_ms: askedAtMs + 5 * minute,
    answered_at_ms: outcome === 'answered' ? askedAtMs + minute : null,
    outcome,
    told: null,
  });
  const announcement = (sequence: number, alarmId: string, announcedAtMs: number, acknowledgedAtMs: number | null, is_test = 0) => ({
    sequence,
    alarm_id: alarmId,
    station_id: alarmId.slice(0, 5),
    priority: 'high',
    announced_at_ms: announcedAtMs,
    raised_at_ms: announcedAtMs,
    is_raise: 1,
    is_test,
    is_repeat: 0,
    waits: acknowledgedAtMs === null ? 1 : 0,
    response_time_ms: 10 * minute,
    ended_at_ms: null,
    ending: null,
    stood_ms: null,
    acknowledged_at_ms: acknowledgedAtMs,
    acknowledged_by: 'wang',
    has_comment: 0,
  });
  const aside = (sequence: number, alarmId: string, since: number, until_ms: number, ended: number, fault: string | null) => ({
    sequence,
    alarm_id: alarmId,
    station_id: alarmId.slice(0, 5),
    kind: 'outOfService',
    since_ms: since,
    until_ms,
    ended_at_ms: ended,
    username: 'li',
    approved_by: 'chen',
    fault,
  });
  const calibration = (pointId: string, due: string) => ({
    point_id: pointId,
    calibrated_on: '2026-01-05',
    due_on: due,
    certificate: 'JD',
    entered_by: 'chen',
    entered_at_ms: t0,
  });
  const certificate = (id: string, holder: string, expiresAtMs: number) => ({
    certificate_id: id,
    holder_kind: 'person',
    holder_id: holder,
    title: '证',
    number: id,
    issuer: '院',
    valid_from_ms: at(1) - 200 * day,
    expires_at_ms: expiresAtMs,
    added_at_ms: t0,
    added_by: 'li',
    revoked_at_ms: null,
    revoked_by: null,
    revoked_reason: null,
  });
  const loop = (id: string, pointId: string, atMs: number, result: 'passed' | 'failed') => ({
    id,
    point_id: pointId,
    station_id: pointId.slice(0, 5),
    started_at_ms: atMs - minute,
    finished_at_ms: atMs,
    record: JSON.stringify({
      id,
      version: 2,
      pointId,
      stationId: pointId.slice(0, 5),
      unit: '%LEL',
      digits: 0,
      range: { min: 0, max: 100 },
      tolerancePercent: 1,
      reference: '',
      startedBy: 'chen',
      startedAtMs: atMs - minute,
      steps: [],
      finished: { atMs, by: 'chen', result, comment: '' },
    }),
  });
  await ledger.commit([], async (write) => {
    await write.insertInto('watch').values(watchRows).execute();
    await write
      .insertInto('watch_check')
      .values([check('c1', at(3, 1), 'answered'), check('c2', at(8, 3), 'missed'), check('c3', at(14, 3), 'void')])
      .execute();
    await write
      .insertInto('alarm_announcement')
      .values([
        announcement(1, 'GS-01.PT-1.high', at(10, 2), at(10, 2, 25)),
        announcement(2, 'GS-01.PT-1.high', at(11, 2), at(11, 2, 8)),
        announcement(3, 'GS-02.PT-1.high', at(11, 2), at(11, 5), 1),
        announcement(4, 'GS-03.PT-1.high', at(31, 20), null),
      ])
      .execute();
    await write
      .insertInto('alarm_set_aside')
      .values([
        aside(11, 'GS-02.GD-1.highHigh', at(13, 6), at(13, 8), at(13, 7), 'AL9'),
        aside(12, 'GS-04.PT-1.high', at(18, 6), at(18, 8), at(18, 11), null),
        aside(13, 'GS-01.PT-1.high', at(19, 6), at(19, 8), at(19, 7), null),
      ])
      .execute();
    await write
      .insertInto('work_window')
      .values([
        {
          id: 'm1',
          kind: 'maintenance',
          station_id: 'GS-01',
          started_at_ms: at(16, 8, 55),
          ended_at_ms: at(16, 10, 5),
          record: JSON.stringify({
            kind: 'maintenance',
            id: 'm1',
            version: 2,
            stationId: 'GS-01',
            reason: '检修',
            startedBy: 'li',
            startedAtMs: at(16, 8, 55),
            untilMs: at(16, 12),
            ended: { atMs: at(16, 10, 5), by: 'li', comment: null },
            changedBy: 'li',
            changedAtMs: at(16, 10, 5),
            permit: 'P-16',
          }),
        },
      ])
      .execute();
    await write
      .insertInto('certificate')
      .values([certificate('p1', 'wang', at(1) + 300 * day), certificate('p2', 'zhao', at(25))])
      .execute();
    await write
      .insertInto('calibration')
      .values([
        calibration('GS-01.GD-1', '2026-07-20'),
        ...['GS-02', 'GS-03', 'GS-04', 'GS-05'].map((id) => calibration(`${id}.GD-1`, '2026-12-10')),
      ])
      .execute();
    await write
      .insertInto('loop_test')
      .values([
        ...['GS-01', 'GS-02', 'GS-04', 'GS-05'].map((id) => loop(`l${id}`, `${id}.GD-1`, at(1) - 100 * day, 'passed')),
        loop('l3', 'GS-03.GD-1', at(15) - 366 * day, 'passed'),
        loop('l2f', 'GS-02.GD-1', at(17), 'failed'),
        loop('l2p', 'GS-02.GD-1', at(18), 'passed'),
      ])
      .execute();
    await write
      .insertInto('incident')
      .values([
        drill('D-1', ['GS-01', 'GS-02', 'GS-04', 'GS-05'], at(1) - 60 * day, 'resolved'),
        drill('D-2', ['GS-03'], at(23) - 184 * day, 'resolved'),
        drill('D-3', ['GS-03'], at(5), 'cancelled'),
      ])
      .execute();
  });
}

function drill(id: string, where: readonly string[], atMs: number, outcome: 'resolved' | 'cancelled') {
  const common = {
    atMs,
    receivedAtMs: atMs,
    statedAtMs: null,
    by: { username: 'li', displayName: '李强' },
    actionId: null,
    position: null,
  };
  const open: Extract<IncidentEvent, { kind: 'open' }> = {
    ...common,
    kind: 'open',
    number: id,
    stationIds: [...where],
    incidentKind: 'leak',
    isDrill: true,
    scenario: 's',
    description: null,
    detectedAtMs: atMs,
    casualties: { dead: 0, injured: 0, missing: 0, evacuated: 0 },
    rule: null,
    alarms: [],
    plan: { planIds: [], revised: null, items: [], contacts: [], hydrants: [], valves: [], access: [] },
    reporting: { headOfUnitDueMs: atMs, authorityDueMs: atMs, casualtyUpdateWithinMs: 1, windowEndsMs: atMs, fireWindowEndsMs: atMs },
  };
  const end: IncidentEvent =
    outcome === 'resolved'
      ? { ...common, kind: 'close', missingItemIds: [], missingReason: null }
      : { ...common, kind: 'cancel', outcome, reason: '天气' };
  const record = evolve(openRecord(id, open), end);
  return { incident_id: id, number: id, opened_at_ms: atMs, is_drill: 1, is_settled: 1, record: JSON.stringify(record) };
}

/** `station|company obligation cause subject day hour`, by the plant's clock. */
const name = (place: string, obligationId: string, { cause, subject, fromMs }: Pick<Finding, 'cause' | 'subject' | 'fromMs'>) =>
  `${place} ${obligationId} ${cause} ${subject ?? '-'} ${Math.floor((fromMs - t0) / day) + 1}d ${Math.floor(((fromMs - t0) % day) / hour)}h`;

const planted = [
  'GS-02 continuousMonitoring commFail GS-02.TT-1 4d 3h',
  ...['GD-1', 'PT-1', 'SSV-1', 'TT-1'].map((tag) => `GS-03 continuousMonitoring noReading GS-03.${tag} 9d 0h`),
  'GS-03 gasDetection detectorOut GS-03.GD-1 9d 0h',
  'GS-03 pressureProtection stateUnread GS-03.SSV-1 9d 0h',
  'GS-04 continuousMonitoring instrumentFault GS-04.GD-1 12d 14h',
  'GS-04 gasDetection detectorOut GS-04.GD-1 12d 14h',
  'GS-05 continuousMonitoring lowCoverage - 31d 23h',
  'GS-02 gasDetection setAsideAgainstRules GS-02.GD-1.highHigh 13d 6h',
  'GS-05 gasDetection noAlarm GS-05.GD-1 1d 0h',
  'GS-04 pressureProtection setAsideAgainstRules GS-04.PT-1.high 18d 8h',
  'GS-01 detectorCalibration calibrationExpired GS-01.GD-1 21d 0h',
  'GS-03 detectorCalibration testOverdue GS-03.GD-1 15d 0h',
  'GS-02 detectorCalibration testFailed GS-02.GD-1 17d 0h',
  'GS-01 alarmResponse lateAcknowledgement GS-01.PT-1.high 10d 2h',
  'GS-03 alarmResponse notAcknowledged GS-03.PT-1.high 31d 20h',
  'company dutyWatch consoleEmpty desk-1 5d 12h',
  'company dutyWatch checkMissed wang 8d 3h',
  'company dutyWatch withoutHandover desk-1 11d 0h',
  'GS-01 emergencyReadiness planOld - 13d 8h',
  'GS-02 emergencyReadiness noPlan - 1d 0h',
  'GS-03 emergencyReadiness drillOverdue - 23d 0h',
  'GS-04 hazardLoop hazardOverdue YH-7 22d 0h',
  'GS-02 videoSurveillance stateUnread GS-02.CAM-1 7d 0h',
];
/** Zhao has every second watch: each of his after the 25th is a breach of its own. */
const expired = Array.from({ length: 7 }, (_, index) => `company certifiedPeople expiredOnDuty zhao ${25 + index}d 12h`);

describe('a scripted month', () => {
  beforeAll(async () => {
    database = await openDatabase('sqlite:', path.join(folder, 'data'));
    ledger = new Ledger(database, await Journal.open(database), clock);
    await plantRecords();
    const first = await run();
    await first.watch.tick();
    await until(first, serverAway.fromMs, 4 * hour);
    await first.stop();
    clock.advance(serverAway.toMs - serverAway.fromMs);
    const second = await run();
    await until(second, at(32), 4 * hour);
    // The count is some minutes behind the clock by nature.
    await until(second, at(32, 0, 10), 10 * minute);
    await second.stop();
  }, 120_000);
  afterAll(() => database.destroy());

  const month = () => book.window(t0, at(32));

  test('[OB3] [OB19] names each planted breach and no other', async () => {
    const found: string[] = [];
    for (const station of [null, ...plant.stations])
      for (const obligation of pack.obligations) {
        const detail = await book.detail(obligation.id, station, month());
        for (const finding of detail?.findings ?? [])
          if (finding.state === 'breached') found.push(name(station?.id ?? 'company', obligation.id, finding));
      }
    expect(found.sort()).toEqual([...planted, ...expired].sort());
  });

  test('[OB3] the two hours without the server are not measured where the server is needed, and count as met nowhere', async () => {
    const { rows, period } = await book.matrix(month(), plant.stations, true);
    for (const row of rows)
      for (const cell of row.cells) {
        if (['gasDetection', 'pressureProtection', 'alarmResponse', 'dutyWatch', 'certifiedPeople'].includes(cell.obligationId)) {
          // A station in breach all month has no time left that is not measured.
          if (cell.breachedMs === cell.lengthMs) continue;
          expect(cell.notMeasuredMs).toBeGreaterThan(0);
          expect(cell.notMeasuredMs).toBeLessThanOrEqual(2 * hour + 5 * minute);
          expect(cell.days[19]).not.toBe('met');
        }
        if (['patrolRounds', 'videoRetrieval', 'siteChecks'].includes(cell.obligationId))
          expect(cell).toMatchObject({ state: 'notMeasured', notMeasuredMs: cell.lengthMs });
      }
    expect(period.dayStartsMs).toHaveLength(31);
    // The readings were kept all the same: the collector does not need the server.
    expect(rows.find((row) => row.stationId === 'GS-01')?.cells.find((cell) => cell.obligationId === 'continuousMonitoring')).toMatchObject(
      {
        state: 'met',
        // The first minute, in which instruments are connected.
        notMeasuredMs: minute,
      },
    );
  });

  test('[OB20] each change of state has its row and its line, the beginning is one line, and the journal holds together', async () => {
    const lines = await database.selectFrom('journal').selectAll().where('kind', 'like', 'obligation.%').orderBy('sequence').execute();
    expect(lines.filter(({ kind }) => kind === 'obligation.begin')).toHaveLength(1);
    const rows = await database.selectFrom('obligation_state').selectAll().execute();
    const changes = rows.filter((row) =>
      rows.some(
        (before) => before.obligation_id === row.obligation_id && before.station_id === row.station_id && before.to_ms === row.from_ms,
      ),
    );
    const journaled = lines
      .filter(({ kind }) => kind === 'obligation.state')
      .map((line) => JSON.parse(line.detail) as { before: string | null; state: string });
    expect(journaled.filter(({ before }) => before !== null)).toHaveLength(changes.length);
    expect(changes.length).toBeGreaterThan(10);
    for (const row of rows) expect(row.to_ms === null || row.to_ms > row.from_ms).toBe(true);
    expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
  });

  test('[OB21] who answers for it is told of each worsening, once, and a warning came before the breach', () => {
    expect(new Set(orders.map(({ key }) => key)).size).toBe(orders.length);
    expect(new Set(orders.map(({ username }) => username))).toEqual(new Set(['li', 'east']));
    expect(orders.filter(({ username }) => username === 'east').every(({ key }) => key.includes('/GS-01/') || key.includes('/*/'))).toBe(
      true,
    );
    const calibration = orders
      .filter(({ key, username }) => key.startsWith('obligation/detectorCalibration/GS-01/') && username === 'li')
      .map(({ key }) => key.split('/')[3]);
    expect(calibration).toEqual(['atRisk', 'breached']);
    const hazards = orders
      .filter(({ key, username }) => key.startsWith('obligation/hazardLoop/GS-04/') && username === 'li')
      .map(({ key }) => key.split('/')[3]);
    expect(hazards).toEqual(['atRisk', 'breached']);
    expect(orders.every(({ title, text }) => title.zh !== '' && title.en !== '' && text.zh !== '')).toBe(true);
  });

  test('who made it and who asks later get the same: the state of the past does not depend on when it is asked', async () => {
    const before = await book.matrix(month(), plant.stations, true);
    clock.advance(40 * day);
    expect(await book.matrix(month(), plant.stations, true)).toEqual(before);
  });
});
