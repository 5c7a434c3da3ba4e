// Alarm settings that change while detection runs: what is touched is looked at anew, everything else goes on as if nothing had happened.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { createRig, limit } from './detection-rig.ts';

describe('a limit', () => {
  test('lowered below a value that does not move trips at once, without a new reading', () => {
    const { read, applySettings, edges } = createRig({ point: limit('high', 10) });
    read(0, 9);
    expect(applySettings(5, { 'PT-101.high': { setpoint: 8 } })).toEqual(['PT-101.high']);
    expect(edges).toEqual(['5 raise PT-101.high']);
  });
  test('moved while it is active and still true stays the same occurrence', () => {
    const { read, applySettings, edges, detector, plant } = createRig({ point: limit('high', 10, 'deadband: 1') });
    read(0, 12);
    applySettings(1, { 'PT-101.high': { setpoint: 11 } });
    read(2, 10.5);
    expect(edges).toEqual(['0 raise PT-101.high']);
    expect(detector.isActive(plant.alarmIndexById.get('RS-01.PT-101.high') ?? -1)).toBe(true);
    read(3, 9.9);
    expect(edges).toEqual(['0 raise PT-101.high', '3 clear PT-101.high']);
  });
  test('raised above the value ends, after the new off-delay', () => {
    const { read, tick, applySettings, edges } = createRig({ point: limit('high', 10) });
    read(0, 12);
    applySettings(1, { 'PT-101.high': { setpoint: 15, offDelayMs: 2_000 } });
    expect(edges).toEqual(['0 raise PT-101.high']);
    tick(2.9);
    expect(edges).toEqual(['0 raise PT-101.high']);
    tick(3);
    expect(edges).toEqual(['0 raise PT-101.high', '3 clear PT-101.high']);
    read(4, 16);
    read(5, 12);
    read(7, 12);
    expect(edges.slice(2)).toEqual(['4 raise PT-101.high', '7 clear PT-101.high']);
  });
  test('a delay that is under way begins anew with the new length; the neighbour’s goes on', () => {
    const { read, applySettings, edges } = createRig({
      point: [limit('high', 10, 'onDelay: 4s'), limit('highHigh', 20, 'onDelay: 4s')].join(', '),
    });
    for (const second of [0, 1, 2]) read(second, 25);
    applySettings(2, { 'PT-101.high': { onDelayMs: 3_000 } });
    for (const second of [3, 4, 5]) read(second, 25);
    expect(edges).toEqual(['4 raise PT-101.highHigh', '5 raise PT-101.high']);
  });
  test('with its last reading bad it is frozen where it is, and looked at with the next good one', () => {
    const { read, applySettings, edges } = createRig({ point: limit('high', 10) });
    read(0, 9);
    read(1, Number.NaN, { quality: Quality.badCommFail });
    applySettings(2, { 'PT-101.high': { setpoint: 5 } });
    expect(edges).toEqual([]);
    read(3, 9);
    expect(edges).toEqual(['3 raise PT-101.high']);
  });
  test('never read yet, it waits for its first reading', () => {
    const { read, applySettings, edges } = createRig({ point: limit('low', -10) });
    applySettings(0, { 'PT-101.low': { setpoint: 5 } });
    expect(edges).toEqual([]);
    read(1, 4);
    expect(edges).toEqual(['1 raise PT-101.low']);
  });
  test('words, priority and class touch nothing of detection', () => {
    const { applySettings } = createRig({ point: limit('high', 10) });
    const settings = { priority: 'critical', class: 'safety', isLatching: true, response: { zh: '撤离', en: 'Leave' } } as const;
    expect(applySettings(0, { 'PT-101.high': settings })).toEqual([]);
  });
  test('taken back to what the plant file says', () => {
    const { read, applySettings, edges } = createRig({ point: limit('high', 10) });
    read(0, 9);
    applySettings(1, { 'PT-101.high': { setpoint: 8 } });
    expect(applySettings(2, {})).toEqual(['PT-101.high']);
    expect(edges).toEqual(['1 raise PT-101.high', '2 clear PT-101.high']);
  });
});

describe('the other kinds', () => {
  const rate = '{ kind: rateOfChange, limit: 100, window: 10s, direction: rising, priority: medium, response: r }';
  test('a rate of change keeps its samples where only the limit changes', () => {
    const { read, applySettings, edges } = createRig({ point: rate });
    for (let second = 0; second <= 9; second += 1) read(second, second);
    expect(edges).toEqual([]);
    applySettings(9, { 'PT-101.rateOfChange': { setpoint: 30 } });
    expect(edges).toEqual(['9 raise PT-101.rateOfChange']);
  });
  test('a rate of change with another window begins anew', () => {
    const { read, applySettings, edges } = createRig({ point: rate });
    for (let second = 0; second <= 9; second += 1) read(second, second);
    applySettings(9, { 'PT-101.rateOfChange': { setpoint: 30, windowMs: 6_000 } });
    read(10, 10);
    expect(edges).toEqual([]);
    for (let second = 11; second <= 14; second += 1) read(second, second);
    expect(edges).toEqual(['13 raise PT-101.rateOfChange']);
  });
  test('a deviation', () => {
    const { read, applySettings, edges } = createRig({
      point: '{ kind: deviation, reference: 50, limit: 10, priority: medium, response: r }',
    });
    read(0, 57);
    applySettings(1, { 'PT-101.deviation': { setpoint: 5 } });
    expect(edges).toEqual(['1 raise PT-101.deviation']);
  });
  test('a vote keeps who voted: it neither falls nor rises while it is made anew', () => {
    const { read, applySettings, edges } = createRig({
      station:
        '{ kind: vote, name: gas, required: 2, members: [PT-101, PT-102, PT-103], condition: { above: 20, deadband: 5 }, priority: critical, response: r }',
    });
    read(0, 25, { tag: 'PT-101' });
    read(0, 25, { tag: 'PT-102' });
    read(0, 18, { tag: 'PT-103' });
    read(1, 17, { tag: 'PT-102' });
    expect(edges).toEqual(['0 raise gas']);
    applySettings(2, { gas: { setpoint: 21 } });
    expect(edges).toEqual(['0 raise gas']);
    applySettings(3, { gas: { setpoint: 24 } });
    expect(edges).toEqual(['0 raise gas', '3 clear gas']);
    applySettings(4, { gas: { setpoint: 16 } });
    expect(edges).toEqual(['0 raise gas', '3 clear gas', '4 raise gas']);
  });
  test('stale runs on with the silence that there was', () => {
    const { read, tick, applySettings, edges } = createRig({ point: '{ kind: stale, after: 60s, priority: low }' });
    read(0, 1);
    tick(20);
    applySettings(20, { 'PT-101.stale': { afterMs: 10_000 } });
    tick(20.25);
    expect(edges).toEqual(['20.25 raise PT-101.stale']);
    applySettings(21, { 'PT-101.stale': { afterMs: 120_000 } });
    tick(22);
    expect(edges).toEqual(['20.25 raise PT-101.stale']);
    read(23, 1);
    expect(edges).toEqual(['20.25 raise PT-101.stale', '23 clear PT-101.stale']);
  });
  test('an instrument fault whose delay is shortened', () => {
    const { read, tick, applySettings, edges } = createRig({ point: '{ kind: instrumentFault, onDelay: 60s, priority: low }' });
    read(0, Number.NaN, { quality: Quality.badInstrumentFault });
    applySettings(5, { 'PT-101.instrumentFault': { onDelayMs: 2_000 } });
    tick(6.9);
    expect(edges).toEqual([]);
    tick(7);
    expect(edges).toEqual(['7 raise PT-101.instrumentFault']);
  });
});

describe('over random series', () => {
  const series = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 60 });
  const bands = fc.record({
    deadband: fc.integer({ min: 0, max: 3 }),
    onDelay: fc.integer({ min: 0, max: 3 }),
    offDelay: fc.integer({ min: 0, max: 3 }),
  });

  test('an alarm that is not touched has the same edges as if nothing had been changed', () => {
    fc.assert(
      fc.property(series, bands, fc.nat(59), fc.integer({ min: 1, max: 9 }), (values, band, at, setpoint) => {
        const play = (isChanged: boolean) => {
          const more = `deadband: ${band.deadband}, onDelay: ${band.onDelay}s, offDelay: ${band.offDelay}s`;
          const rig = createRig({ point: [limit('high', 5, more), limit('highHigh', 10, more), limit('low', -5, more)].join(', ') });
          for (const [second, value] of values.entries()) {
            rig.read(second, value);
            if (isChanged && second === at) rig.applySettings(second, { 'PT-101.high': { setpoint } });
          }
          return rig.edges.filter((edge) => !edge.endsWith('PT-101.high'));
        };
        expect(play(true)).toEqual(play(false));
      }),
    );
  });

  test('a touched one is active after each reading exactly as a model of one line says', () => {
    fc.assert(
      fc.property(
        series,
        fc.nat(59),
        fc.double({ min: -20, max: 20, noNaN: true }),
        fc.integer({ min: 0, max: 5 }),
        (values, at, setpoint, deadband) => {
          const rig = createRig({ point: limit('high', 5, 'deadband: 2') });
          const index = rig.plant.alarmIndexById.get('RS-01.PT-101.high') ?? -1;
          let settings = { setpoint: 5, deadband: 2 };
          let isUp = false;
          const judge = (value: number) => {
            isUp = value > settings.setpoint || (isUp && value > settings.setpoint - settings.deadband);
          };
          for (const [second, value] of values.entries()) {
            rig.read(second, value);
            judge(value);
            if (second === at) {
              settings = { setpoint, deadband };
              rig.applySettings(second, { 'PT-101.high': settings });
              judge(value);
            }
            expect(rig.detector.isActive(index)).toBe(isUp);
          }
          const kinds = rig.edges.map((edge) => edge.split(' ')[1]);
          expect(kinds).toEqual(kinds.map((_, position) => (position % 2 === 0 ? 'raise' : 'clear')));
        },
      ),
    );
  });
});
