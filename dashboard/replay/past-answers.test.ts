// Nothing of today stands on a screen of then: what a screen may ask while the past is shown is a closed list, and each answer ends at the moment.
import { expect, onTestFinished, test, vi } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { NotReplayed, pastAnswer } from './past-answers.ts';
import { ReplayPlayer } from './replay-player.ts';

const nowMs = Date.UTC(2026, 5, 1, 4);

function createRig() {
  const clock = new ManualClock(nowMs + 3_600_000);
  const never = () => Promise.reject(new Error('not asked here'));
  const requests = { state: never, events: never, readings: never };
  const player = new ReplayPlayer({ clock, requests, liveNowMs: () => clock.nowMs(), atMs: nowMs });
  onTestFinished(() => player.stop());
  const urls: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    urls.push(url);
    return new Response('[]', { status: 200 });
  });
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  let asked = 0;
  const answer = (key: readonly unknown[], today: unknown = null) =>
    pastAnswer(player, {
      key,
      signal: new AbortController().signal,
      ask: async () => {
        asked += 1;
        return today;
      },
    });
  return { answer, urls, askedToday: () => asked };
}

test.each([
  [['duty', 'roster', '2026-06-01']],
  [['duty', 'escalation', 'a', 1]],
  [['notifications', 'channels']],
  [['notifications', 'alarm', 'a']],
  [['performance', 'x']],
  [['alarmSettings', 'table']],
  [['incidents', 'i', 'draft', 'zh']],
  [['journal', 'something']],
  [['a question that comes with a later screen']],
])('%j is not asked of the server of today', async (key) => {
  const { answer, urls, askedToday } = createRig();
  await expect(answer(key)).rejects.toBeInstanceOf(NotReplayed);
  expect([askedToday(), urls]).toEqual([0, []]);
});

test('the journal ends at the moment, of an alarm and of the plant', async () => {
  const { answer, urls, askedToday } = createRig();
  await answer(['journal', 8, 'GS-01']);
  await answer(['journal', 'alarm', 'GS-01.PT-101.high', 3]);
  expect(askedToday()).toBe(0);
  expect(urls.map((url) => new URL(url, 'http://x').searchParams.get('to'))).toEqual([String(nowMs + 1), String(nowMs + 1)]);
});

test('one alarm and one incident are asked for as they were', async () => {
  const { answer, urls, askedToday } = createRig();
  await answer(['alarm', 'GS-01.PT-101.high']).catch(() => undefined);
  await answer(['incidents', 'i-1']).catch(() => undefined);
  expect(askedToday()).toBe(0);
  expect(urls).toEqual([`/api/replay/alarms/GS-01.PT-101.high?at=${nowMs}`, `/api/replay/incidents/i-1?at=${nowMs}`]);
});

test('related alarms, earlier times, duty, notifications and coverage are asked for as they were; the parts of duty in one question', async () => {
  const { answer, urls, askedToday } = createRig();
  for (const key of [
    ['alarm', 'a', 'related', 'o'],
    ['alarm', 'a', 'occurrences', 1],
    ['duty', 'now'],
    ['duty', 'log'],
    ['duty', 'checks'],
    ['notifications', 'of', { alarm: 'a' }],
    ['notifications', 'log', { station: 'GS-01' }],
    ['replay-coverage'],
  ])
    await answer(key).catch(() => undefined);
  expect(askedToday()).toBe(0);
  expect(new Set(urls)).toEqual(
    new Set([
      `/api/replay/alarms/a/related?at=${nowMs}`,
      `/api/replay/alarms/a/occurrences?at=${nowMs}`,
      `/api/replay/duty?at=${nowMs}`,
      `/api/notifications?alarm=a&limit=50&asOf=${nowMs}`,
      `/api/notifications?station=GS-01&asOf=${nowMs}`,
      `/api/replay/coverage?at=${nowMs}`,
    ]),
  );
});

test('of people their names are told, not how they are reached today', async () => {
  const { answer } = createRig();
  expect(await answer(['duty', 'people'], [{ username: 'wang', contact: { mobile: '1' } }])).toEqual([{ username: 'wang', contact: null }]);
});

test('marks of trends, closed incidents and the incident of an alarm hold nothing of later; points have no reading of today', async () => {
  const { answer } = createRig();
  expect(await answer(['trend-marks', 'p', 10], { marks: [{ timeMs: nowMs }, { timeMs: nowMs + 1 }], isCut: false })).toEqual({
    marks: [{ timeMs: nowMs }],
    isCut: false,
  });
  expect(
    await answer(
      ['incidents', 'closed', 'with'],
      [
        { id: 'a', closedAtMs: nowMs - 1 },
        { id: 'b', closedAtMs: nowMs + 1 },
      ],
    ),
  ).toEqual([{ id: 'a', closedAtMs: nowMs - 1 }]);
  expect(await answer(['incidents', 'ofAlarm', 'o'], { id: 'opened later' })).toBeNull();
  const [point] = (await answer(['points', null], [{ id: 'p', limits: [], latest: { pointId: 'p', value: 7, timeMs: 1 } }])) as {
    latest: { value: unknown; timeMs: unknown };
  }[];
  expect([point?.latest.value, point?.latest.timeMs]).toEqual([null, null]);
  expect(await answer(['maintenance'])).toMatchObject({ windows: [] });
});
