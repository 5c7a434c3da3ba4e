// What the records of a camera mean for the obligation of video surveillance. Rules: domain/cameras/RULES.md.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type CameraRecords, type CameraRun, videoFindings } from './video-findings.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const span = { fromMs: 0, toMs: day };
const run = (state: string, fromMs: number, toMs: number, aspect: CameraRun['aspect'] = 'picture'): CameraRun => ({
  aspect,
  state,
  fromMs,
  toMs,
});
const whole = [{ fromMs: 0, toMs: day, share: 1 }];

function findings(runs: readonly CameraRun[], more: Partial<CameraRecords> = {}) {
  const camera: CameraRecords = {
    id: 'GS-01.CAM-1',
    darkAfterMs: 30 * minute,
    lookedEveryMs: 2 * minute,
    hasRecorder: true,
    runs,
    days: whole,
    ...more,
  };
  return videoFindings(camera, span).map(({ state, cause, fromMs, toMs, isOpen }) => ({ state, cause, fromMs, toMs, isOpen }));
}

test('a good picture all day and every hour recorded: nothing found', () => {
  expect(findings([run('good', 0, day)])).toEqual([]);
});

test('[CA10] dark for longer than the plant file allows is a breach from its beginning, whatever the kinds of dark', () => {
  const runs = [
    run('good', 0, 8 * hour),
    run('black', 8 * hour, 8 * hour + 20 * minute),
    run('unreachable', 8 * hour + 20 * minute, 9 * hour),
    run('good', 9 * hour, day),
  ];
  expect(findings(runs)).toEqual([{ state: 'breached', cause: 'cameraDark', fromMs: 8 * hour, toMs: 9 * hour, isOpen: false }]);
});

test('[CA10] a short dark is nothing; one that lasts is at risk when half of its time has gone', () => {
  expect(findings([run('good', 0, hour), run('covered', hour, hour + 20 * minute), run('good', hour + 20 * minute, day)])).toEqual([]);
  expect(findings([run('good', 0, day - 10 * minute), run('covered', day - 10 * minute, day)])).toEqual([]);
  expect(findings([run('good', 0, day - 20 * minute), run('covered', day - 20 * minute, day)])).toEqual([
    { state: 'atRisk', cause: 'cameraDark', fromMs: day - 20 * minute, toMs: day, isOpen: true },
  ]);
});

test('[CA11] time in which nobody looked is not measured: before the first look, and between two that are too far apart', () => {
  expect(findings([run('good', hour, 2 * hour), run('good', 3 * hour, day)])).toEqual([
    { state: 'notMeasured', cause: 'beforeRecords', fromMs: 0, toMs: hour, isOpen: false },
    { state: 'notMeasured', cause: 'cameraNotLookedAt', fromMs: 2 * hour + 2 * minute, toMs: 3 * hour, isOpen: false },
  ]);
  expect(findings([])).toEqual([{ state: 'notMeasured', cause: 'beforeRecords', fromMs: 0, toMs: day, isOpen: true }]);
});

test('[CA11] a picture that nothing could decode is not measured, never met', () => {
  expect(findings([run('unchecked', 0, day)])).toMatchObject([
    { state: 'notMeasured', cause: 'pictureUnchecked', fromMs: 0, isOpen: true },
  ]);
});

test('[CA12] a day with less than 99 % recorded is a breach; an unheard recorder, or none, is not measured', () => {
  const good = [run('good', 0, day)];
  expect(findings(good, { days: [{ fromMs: 0, toMs: day, share: 0.989 }] })).toMatchObject([{ state: 'breached', cause: 'recordingGaps' }]);
  expect(findings(good, { days: [{ fromMs: 0, toMs: day, share: 0.991 }] })).toEqual([]);
  expect(findings(good, { days: [] })).toMatchObject([{ state: 'notMeasured', cause: 'recordingUnknown', fromMs: 0, toMs: day }]);
  // The newest hours are asked for once an hour: they are not unknown yet.
  expect(findings(good, { days: [{ fromMs: 0, toMs: 23 * hour, share: 1 }] })).toEqual([]);
  expect(findings(good, { hasRecorder: false, days: [] })).toMatchObject([{ state: 'notMeasured', cause: 'noRecorder' }]);
});

test('[CA13] recordings that are kept too short are a breach for as long as they are', () => {
  const runs = [run('good', 0, day), run('short', 0, 10 * hour, 'retention'), run('kept', 10 * hour, day, 'retention')];
  expect(findings(runs)).toEqual([{ state: 'breached', cause: 'retentionShort', fromMs: 0, toMs: 10 * hour, isOpen: false }]);
});

test('[CA14] a clock that stays off is a risk', () => {
  const off = (toMs: number) => [run('good', 0, day), run('off', hour, toMs, 'clock'), run('right', toMs, day, 'clock')];
  expect(findings(off(hour + 10 * minute))).toEqual([]);
  expect(findings(off(3 * hour))).toEqual([{ state: 'atRisk', cause: 'cameraClockOff', fromMs: hour, toMs: 3 * hour, isOpen: false }]);
});

test('every rule has a test that cites it', () => {
  const here = new URL('.', import.meta.url);
  const rules = [...readFileSync(new URL('RULES.md', here), 'utf8').matchAll(/\*\*(CA\d+)\*\*/g)].map((match) => match[1]);
  const cited = [
    'video-findings.test.ts',
    'judge-picture.test.ts',
    '../../server/video/video.test.ts',
    '../../server/video/video-records.test.ts',
    '../../collector/cameras/camera-watch.test.ts',
  ]
    .map((file) => readFileSync(new URL(file, here), 'utf8'))
    .join('');
  expect(rules.length).toBeGreaterThan(10);
  for (const rule of rules) expect(cited, rule).toContain(`[${rule}]`);
});
