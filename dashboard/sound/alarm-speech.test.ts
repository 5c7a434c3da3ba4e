import { expect, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import { alarmOf } from '../alarms/alarm-fixture.ts';
import type { SoundState } from './alarm-sound.ts';
import { AlarmSpeech } from './alarm-speech.ts';

const sounding: SoundState = { kind: 'sounding', priority: 'critical' };

function createRig(stored: string | null = 'on') {
  const said: string[] = [];
  let end: () => void = () => undefined;
  const kept = new Map<string, string>(stored === null ? [] : [['gatewatch.speech', stored]]);
  const speech = new AlarmSpeech({
    voice: {
      isAvailable: () => true,
      say: (text: string, language: Language, onEnd) => {
        said.push(`${language}: ${text}`);
        end = onEnd;
      },
      stop: () => void said.push('stop'),
    },
    storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) },
  });
  const words = {
    language: 'zh',
    textOf: (alarm: AlarmView) => `${alarm.priority} ${alarm.alarmId}`,
    moreText: (count: number) => `另有${count}条`,
  } as const;
  const follow = (alarms: readonly AlarmView[], state = sounding) => speech.follow(alarms, state, words);
  return { speech, said, kept, follow, end: () => end() };
}

const a = (priority: AlarmView['priority'] = 'medium', more: Partial<AlarmView> = {}) =>
  alarmOf({ id: 'a', alarmId: 'a', priority, ...more });
const b = (priority: AlarmView['priority'], more: Partial<AlarmView> = {}) => alarmOf({ id: 'b', alarmId: 'b', priority, ...more });

test('off until the console wants it; then what sounds now is said, and it is remembered', () => {
  const { speech, said, kept, follow } = createRig(null);
  follow([a()]);
  expect(said).toEqual([]);
  speech.turn(true);
  expect(said).toEqual(['zh: medium a']);
  expect(kept.get('gatewatch.speech')).toBe('on');
});

test('the worst of the new ones first, each once, with the number of those that wait', () => {
  const { said, follow, end } = createRig();
  follow([a('low'), b('critical')]);
  follow([a('low'), b('critical')]);
  expect(said).toEqual(['zh: critical b 另有1条']);
  end();
  expect(said).toEqual(['zh: critical b 另有1条', 'zh: low a']);
  end();
  follow([a('low'), b('critical')]);
  expect(said).toHaveLength(2);
});

test('a worse alarm breaks into the sentence of a lesser one; a lesser one waits', () => {
  const { said, follow, end } = createRig();
  follow([a('medium')]);
  follow([a('medium'), b('critical')]);
  expect(said).toEqual(['zh: medium a', 'stop', 'zh: critical b']);
  const c = alarmOf({ id: 'c', alarmId: 'c', priority: 'high' });
  follow([a('medium'), b('critical'), c]);
  expect(said).toHaveLength(3);
  end();
  expect(said.at(-1)).toBe('zh: high c');
});

test('silence is quiet at once and is not taken up again; the same alarm raised again is said again', () => {
  const { said, follow } = createRig();
  follow([a('critical')]);
  follow([a('critical')], { kind: 'silenced' });
  expect(said).toEqual(['zh: critical a', 'stop']);
  follow([a('critical'), b('low')], { kind: 'sounding', priority: 'low' });
  expect(said.at(-1)).toBe('zh: low b');
  follow([a('critical', { raiseCount: 2 }), b('low')]);
  expect(said.at(-1)).toBe('zh: critical a');
});

test('an acknowledged alarm is not talked about any longer; while the browser blocks sound nothing is lost', () => {
  const { said, follow } = createRig();
  follow([a('critical')], { kind: 'blocked', wanted: 'critical' });
  expect(said).toEqual([]);
  follow([a('critical')]);
  expect(said).toEqual(['zh: critical a']);
  follow([a('critical', { state: 'acknowledged' }), b('low')], { kind: 'sounding', priority: 'low' });
  expect(said).toEqual(['zh: critical a', 'stop', 'zh: low b']);
});
