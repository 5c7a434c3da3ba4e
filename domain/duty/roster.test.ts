// Who is on duty, against a model that walks through the minutes of a zone's own clock; shift times over midnight and over changes of the clock.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from '../time/calendar-date.ts';
import type { DutyPosition, Shift } from './duty-plan.ts';
import { type DutyPlace, type RosterEntry, shiftInstance, shiftsAfter, whoIsNext, whoIsOnDuty } from './roster.ts';

const shift = (id: string, start: string, end: string): Shift => ({ id, name: { zh: id, en: id }, start, end });
const three = [shift('day', '07:00', '15:00'), shift('evening', '15:00', '23:00'), shift('night', '23:00', '07:00')];
const two = [shift('day', '08:00', '20:00'), shift('night', '20:00', '08:00')];
const positions: DutyPosition[] = [
  { id: 'lead', name: { zh: '班长', en: 'Lead' }, duty: 'lead', required: 1 },
  { id: 'operator', name: { zh: '值班员', en: 'Operator' }, duty: 'watch', required: 1 },
  { id: 'emergency', name: { zh: '抢险', en: 'Emergency' }, duty: 'emergency', required: 1 },
];
const place = (shifts: readonly Shift[], timeZone: string): DutyPlace => ({
  plan: { shifts, positions },
  timeZone,
  areaOfStation: new Map([
    ['GS-01', 'north'],
    ['RS-01', 'north'],
    ['DR-01', 'south'],
  ]),
});
const entry = (change: Partial<RosterEntry>): RosterEntry => ({
  id: 'e',
  date: '2026-07-03',
  shiftId: 'day',
  username: 'wang',
  positionId: 'operator',
  stationIds: null,
  areaIds: null,
  ...change,
});
const hourMs = 3_600_000;

describe('shift times', () => {
  test('over midnight, in the plant’s zone', () => {
    const night = shiftInstance(shift('night', '23:00', '07:00'), '2026-07-03', 'Asia/Shanghai');
    expect(new Date(night.startMs).toISOString()).toBe('2026-07-03T15:00:00.000Z');
    expect(new Date(night.endMs).toISOString()).toBe('2026-07-03T23:00:00.000Z');
  });

  test('the night on which the clocks go forward is an hour short, the one on which they go back an hour long', () => {
    const nightOn = (date: string) => shiftInstance(shift('night', '23:00', '07:00'), date, 'Europe/Berlin');
    const lengthOf = (date: string) => (nightOn(date).endMs - nightOn(date).startMs) / hourMs;
    expect(lengthOf('2026-03-28')).toBe(7);
    expect(lengthOf('2026-10-24')).toBe(9);
    expect(lengthOf('2026-07-03')).toBe(8);
  });

  test('a shift that begins in the hour which does not exist begins when that hour would have', () => {
    const early = shiftInstance(shift('early', '02:30', '10:30'), '2026-03-08', 'America/New_York');
    expect(new Date(early.startMs).toISOString()).toBe('2026-03-08T07:30:00.000Z');
  });

  test.each(['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia'])(
    'the shifts of a year follow each other without a gap and without an overlap in %s',
    (zone) => {
      for (const shifts of [three, two, [shift('a', '02:30', '10:30'), shift('b', '10:30', '18:30'), shift('c', '18:30', '02:30')]]) {
        const all = Array.from({ length: 400 }, (_, day) => addDays('2026-01-01', day)).flatMap((date) =>
          shifts.map((one) => shiftInstance(one, date, zone)),
        );
        all.sort((a, b) => a.startMs - b.startMs);
        for (let index = 1; index < all.length; index += 1) expect(all[index]?.startMs).toBe(all[index - 1]?.endMs);
      }
    },
  );
});

describe('who is on duty', () => {
  const shanghai = place(three, 'Asia/Shanghai');
  const at = (text: string) => Date.parse(`${text}+08:00`);

  test('the night belongs to the day on which it began', () => {
    const night = entry({ shiftId: 'night' });
    const ask = (text: string) => whoIsOnDuty([night], shanghai, { atMs: at(text), stationId: null, position: null }).length;
    expect(ask('2026-07-03T22:59:59')).toBe(0);
    expect(ask('2026-07-03T23:00:00')).toBe(1);
    expect(ask('2026-07-04T06:59:59')).toBe(1);
    expect(ask('2026-07-04T07:00:00')).toBe(0);
  });

  test('for a station: named himself, by his area, or for all', () => {
    const entries = [
      entry({ username: 'all' }),
      entry({ username: 'station', stationIds: ['DR-01'] }),
      entry({ username: 'area', areaIds: ['north'] }),
      entry({ username: 'both', stationIds: ['DR-01'], areaIds: ['north'] }),
    ];
    const ask = (stationId: string | null) =>
      whoIsOnDuty(entries, shanghai, { atMs: at('2026-07-03T09:00:00'), stationId, position: null }).map((found) => found.username);
    expect(ask('DR-01')).toEqual(['all', 'station', 'both']);
    expect(ask('RS-01')).toEqual(['all', 'area', 'both']);
    expect(ask(null)).toEqual(['all', 'station', 'area', 'both']);
  });

  test('the next shift is the soonest that has somebody for the question', () => {
    const entries = [
      entry({ date: '2026-07-03', shiftId: 'evening', username: 'operator' }),
      entry({ date: '2026-07-03', shiftId: 'night', username: 'lead-of-night', positionId: 'lead' }),
      entry({ date: '2026-07-04', shiftId: 'day', username: 'lead-of-day', positionId: 'lead' }),
    ];
    const next = whoIsNext(entries, shanghai, { atMs: at('2026-07-03T09:00:00'), stationId: 'GS-01', position: { duty: 'lead' } });
    expect(next.map((found) => found.username)).toEqual(['lead-of-night']);
    expect(shiftsAfter(shanghai, at('2026-07-03T15:00:00'))[0]?.shift.id).toBe('night');
  });

  test('against a model: an entry is on duty when the wall clock of the zone says so', () => {
    // The model knows shifts only by what an analogue clock on the plant's wall shows, and knows no epoch arithmetic of zones.
    const wallOf = (atMs: number, zone: string) => {
      const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(atMs).split(' ');
      return { date: parts[0] ?? '', time: parts[1] ?? '' };
    };
    const modelOf = (candidate: RosterEntry, where: DutyPlace, atMs: number): boolean => {
      const found = where.plan.shifts.find((one) => one.id === candidate.shiftId);
      if (found === undefined) return false;
      const { date, time } = wallOf(atMs, where.timeZone);
      const goesOverMidnight = found.end <= found.start;
      if (!goesOverMidnight) return date === candidate.date && time >= found.start && time < found.end;
      return (date === candidate.date && time >= found.start) || (date === addDays(candidate.date, 1) && time < found.end);
    };
    fc.assert(
      fc.property(
        fc.constantFrom(three, two),
        fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
        fc.array(
          fc.record({
            day: fc.integer({ min: 0, max: 400 }),
            shiftIndex: fc.integer({ min: 0, max: 2 }),
            username: fc.constantFrom('wang', 'li', 'zhao'),
            positionId: fc.constantFrom('lead', 'operator', 'emergency'),
            stationIds: fc.option(fc.subarray(['GS-01', 'RS-01', 'DR-01'], { minLength: 1 })),
            areaIds: fc.option(fc.subarray(['north', 'south'], { minLength: 1 })),
          }),
          { maxLength: 40 },
        ),
        fc.integer({ min: 0, max: 400 * 1_440 }),
        fc.option(fc.constantFrom('GS-01', 'RS-01', 'DR-01')),
        fc.option(fc.constantFrom('lead', 'operator', 'emergency')),
        (shifts, zone, raw, minute, stationId, positionId) => {
          const where = place(shifts, zone);
          const entries = raw.map(({ day, shiftIndex, ...rest }, index) =>
            entry({ ...rest, id: String(index), date: addDays('2026-01-01', day), shiftId: shifts[shiftIndex % shifts.length]?.id ?? '' }),
          );
          const atMs = Date.UTC(2026, 0, 1) + minute * 60_000;
          const expected = entries.filter(
            (candidate) =>
              modelOf(candidate, where, atMs) &&
              (positionId === null || candidate.positionId === positionId) &&
              (stationId === null ||
                (candidate.stationIds === null && candidate.areaIds === null) ||
                candidate.stationIds?.includes(stationId) === true ||
                candidate.areaIds?.includes(where.areaOfStation.get(stationId) ?? '') === true),
          );
          const position = positionId === null ? null : { positionId };
          expect(whoIsOnDuty(entries, where, { atMs, stationId, position })).toEqual(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
