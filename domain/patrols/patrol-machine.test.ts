// The life of a patrol: what visits in any order and at any time make of it, what time says of it, what a visit must have.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirmationOf, isOpenPatrol, type PatrolEvent, type PatrolRecord, type PatrolVisit } from './patrol.ts';
import { calendarEvents, evolvePatrol, graceAfterStartMs, judgedResult, openEventOf, openPatrol, visitRefusal } from './patrol-machine.ts';
import type { PatrolRound } from './patrol-plan.ts';
import { beginningsBetween } from './patrol-schedule.ts';

const minute = 60_000;
const hour = 60 * minute;
const plannedAtMs = Date.UTC(2026, 6, 1, 0);
const text = (zh: string) => ({ zh, en: zh });
const round: PatrolRound = {
  id: 'daily',
  stationId: 'GS-01',
  kind: 'patrol',
  name: text('日常巡查'),
  times: ['08:00'],
  weekdays: null,
  monthDays: null,
  withinMs: 2 * hour,
  warnBeforeMs: 30 * minute,
  lateForMs: hour,
  points: ['gate', 'pump', 'fence'].map((placeId) => ({ placeId, name: text(placeId), hint: null, needsPhoto: false, items: [] })),
};
const opened = openPatrol(openEventOf(round, plannedAtMs, plannedAtMs));
const visit = (placeId: string, atMs: number, more: Partial<PatrolVisit> = {}): Exclude<PatrolEvent, { kind: 'open' }> => ({
  kind: 'visit',
  atMs: more.receivedAtMs ?? atMs,
  visit: {
    actionId: `${placeId}-${atMs}`,
    placeId,
    atMs,
    receivedAtMs: atMs,
    statedAtMs: atMs,
    by: { username: 'liu', displayName: '刘洋' },
    proof: 'scan',
    codeFault: null,
    handReason: null,
    position: null,
    results: [],
    finding: null,
    isHazard: false,
    ...more,
  },
});
const evolved = (record: PatrolRecord, ...events: Exclude<PatrolEvent, { kind: 'open' }>[]) => events.reduce(evolvePatrol, record);
/** Looked at every minute from the beginning. */
function watched(record: PatrolRecord, untilMs: number, visits: readonly Extract<PatrolEvent, { kind: 'visit' }>[] = []): PatrolRecord {
  let now = record;
  const waiting = visits.toSorted((one, other) => one.visit.receivedAtMs - other.visit.receivedAtMs);
  for (let atMs = plannedAtMs; atMs <= untilMs; atMs += minute) {
    while (waiting[0] !== undefined && waiting[0].visit.receivedAtMs <= atMs)
      now = evolvePatrol(now, waiting.shift() as (typeof waiting)[number]);
    now = evolved(now, ...calendarEvents(now, atMs, 0));
  }
  return now;
}

describe('schedule', () => {
  const zone = 'Asia/Shanghai';
  test('[PT1] times of the days that it names, by the plant’s clock', () => {
    const at = (date: string, time: string) => Date.parse(`${date}T${time}:00+08:00`);
    const from = at('2026-07-01', '00:00');
    const found = (more: Partial<PatrolRound>, days: number) =>
      beginningsBetween({ ...round, ...more }, zone, from, from + days * 24 * hour);
    expect(found({ times: ['20:00', '08:00'] }, 1)).toEqual([at('2026-07-01', '08:00'), at('2026-07-01', '20:00')]);
    // 1 July 2026 is a Wednesday.
    expect(found({ weekdays: [1] }, 14)).toEqual([at('2026-07-06', '08:00'), at('2026-07-13', '08:00')]);
    expect(found({ monthDays: [15] }, 31)).toEqual([at('2026-07-15', '08:00')]);
  });

  test('[PT1] from is in it, to is not; pieces of time together find each beginning once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 * 60 }), { minLength: 1, maxLength: 20 }), (minutes) => {
        const times = ['00:00', '02:30', '12:15'];
        const found: number[] = [];
        // Berlin leaves an hour out on 29 March 2026.
        let atMs = Date.UTC(2026, 2, 28);
        const startMs = atMs;
        for (const step of minutes) {
          found.push(...beginningsBetween({ ...round, times }, 'Europe/Berlin', atMs, atMs + step * minute));
          atMs += step * minute;
        }
        expect(found).toEqual(beginningsBetween({ ...round, times }, 'Europe/Berlin', startMs, atMs));
      }),
      { numRuns: 60 },
    );
  });

  test('[PT1] a patrol keeps the points that the plant file had', () => {
    const changed = { ...round, points: round.points.slice(0, 1) };
    expect(openPatrol(openEventOf(round, plannedAtMs, plannedAtMs)).points).toHaveLength(3);
    expect(openPatrol(openEventOf(changed, plannedAtMs + hour, plannedAtMs + hour)).points).toHaveLength(1);
  });
});

describe('what visits make of it', () => {
  test('[PT3] done when the last point is, by the earliest visit of each', () => {
    const two = evolved(opened, visit('gate', plannedAtMs + minute), visit('pump', plannedAtMs + 2 * minute));
    expect(two).toMatchObject({ state: 'open', completedAtMs: null });
    const three = evolved(two, visit('fence', plannedAtMs + 90 * minute), visit('fence', plannedAtMs + 3 * hour));
    expect(three).toMatchObject({ state: 'done', completedAtMs: plannedAtMs + 90 * minute });
    expect(isOpenPatrol(three)).toBe(false);
  });

  test('[PT3] between its end and the cut it is done late', () => {
    const record = evolved(opened, ...['gate', 'pump', 'fence'].map((place) => visit(place, plannedAtMs + 2.5 * hour)));
    expect(record.state).toBe('doneLate');
  });

  test('[PT4] at risk, late and missed are said once each and in this order', () => {
    const record = watched(opened, plannedAtMs + 6 * hour);
    expect(record).toMatchObject({
      state: 'missed',
      atRiskSaidAtMs: plannedAtMs + 1.5 * hour,
      lateSaidAtMs: plannedAtMs + 2 * hour,
      missedSaidAtMs: plannedAtMs + 3 * hour,
      length: 4,
    });
  });

  test('[PT4] of a round that is done nothing is said', () => {
    const done = ['gate', 'pump', 'fence'].map((place) => visit(place, plannedAtMs + minute));
    expect(watched(evolved(opened, ...done), plannedAtMs + 6 * hour)).toMatchObject({ state: 'done', length: 4 });
  });

  test('[PT5] made in time and received after it was called missed: it was in time', () => {
    const missed = watched(opened, plannedAtMs + 6 * hour);
    const late = { receivedAtMs: plannedAtMs + 7 * hour };
    const healed = evolved(missed, ...['gate', 'pump', 'fence'].map((place) => visit(place, plannedAtMs + hour, late)));
    expect(healed).toMatchObject({ state: 'done', completedAtMs: plannedAtMs + hour, missedSaidAtMs: plannedAtMs + 3 * hour });
    expect(confirmationOf(healed, 'gate')).toMatchObject({ receivedAtMs: plannedAtMs + 7 * hour });
  });

  test('[PT11] after the cut it stays missed', () => {
    const record = evolved(
      watched(opened, plannedAtMs + 6 * hour),
      ...['gate', 'pump', 'fence'].map((place) => visit(place, plannedAtMs + 5 * hour)),
    );
    expect(record).toMatchObject({ state: 'missed', completedAtMs: plannedAtMs + 5 * hour });
  });

  test('[PT12] a reason changes no state', () => {
    const missed = watched(opened, plannedAtMs + 6 * hour);
    const explained = evolvePatrol(missed, { kind: 'explain', atMs: 1, by: { username: 'li', displayName: '李' }, reason: '台风' });
    expect(explained).toMatchObject({ state: 'missed', explanations: [{ reason: '台风' }] });
  });

  test('[PT9] for five minutes after its start the server calls nothing late or missed', () => {
    const startMs = plannedAtMs + 10 * hour;
    expect(calendarEvents(opened, startMs, startMs)).toEqual([]);
    expect(calendarEvents(opened, startMs + graceAfterStartMs, startMs).map(({ kind }) => kind)).toEqual(['late', 'missed']);
  });

  test('[PT3] [PT5] the order in which visits arrive does not matter; the verdict is that of the times at which they were made', () => {
    const places = ['gate', 'pump', 'fence'];
    const visits = fc.array(
      fc.record({
        place: fc.constantFrom(...places),
        madeAfter: fc.integer({ min: -60, max: 300 }),
        travels: fc.integer({ min: 0, max: 600 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(visits, (made) => {
        const events = made.map(({ place, madeAfter, travels }, index) => {
          const atMs = plannedAtMs + madeAfter * minute;
          return visit(place, atMs, { actionId: `${index}`, receivedAtMs: atMs + travels * minute }) as Extract<
            PatrolEvent,
            { kind: 'visit' }
          >;
        });
        const record = watched(opened, plannedAtMs + 16 * hour, events);
        const firsts = places.map((place) => Math.min(...made.filter((each) => each.place === place).map(({ madeAfter }) => madeAfter)));
        const lastMinute = Math.max(...firsts);
        expect(record.state).toBe(lastMinute <= 120 ? 'done' : lastMinute <= 180 ? 'doneLate' : 'missed');
        expect(record.visits).toHaveLength(made.length);
        // Nothing is said twice, and nothing late before it is late.
        expect(record.length).toBe(
          1 + made.length + [record.atRiskSaidAtMs, record.lateSaidAtMs, record.missedSaidAtMs].filter((said) => said !== null).length,
        );
        if (record.lateSaidAtMs !== null) expect(record.lateSaidAtMs).toBeGreaterThanOrEqual(record.dueAtMs);
        if (record.missedSaidAtMs !== null) expect(record.missedSaidAtMs).toBeGreaterThanOrEqual(record.cutAtMs);
      }),
      { numRuns: 80 },
    );
  });
});

describe('what a visit must have', () => {
  const items = [
    { id: 'lock', text: text('锁'), reading: null },
    { id: 'pressure', text: text('压力'), reading: { unit: 'MPa', min: 0.2, max: 0.4 } },
  ];
  const record = { ...opened, points: [{ placeId: 'gate', name: text('门'), hint: null, needsPhoto: false, items }] };
  const ok = (itemId: string, value: number | null = null) => ({ itemId, result: 'ok' as const, value, note: '' });
  const refused = (change: object, atMs = plannedAtMs) =>
    visitRefusal(record, { placeId: 'gate', proof: 'scan', handReason: null, results: [ok('lock'), ok('pressure', 0.3)], ...change }, atMs);

  test('[PT10] a result for each item, a value for each reading', () => {
    expect(refused({})).toBe(null);
    expect(refused({ results: [ok('lock')] })).toBe('itemsMissing');
    expect(refused({ results: [ok('lock'), ok('pressure')] })).toBe('valueMissing');
    expect(refused({ results: [ok('lock'), { itemId: 'pressure', result: 'notApplicable', value: null, note: '' }] })).toBe(null);
    expect(refused({ results: [ok('lock'), ok('pressure', 0.3), ok('other')] })).toBe('unknownItem');
    expect(refused({ placeId: 'pump' })).toBe('unknownPlace');
  });

  test('[PT6] by hand only with a reason', () => {
    expect(refused({ proof: 'hand' })).toBe('reasonMissing');
    expect(refused({ proof: 'hand', handReason: '标签损坏' })).toBe(null);
  });

  test('[PT11] an hour early, not more', () => {
    expect(refused({}, plannedAtMs - hour)).toBe(null);
    expect(refused({}, plannedAtMs - hour - 1)).toBe('tooEarly');
  });

  test('[PT10] a value beyond its limits has failed', () => {
    const [, pressure] = items;
    if (pressure === undefined) throw new Error('no item');
    expect(judgedResult(pressure, ok('pressure', 0.41)).result).toBe('failed');
    expect(judgedResult(pressure, ok('pressure', 0.4)).result).toBe('ok');
    expect(judgedResult(pressure, { ...ok('pressure', 0.3), result: 'failed' }).result).toBe('failed');
  });
});
