// The scripted month: what people and alarms left in the tables: watches, checks, announcements, permits, certificates, tests, drills.
import type { IncidentEvent } from '../../../domain/incidents/incident.ts';
import { evolve, openRecord } from '../../../domain/incidents/incident-record.ts';
import type { Ledger } from '../../journal/ledger.ts';
import { firstCall } from './month-events.ts';
import { at, day, hour, minute, t0 } from './month-plant.ts';

/** Two in turn; once, on the 16th, somebody whose certificate nobody ever entered. */
const personOf = (index: number) =>
  index === 30
    ? { username: 'sun', display_name: '孙丽' }
    : index % 2 === 0
      ? { username: 'wang', display_name: '王敏' }
      : { username: 'zhao', display_name: '赵刚' };

export async function writeRecords(ledger: Ledger): Promise<void> {
  const watchRows = [
    // Two people in turn, twelve hours each, every change signed but one; on the 5th nobody for twenty minutes.
    ...Array.from({ length: 62 }, (_, index) => ({
      watch_id: `w${index}`,
      console_id: 'desk-1',
      ...personOf(index),
      started_at_ms: t0 + index * 12 * hour + (index === 9 ? 20 * minute : 0),
      handover_id: index === 0 || index === 9 || index === 20 ? null : `h${index}`,
      without_handover_reason: null,
      ended_at_ms: t0 + (index + 1) * 12 * hour,
      end_kind: 'handover',
      end_reason: null,
      next_check_at_ms: null,
    })),
  ];
  const check = (id: string, askedAtMs: number, outcome: string, minutes = 5) => ({
    check_id: id,
    username: 'wang',
    console_ids: '["desk-1"]',
    asked_at_ms: askedAtMs,
    due_at_ms: askedAtMs + minutes * minute,
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
  const { atMs: at_ms, ...called } = firstCall;
  const callRow = { at_ms, ...called };
  await ledger.commit([], async (write) => {
    await write.insertInto('watch').values(watchRows).execute();
    await write
      .insertInto('watch_check')
      .values([
        check('c1', at(3, 1), 'answered'),
        check('c2', at(8, 3), 'open'),
        check('c3', at(14, 3), 'void'),
        check('c4', at(31, 23, 57), 'open', 14),
      ])
      .execute();
    await write
      .insertInto('alarm_announcement')
      .values([
        announcement(1, 'GS-01.PT-1.high', at(10, 2), null),
        announcement(2, 'GS-01.PT-1.high', at(11, 2), at(11, 2, 8)),
        announcement(3, 'GS-02.PT-1.high', at(11, 2), at(11, 5), 1),
        announcement(4, 'GS-03.PT-1.high', at(31, 20), null),
        // Waits over midnight, and is acknowledged in the next month.
        announcement(5, 'GS-02.PT-1.high', at(31, 23, 54), null),
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
        calibration('GS-02.GD-1', '2026-08-20'),
        ...['GS-03', 'GS-04', 'GS-05'].map((id) => calibration(`${id}.GD-1`, '2026-12-10')),
      ])
      .execute();
    await write
      .insertInto('loop_test')
      .values([
        loop('l4', 'GS-04.GD-1', at(1) - 320 * day, 'passed'),
        ...['GS-01', 'GS-02', 'GS-05'].map((id) => loop(`l${id}`, `${id}.GD-1`, at(1) - 100 * day, 'passed')),
        loop('l3', 'GS-03.GD-1', at(15) - 366 * day, 'passed'),
        loop('l2f', 'GS-02.GD-1', at(17), 'failed'),
        loop('l2p', 'GS-02.GD-1', at(18), 'passed'),
      ])
      .execute();
    await write
      .insertInto('contact_call')
      .values({ call_id: 'c', station_id: 'GS-07', username: 'li', display_name: '李强', unreachable: '[]', note: '', ...callRow })
      .execute();
    await write
      .insertInto('incident')
      .values([
        drill('D-1', ['GS-01', 'GS-02', 'GS-04', 'GS-05', 'GS-07'], at(1) - 60 * day, 'resolved'),
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
