// Marks of the time axis against Temporal, for plant zones with and without summer time, over its changes, whatever the zone of the machine (row 26).
import { Temporal } from 'temporal-polyfill';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { daysLater, timeSplits, timeSteps, timeTexts } from './time-axis.ts';

const machineZones = ['Asia/Shanghai', 'Europe/Berlin', 'Australia/Lord_Howe'];
const plantZones = [
  'Asia/Shanghai',
  'Asia/Kathmandu',
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'America/St_Johns',
];
const hour = 3_600;
const day = 86_400;
const original = process.env.TZ;
let marks = 0;
afterAll(() => {
  // biome-ignore lint/suspicious/noConsole: the figure of docs/reliability.md
  console.log(`time axis: ${marks} marks of plants in ${plantZones.length} zones on machines in ${machineZones.length}, 0 wrong`);
});
afterEach(() => {
  if (original === undefined) delete process.env.TZ;
  else process.env.TZ = original;
});

/** A quiet moment, and the two changes of summer time of the zone in 2026 where it has them. */
function centresOf(zone: string): number[] {
  let at = Temporal.Instant.from('2026-01-10T00:00:00Z').toZonedDateTimeISO(zone);
  const found = [Date.UTC(2026, 5, 15, 7, 13, 20) / 1_000];
  for (let count = 0; count < 2; count += 1) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds > Date.UTC(2027, 0, 10)) break;
    found.push(next.epochMilliseconds / 1_000);
    at = next;
  }
  return found;
}

const local = (utc: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(Math.round(utc * 1_000)).toZonedDateTimeISO(zone);
const two = (value: number) => String(value).padStart(2, '0');

function isRound(utc: number, step: number, zone: string): boolean {
  const time = local(utc, zone);
  const secondOfDay = time.hour * hour + time.minute * 60 + time.second + time.millisecond / 1_000;
  const isFirstOfDay = time.epochMilliseconds === time.startOfDay().epochMilliseconds;
  if (step >= 28 * day) return isFirstOfDay && time.day === 1;
  if (step >= day) return isFirstOfDay;
  return Math.abs(secondOfDay / step - Math.round(secondOfDay / step)) < 1e-6;
}

describe.each(machineZones)('on a machine in %s', (machineZone) => {
  test.each(plantZones)('a plant in %s: every mark is round there, in order, within, complete, and says its own time', (zone) => {
    process.env.TZ = machineZone;
    expect(new Date(Date.UTC(2026, 6, 1)).getTimezoneOffset()).toBe(
      0 - local(Date.UTC(2026, 6, 1) / 1_000, machineZone).offsetNanoseconds / 6e10,
    );
    for (const centre of centresOf(zone)) {
      for (const step of timeSteps) {
        const minimum = centre - step * 4.3;
        const maximum = centre + step * 4.7;
        const splits = timeSplits(minimum, maximum, step, zone);
        const texts = timeTexts(splits, step, zone);
        marks += splits.length;
        for (const [index, split] of splits.entries()) {
          expect(split, `${zone} ${step}`).toBeGreaterThanOrEqual(minimum);
          expect(split).toBeLessThanOrEqual(maximum);
          if (index > 0) expect(split).toBeGreaterThan(splits[index - 1] as number);
          expect(isRound(split, step, zone), `${zone}, step ${step}, ${local(split, zone).toString()}`).toBe(true);
          const time = local(split, zone);
          const text = texts[index] as string;
          if (step >= 28 * day) expect(text).toBe(`${time.year}-${two(time.month)}`);
          else if (/^\d\d-\d\d$/.test(text)) expect(text).toBe(`${two(time.month)}-${two(time.day)}`);
          else if (step >= 60) expect(text.slice(0, 5)).toBe(`${two(time.hour)}:${two(time.minute)}`);
          else if (step >= 1) expect(text.slice(0, 8)).toBe(`${two(time.hour)}:${two(time.minute)}:${two(time.second)}`);
        }
        // Complete: a mark for every round moment of that span, found by walking over all minutes (or finer, where the step is).
        if (step >= 60 && step <= 7 * day) {
          const expected: number[] = [];
          for (let utc = Math.ceil(minimum / 60) * 60; utc <= maximum; utc += step < hour ? 60 : 900) {
            const aligned = Math.ceil(utc / (step < hour ? 60 : 900)) * (step < hour ? 60 : 900);
            if (aligned <= maximum && isRound(aligned, step, zone) && (step < 2 * day || isAnchored(aligned, step, zone)))
              expected.push(aligned);
          }
          expect(splits, `${zone} ${step}`).toEqual(expected);
        }
      }
    }
  });
});

/** Steps of several days are counted from Mondays. */
function isAnchored(utc: number, step: number, zone: string): boolean {
  const date = local(utc, zone).toPlainDate();
  const days = Temporal.PlainDate.from('1970-01-01').until(date).days;
  return (days + 3) % (step / day) === 0;
}

test('an hour that comes twice is told apart by its offset', () => {
  const change = Date.UTC(2026, 9, 25, 1) / 1_000;
  const splits = timeSplits(change - hour, change + hour, hour, 'Europe/Berlin');
  expect(timeTexts(splits, hour, 'Europe/Berlin')).toEqual(['02:00+02', '02:00+01', '03:00+01']);
});

test('an hour that is left out has no mark', () => {
  const change = Date.UTC(2026, 2, 29, 1) / 1_000;
  const splits = timeSplits(change - hour, change + hour, hour, 'Europe/Berlin');
  expect(timeTexts(splits, hour, 'Europe/Berlin')).toEqual(['01:00+01', '03:00+02', '04:00+02']);
});

test('the same local time some days later, over changes of summer time', () => {
  for (const zone of plantZones) {
    for (const centre of centresOf(zone)) {
      for (const days of [-7, -1, 1, 7]) {
        for (let shift = -30; shift <= 30; shift += 1) {
          const from = (centre + shift * 1_800) * 1_000;
          const wanted = local(from / 1_000, zone).add({ days });
          const got = daysLater(from, days, zone);
          const clock = (at: Temporal.ZonedDateTime) => at.toPlainDateTime().toString();
          const isSkipped = clock(wanted) !== clock(local(from / 1_000, zone)).replace(/^\d{4}-\d\d-\d\d/, wanted.toPlainDate().toString());
          if (!isSkipped) expect(clock(local(got / 1_000, zone)), `${zone} ${days} ${clock(wanted)}`).toBe(clock(wanted));
          else expect(Math.abs(got - wanted.epochMilliseconds)).toBeLessThanOrEqual(hour * 1_000);
        }
      }
    }
  }
});
