import { expect, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { alarmOf } from '../alarms/alarm-fixture.ts';
import { AlarmSound, soundStateText } from './alarm-sound.ts';
import { soundPatterns } from './sound-patterns.ts';

function createRig(isBlockedAtFirst = false) {
  const clock = new ManualClock();
  let isBlocked = isBlockedAtFirst;
  let changed: () => void = () => undefined;
  const played: string[] = [];
  const sound = new AlarmSound({
    clock,
    player: {
      play: (pattern) => void played.push(Object.entries(soundPatterns).find(([, candidate]) => candidate === pattern)?.[0] ?? '?'),
      stop: () => void played.push('stop'),
      isBlocked: () => isBlocked,
      unblock: () => {
        isBlocked = false;
        changed();
      },
      onBlockedChange: (listener) => {
        changed = listener;
      },
    },
  });
  return { clock, sound, played, state: () => soundStateText(sound.state.get()) };
}

test('the worst unacknowledged alarm sounds, again and again, until it is acknowledged', () => {
  const { clock, sound, played, state } = createRig();
  expect(state()).toBe('silent');
  sound.setAlarms([alarmOf({ alarmId: 'a', priority: 'medium' }), alarmOf({ alarmId: 'b', priority: 'critical' })]);
  expect(state()).toBe('sounding:critical');
  clock.advance(soundPatterns.critical.repeatMs * 3);
  expect(played.filter((name) => name === 'critical')).toHaveLength(4);
  sound.setAlarms([alarmOf({ alarmId: 'a', priority: 'medium' }), alarmOf({ alarmId: 'b', priority: 'critical', state: 'acknowledged' })]);
  expect(state()).toBe('sounding:medium');
  sound.setAlarms([]);
  expect(state()).toBe('silent');
  const { length } = played;
  clock.advance(60_000);
  expect(played).toHaveLength(length);
});

test('silence stops what sounds now and nothing else: a new alarm, or the same raised again, sounds again', () => {
  const { sound, state } = createRig();
  sound.setAlarms([alarmOf({ alarmId: 'a' })]);
  sound.silence();
  expect(state()).toBe('silenced');
  sound.setAlarms([alarmOf({ alarmId: 'a' }), alarmOf({ alarmId: 'b', priority: 'low' })]);
  expect(state()).toBe('sounding:low');
  sound.silence();
  sound.setAlarms([alarmOf({ alarmId: 'a', raiseCount: 2 }), alarmOf({ alarmId: 'b', priority: 'low' })]);
  expect(state()).toBe('sounding:medium');
});

test('a returned alarm makes no sound; a latched one does; an eclipsed one leaves it to the worse one', () => {
  const { sound, state } = createRig();
  sound.setAlarms([alarmOf({ state: 'returnedUnacknowledged' })]);
  expect(state()).toBe('silent');
  sound.setAlarms([alarmOf({ state: 'latchedUnacknowledged' })]);
  expect(state()).toBe('sounding:medium');
  sound.setAlarms([alarmOf({ priority: 'critical', isEclipsed: true }), alarmOf({ alarmId: 'x', priority: 'low' })]);
  expect(state()).toBe('sounding:low');
});

test('a browser that blocks sound is told of, with what would sound; a touch starts it', () => {
  const { sound, state, played } = createRig(true);
  sound.setAlarms([alarmOf({ priority: 'critical' })]);
  expect(sound.state.get()).toEqual({ kind: 'blocked', wanted: 'critical' });
  expect(played).toEqual([]);
  sound.unblock();
  expect(state()).toBe('sounding:critical');
  expect(played).toContain('critical');
});
