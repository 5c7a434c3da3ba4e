// Detection, kind by kind, as the plant would play it; and against simple models over random series.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { baseMs, createRig, limit, tags } from './detection-rig.ts';

describe('limits', () => {
  test('beyond the set-point, not at it; back only past the deadband', () => {
    const { read, edges } = createRig({ point: limit('high', 10, 'deadband: 2') });
    for (const [second, value] of [9.9, 10, 10.1, 9, 8.1, 8, 7.9, 10.1].entries()) read(second, value);
    expect(edges).toEqual(['2 raise PT-101.high', '5 clear PT-101.high', '7 raise PT-101.high']);
  });
  test('low the other way round; high and high-high are two alarms', () => {
    const { read, edges } = createRig({
      point: [limit('high', 10), limit('highHigh', 20), limit('low', -10, 'deadband: 1'), limit('lowLow', -20)].join(', '),
    });
    for (const [second, value] of [0, 25, 15, 0, -11, -25, -9.5, -8.9].entries()) read(second, value);
    expect(edges.toSorted()).toEqual([
      '1 raise PT-101.high',
      '1 raise PT-101.highHigh',
      '2 clear PT-101.highHigh',
      '3 clear PT-101.high',
      '4 raise PT-101.low',
      '5 raise PT-101.lowLow',
      '6 clear PT-101.lowLow',
      '7 clear PT-101.low',
    ]);
  });
  test('the on-delay must be full, without a break; so must the off-delay', () => {
    const { read, edges } = createRig({ point: limit('high', 10, 'onDelay: 3s, offDelay: 2s') });
    const values = [11, 11, 9, 11, 11, 11, 11, 9, 11, 9, 9, 9];
    for (const [second, value] of values.entries()) read(second, value);
    expect(edges).toEqual(['6 raise PT-101.high', '11 clear PT-101.high']);
  });
  test('a delay runs out on the clock where the point is silent because nothing changes', () => {
    const { read, tick, edges } = createRig({ point: limit('high', 10, 'onDelay: 3s') });
    read(0, 11);
    tick(2);
    expect(edges).toEqual([]);
    tick(3);
    expect(edges).toEqual(['3 raise PT-101.high']);
  });
  test('bad quality neither raises nor clears; the alarm stays where it is', () => {
    const { read, tick, edges } = createRig({ point: limit('high', 10) });
    read(0, 50, { quality: Quality.badOutOfRange });
    expect(edges).toEqual([]);
    read(1, 11);
    for (let second = 2; second < 60; second += 1) {
      read(second, Number.NaN, { quality: Quality.badCommFail });
      tick(second);
    }
    expect(edges).toEqual(['1 raise PT-101.high']);
    read(60, 5);
    expect(edges.at(-1)).toBe('60 clear PT-101.high');
  });
  test('uncertain quality counts', () => {
    const { read, edges } = createRig({ point: limit('high', 10) });
    read(0, 11, { quality: Quality.uncertainInaccurate });
    expect(edges).toEqual(['0 raise PT-101.high']);
  });
  test('a wall clock that jumps does not shorten or stretch a delay', () => {
    for (const jump of [3_600_000, -3_600_000]) {
      const { read, edges } = createRig({ point: limit('high', 10, 'onDelay: 5s') });
      read(0, 11);
      read(1, 11);
      read(2, 11, { wallShift: jump });
      read(4, 11, { wallShift: jump });
      expect(edges).toEqual([]);
      read(5, 11, { wallShift: jump });
      expect(edges).toHaveLength(1);
    }
  });
  test('nor one that is set by less than stamps may be off, once or again and again; a device’s own stamps are followed meanwhile', () => {
    for (const step of [900, -900, 200]) {
      const { read, edges } = createRig({ point: limit('high', 10, 'onDelay: 5s') });
      for (let second = 0; second < 5; second += 1) read(second, 11, { wallShift: step * second });
      expect(edges).toEqual([]);
      read(5, 11, { wallShift: step * 5 });
      expect(edges).toHaveLength(1);
    }
    // Two samples a second of the device, delivered together each second, while this machine's clock is set forward by 0.7 s.
    const { read, edges } = createRig({ point: limit('high', 10, 'onDelay: 5s') });
    for (let heardAt = 1; heardAt <= 6; heardAt += 1) {
      for (const before of [0.6, 0.1]) {
        if (heardAt - before > 5.3) continue;
        read(heardAt - before, 11, { heardAt, nowShift: heardAt >= 3 ? 700 : 0 });
      }
    }
    expect(edges).toEqual([]);
    read(5.4, 11, { heardAt: 6, nowShift: 700 });
    expect(edges).toEqual(['5.4 raise PT-101.high']);
  });
  test('stored readings that arrive late are history: they do not change what is now', () => {
    const { read, edges } = createRig({ point: limit('high', 10) });
    read(100, 5);
    read(50, 99, { heardAt: 101 });
    expect(edges).toEqual([]);
  });
  test('what was active before a restart stays so until a good reading says otherwise, and is not raised twice', () => {
    const { detector, plant, read, edges } = createRig({ point: limit('high', 10, 'deadband: 2') });
    detector.restore([plant.alarmIndexById.get('RS-01.PT-101.high') ?? -1]);
    read(0, Number.NaN, { quality: Quality.badNotYetRead });
    read(1, 9);
    expect(edges).toEqual([]);
    read(2, 7);
    expect(edges).toEqual(['2 clear PT-101.high']);
  });

  const step = fc.record({ value: fc.integer({ min: 0, max: 20 }), isBad: fc.boolean() });
  test('random series: the same edges as a model of one line', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        (series, deadband, onDelay, offDelay) => {
          const { read, edges } = createRig({
            point: limit('high', 10, `deadband: ${deadband}, onDelay: ${onDelay}s, offDelay: ${offDelay}s`),
          });
          const expected: string[] = [];
          let isUp = false;
          /** Second at which the opposite of the present state began to hold. */
          let since: number | null = null;
          for (const [second, { value, isBad }] of series.entries()) {
            read(second, isBad ? Number.NaN : value, { quality: isBad ? Quality.badCommFail : Quality.good });
            if (isBad) continue;
            const isTrue: boolean = isUp ? value > 10 - deadband || value > 10 : value > 10;
            if (isTrue === isUp) since = null;
            else {
              since ??= second;
              if (second - since >= (isUp ? offDelay : onDelay)) {
                isUp = isTrue;
                since = null;
                expected.push(`${second} ${isUp ? 'raise' : 'clear'} PT-101.high`);
              }
            }
          }
          expect(edges).toEqual(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('rate of change', () => {
  const roc = (more = '') => `{ kind: rateOfChange, limit: 6, window: 10s, direction: falling, priority: high, response: r${more} }`;
  test('a ramp that is steep enough trips once the window is half full; measured is its slope', () => {
    const { read, edges, measured } = createRig({ point: roc() });
    for (let second = 0; second < 8; second += 1) read(second, 100 - second * 0.2); // −12 a minute
    expect(edges).toEqual(['5 raise PT-101.rateOfChange']);
    expect(measured[0]).toBeCloseTo(-12, 6);
  });
  test('a slower ramp, a rise, and a single spike do not', () => {
    for (const value of [
      (s: number) => 100 - s * 0.05,
      (s: number) => 100 + s,
      (s: number) => (s === 12 ? 40 : 100),
      (s: number) => (s === 12 ? 160 : 100),
    ]) {
      const { read, edges } = createRig({ point: roc() });
      for (let second = 0; second < 40; second += 1) read(second, value(second));
      expect(edges).toEqual([]);
    }
  });
  test('noise at the instrument’s accuracy around a constant never trips', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 60, maxLength: 200 }), (noise) => {
        const { read, edges } = createRig({ point: roc() });
        for (const [second, error] of noise.entries()) read(second, 100 + error);
        expect(edges).toEqual([]);
      }),
    );
  });
  test('a gap, or bad readings, empty the window: a jump across them is no slope', () => {
    const gap = createRig({ point: roc() });
    for (let second = 0; second < 10; second += 1) gap.read(second, 100);
    for (let second = 60; second < 70; second += 1) gap.read(second, 50);
    expect(gap.edges).toEqual([]);
    const bad = createRig({ point: roc() });
    for (let second = 0; second < 10; second += 1) bad.read(second, 100);
    bad.read(10, Number.NaN, { quality: Quality.badCommFail });
    for (let second = 11; second < 20; second += 1) bad.read(second, 50);
    expect(bad.edges).toEqual([]);
  });
  test('clears when the ramp has ended', () => {
    const { read, edges } = createRig({ point: roc(', deadband: 2') });
    for (let second = 0; second < 20; second += 1) read(second, 100 - Math.min(second, 10) * 0.5);
    for (let second = 20; second < 40; second += 1) read(second, 95);
    expect(edges.map((edge) => edge.split(' ')[1])).toEqual(['raise', 'clear']);
  });
});

test('deviation from a constant and from another point', () => {
  const { read, edges } = createRig({
    point: '{ kind: deviation, reference: 50, limit: 5, deadband: 1, priority: low, response: r }',
    other: '{ kind: deviation, reference: PT-103, limit: 5, priority: low, response: r }',
  });
  read(0, 55.1);
  read(1, 54.5);
  read(2, 53.9);
  read(3, 80, { tag: 'PT-102' }); // nothing known of the reference yet
  read(4, 70, { tag: 'PT-103' });
  read(5, 80, { tag: 'PT-102' });
  read(6, 71, { tag: 'PT-102' });
  expect(edges).toEqual(['0 raise PT-101.deviation', '2 clear PT-101.deviation', '5 raise PT-102.deviation', '6 clear PT-102.deviation']);
});

test('state: equals, and not equals', () => {
  const { read, edges } = createRig({
    point: '{ kind: state, equals: 1, priority: high, response: r }',
    other: '{ kind: state, notEquals: 1, priority: high, response: r }',
  });
  for (const [second, value] of [0, 1, 1, 2, 1].entries()) {
    read(second, value);
    read(second, value, { tag: 'PT-102' });
  }
  expect(edges).toEqual([
    '0 raise PT-102.state',
    '1 raise PT-101.state',
    '1 clear PT-102.state',
    '3 clear PT-101.state',
    '3 raise PT-102.state',
    '4 raise PT-101.state',
    '4 clear PT-102.state',
  ]);
});

describe('silence', () => {
  const stale = '{ kind: stale, after: 5s, priority: low, response: r }';
  test('stale goes by the clock, also for a point that was never read; a good reading ends it, a bad one does not', () => {
    const { read, tick, edges } = createRig({ point: stale });
    tick(0);
    tick(4.9);
    expect(edges).toEqual([]);
    tick(5);
    expect(edges).toEqual(['5 raise PT-101.stale']);
    read(6, 1, { quality: Quality.badCommFail });
    expect(edges).toHaveLength(1);
    read(7, 1);
    expect(edges.at(-1)).toBe('7 clear PT-101.stale');
    read(8, 1);
    tick(12.9);
    expect(edges).toHaveLength(2);
    tick(13);
    expect(edges.at(-1)).toBe('13 raise PT-101.stale');
  });

  test('a lost device is one alarm; the stale alarms of its points are suppressed under it and come back with it', () => {
    const { detector, read, tick, edges } = createRig({ point: stale });
    read(0, 1);
    detector.device(0, false, baseMs + 1_000, 1_000);
    for (let second = 2; second <= 20; second += 1) tick(second);
    expect(edges).toEqual(['5 raise PT-101.stale', '11 raise D-1.commFail', '11 suppress PT-101.stale']);
    detector.device(0, true, baseMs + 21_000, 21_000);
    read(21, 1);
    expect(edges.slice(3)).toEqual(['21 clear D-1.commFail', '21 unsuppress PT-101.stale', '21 clear PT-101.stale']);
  });

  test('frozen: a value that has not moved at all for too long while its quality is good', () => {
    const { read, tick, edges } = createRig({ point: '{ kind: frozen, after: 5s, priority: low, response: r }' });
    for (let second = 0; second <= 7; second += 1) {
      read(second, second < 2 ? second : 3);
      tick(second);
    }
    expect(edges).toEqual(['7 raise PT-101.frozen']);
    read(8, 3.001);
    tick(8);
    expect(edges.at(-1)).toBe('8 clear PT-101.frozen');
  });
});

test('instrument fault: raised by a faulty or impossible value held, ended by a good one; a lost device is none', () => {
  const { read, edges } = createRig({ point: '{ kind: instrumentFault, onDelay: 2s, priority: medium, response: r }' });
  read(0, Number.NaN, { quality: Quality.badCommFail });
  read(1, Number.NaN, { quality: Quality.badInstrumentFault });
  read(2, 900, { quality: Quality.badOutOfRange });
  expect(edges).toEqual([]);
  read(3, 900, { quality: Quality.badOutOfRange });
  expect(edges).toEqual(['3 raise PT-101.instrumentFault']);
  read(4, 5);
  expect(edges.at(-1)).toBe('4 clear PT-101.instrumentFault');
});

describe('vote', () => {
  const vote = (badMember: string) =>
    `{ kind: vote, name: leak, required: 2, members: [PT-101, PT-102, PT-103], condition: { above: 20, deadband: 5 }, badMember: ${badMember}, priority: critical, class: safety, response: r }`;
  const all = (rig: ReturnType<typeof createRig>, second: number, values: readonly (number | 'bad')[]) => {
    for (const [index, value] of values.entries())
      rig.read(second, value === 'bad' ? Number.NaN : value, {
        tag: tags[index] as string,
        quality: value === 'bad' ? Quality.badInstrumentFault : Quality.good,
      });
  };
  test('two of three; each member with its own deadband', () => {
    const rig = createRig({ station: vote('degrades') });
    all(rig, 0, [0, 0, 0]);
    all(rig, 1, [25, 0, 0]);
    all(rig, 2, [16, 25, 0]);
    all(rig, 3, [14, 25, 0]);
    expect(rig.edges).toEqual(['2 raise leak', '3 clear leak']);
    expect(rig.measured[0]).toBe(2);
  });
  test('a bad member lowers what is required, never below one', () => {
    const rig = createRig({ station: vote('degrades') });
    all(rig, 0, [0, 0, 0]);
    all(rig, 1, [0, 'bad', 'bad']);
    expect(rig.edges).toEqual([]);
    all(rig, 2, [25, 'bad', 'bad']);
    expect(rig.edges).toEqual(['2 raise leak']);
  });
  test('or counts as voting, where the plant file says so', () => {
    const rig = createRig({ station: vote('countsAsVoting') });
    all(rig, 0, [0, 0, 0]);
    all(rig, 1, [0, 0, 'bad']);
    expect(rig.edges).toEqual([]);
    all(rig, 2, [25, 0, 'bad']);
    expect(rig.edges).toEqual(['2 raise leak']);
  });
  test('nothing but bad members decides nothing', () => {
    const rig = createRig({ station: vote('degrades') });
    all(rig, 0, ['bad', 'bad', 'bad']);
    all(rig, 1, ['bad', 'bad', 'bad']);
    expect(rig.edges).toEqual([]);
  });
});

test('expression: a formula over points of the station; with a bad variable it stays where it is', () => {
  const rig = createRig({
    station: `{ kind: expression, name: risk, formula: 'inlet < outlet * 2 and flow > 100', variables: { inlet: PT-101, outlet: PT-102, flow: PT-103 }, priority: medium, response: r }`,
  });
  rig.read(0, 10);
  rig.read(0, 4, { tag: 'PT-102' });
  rig.read(0, 200, { tag: 'PT-103' });
  expect(rig.edges).toEqual([]);
  rig.read(1, 7);
  rig.read(2, 7, { tag: 'PT-102', quality: Quality.badCommFail });
  rig.read(3, 20);
  expect(rig.edges).toEqual(['1 raise risk']);
  rig.read(4, 4, { tag: 'PT-102' });
  expect(rig.edges).toEqual(['1 raise risk', '4 clear risk']);
});

test('good, steady readings of everything for an hour raise nothing, whatever ticks in between', () => {
  const rig = createRig({
    point: [
      limit('high', 10),
      limit('low', 0),
      '{ kind: rateOfChange, limit: 1, window: 30s, direction: both, priority: low, response: r }',
      '{ kind: stale, after: 5s, priority: low, response: r }',
    ].join(', '),
  });
  for (let second = 0; second < 3_600; second += 1) {
    for (const tag of tags) rig.read(second, 5, { tag });
    rig.tick(second + 0.25);
    rig.tick(second + 0.75);
  }
  expect(rig.edges).toEqual([]);
});
