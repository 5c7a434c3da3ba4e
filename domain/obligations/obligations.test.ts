// What the evaluators owe: stories for each rule, and laws that hold for any records (fast-check prints its seed).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import { Quality } from '../readings/quality.ts';
import { judge } from './evaluate.ts';
import { isLaxer } from './laxer-alarm.ts';
import type { Finding, ObligationWindow } from './obligation.ts';
import { gapsOf, holdMsOf } from './reading-gaps.ts';
import type { CompanyRecords, StationRecords } from './records.ts';
import { type Obligation, rulePackSchema } from './rule-pack.ts';
import { intersectionOf, type Span, totalMs, unionOf, without } from './spans.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const t0 = Date.UTC(2026, 6, 1);

const window = (fromMs = t0, toMs = t0 + day): ObligationWindow => ({ fromMs, toMs, plannedToMs: toMs, nowMs: toMs });
const rule = (input: object, scope: 'station' | 'company' = 'station'): Obligation => {
  const pack = rulePackSchema.parse({
    schema: 1,
    id: 'p',
    version: '1',
    name: 'p',
    sources: ['s'],
    obligations: [
      { id: 'one', name: 'n', shortName: 'n', scope, clauses: [{ reference: 'r', text: 't' }], responsible: ['supervisor'], rule: input },
    ],
  });
  return pack.obligations[0] as Obligation;
};
const called = { kind: 'contacts' as const, subject: 'd', fromMs: t0 - day, toMs: null };
const station = (records: Partial<StationRecords> = {}): StationRecords => ({
  facts: { id: 'S', detectors: ['S.GD'], detectorAlarms: ['S.GD.high'], pressureAlarms: ['S.PT.high'], cutOffs: ['S.SSV'] },
  watched: [
    { pointId: 'S.GD', fromMs: t0 - day, toMs: null },
    { pointId: 'S.PT', fromMs: t0 - day, toMs: null },
  ],
  gaps: [],
  observations: [{ kind: 'plan', subject: '2026-06-01', fromMs: t0 - day, toMs: null }, called],
  work: [],
  setAsides: [],
  announcements: [],
  loopTests: [{ pointId: 'S.GD', atMs: t0 - day, isPassed: true }],
  drills: [{ number: 'D', closedAtMs: t0 - day }],
  contacts: [{ atMs: t0 - day, digest: 'd', isReached: true, by: '王' }],
  hazards: [],
  ...records,
});
const company = (records: Partial<CompanyRecords> = {}): CompanyRecords => ({
  presence: [{ fromMs: t0 - 40 * day, toMs: t0 + 40 * day }],
  watches: [{ consoleId: 'desk', username: 'wang', displayName: '王', fromMs: t0 - day, toMs: null, hasHandover: false }],
  checks: [],
  consoles: ['desk'],
  certificates: [
    {
      id: 'p',
      holder: { kind: 'person', id: 'wang' },
      number: '1',
      validFromMs: t0 - 100 * day,
      expiresAtMs: t0 + 200 * day,
      revokedAtMs: null,
    },
    {
      id: 'i',
      holder: { kind: 'instrument', id: 'S.GD' },
      number: '2',
      validFromMs: t0 - 100 * day,
      expiresAtMs: t0 + 200 * day,
      revokedAtMs: null,
    },
  ],
  countedToMs: t0 + 40 * day,
  ...records,
});
const judged = (
  obligation: Obligation,
  own: Partial<StationRecords> = {},
  all: Partial<CompanyRecords> = {},
  at: ObligationWindow = window(),
  sources = {},
) => judge(obligation, { station: obligation.scope === 'company' ? null : station(own), company: company(all), sources }, at);
const told = (findings: readonly Finding[]) =>
  findings.map(({ state, cause, subject, fromMs, toMs }) => [state, cause, subject, fromMs - t0, toMs - t0]);

describe('readings to gaps', () => {
  test('[OB1] silence is counted from the last reading; a reading within the time holds until the next', () => {
    const readings = { timeMs: [0, 60, 120, 600, 660].map((second) => second * 1_000), quality: [0, 0, 0, 0, 0] };
    expect(gapsOf(readings, { fromMs: 0, toMs: 660_000 }, 150_000)).toEqual([{ fromMs: 120_000, toMs: 600_000, reason: 'noReading' }]);
    expect(holdMsOf({ scanMs: 1_000 })).toBe(150_000);
    expect(holdMsOf({ scanMs: 100_000 })).toBe(300_000);
  });

  test('[OB2] a bad reading carries its reason for as long as it holds', () => {
    const readings = {
      timeMs: [0, 60, 120, 180, 240].map((second) => second * 1_000),
      quality: [0, Quality.badCommFail, Quality.badCommFail, 17, 0],
    };
    expect(gapsOf(readings, { fromMs: 0, toMs: 240_000 }, 150_000)).toEqual([
      { fromMs: 60_000, toMs: 180_000, reason: 'commFail' },
      { fromMs: 180_000, toMs: 240_000, reason: 'poorQuality' },
    ]);
  });

  test('no readings at all are one gap', () => {
    expect(gapsOf({ timeMs: [], quality: [] }, { fromMs: 5, toMs: 9 }, 150_000)).toEqual([{ fromMs: 5, toMs: 9, reason: 'noReading' }]);
  });

  test('counted in pieces or at once: the same time is missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -400, max: 4_000 }), fc.constantFrom(0, 0, 0, 34, 36)), { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 3_599 }), { maxLength: 5 }),
        (rows, cuts) => {
          const sorted = [...new Map(rows).entries()].sort(([one], [other]) => one - other);
          const readings = { timeMs: sorted.map(([second]) => second * 1_000), quality: sorted.map(([, quality]) => quality) };
          const ends = [...new Set([0, ...cuts, 3_600])].sort((one, other) => one - other).map((second) => second * 1_000);
          const whole = gapsOf(readings, { fromMs: 0, toMs: 3_600_000 }, 150_000);
          const pieces = ends.slice(1).flatMap((toMs, index) => {
            const fromMs = ends[index] ?? 0;
            const near = readings.timeMs
              .map((timeMs, at) => [timeMs, readings.quality[at] ?? 0] as const)
              .filter(([timeMs]) => timeMs >= fromMs - 150_000 && timeMs < toMs + 150_001);
            return gapsOf(
              { timeMs: near.map(([timeMs]) => timeMs), quality: near.map(([, quality]) => quality) },
              { fromMs, toMs },
              150_000,
            );
          });
          expect(unionOf(pieces)).toEqual(unionOf(whole));
        },
      ),
    );
  });
});

describe('spans', () => {
  const spans = fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }))
      .map(([fromMs, length]): Span => ({ fromMs, toMs: fromMs + length })),
    { maxLength: 12 },
  );
  const has = (all: readonly Span[], at: number) => all.some((span) => span.fromMs <= at && at < span.toMs);

  test('union, intersection and difference agree with looking at every moment', () => {
    fc.assert(
      fc.property(spans, spans, (one, other) => {
        for (let at = 0; at < 90; at += 1) {
          expect(has(unionOf(one), at)).toBe(has(one, at));
          expect(has(intersectionOf(one, other), at)).toBe(has(one, at) && has(other, at));
          expect(has(without(one, other), at)).toBe(has(one, at) && !has(other, at));
        }
        expect(totalMs(without(one, other)) + totalMs(intersectionOf(one, other))).toBe(totalMs(unionOf(one)));
      }),
    );
  });
});

describe('continuous monitoring', () => {
  const monitoring = rule({ evaluator: 'continuousMonitoring' });

  test('[OB4] [OB5] a long gap is a breach with its cause, a short one is counted; reasons that join are one gap', () => {
    const gaps = [
      { pointId: 'S.PT', fromMs: t0 + hour, toMs: t0 + hour + 6 * minute, reason: 'commFail' as const },
      { pointId: 'S.PT', fromMs: t0 + hour + 6 * minute, toMs: t0 + hour + 12 * minute, reason: 'instrumentFault' as const },
      { pointId: 'S.GD', fromMs: t0 + hour, toMs: t0 + hour + 3 * minute, reason: 'noReading' as const },
    ];
    const { findings, figures, state, instruments } = judged(monitoring, { gaps });
    expect(told(findings)).toEqual([
      ['notMeasured', 'noReading', 'S.GD', hour, hour + 3 * minute],
      ['breached', 'commFail', 'S.PT', hour, hour + 12 * minute],
      ['breached', 'lowCoverage', null, day - 1, day],
    ]);
    expect(figures.coverage).toBeCloseTo(1 - 15 / 2_880, 9);
    expect(state).toBe('breached');
    expect(instruments.find(({ pointId }) => pointId === 'S.PT')).toMatchObject({ gaps: 1, longestGapMs: 12 * minute });
  });

  test('[OB4] in a month that has just begun, hours may still be missing; the warning comes at half of them', () => {
    const month = { ...window(), plannedToMs: t0 + 31 * day };
    const gapOf = (minutes: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        pointId: 'S.PT',
        fromMs: t0 + index * 20 * minute,
        toMs: t0 + index * 20 * minute + minutes * minute,
        reason: 'commFail' as const,
      }));
    // Of two instruments 7.44 h may be missing in the month.
    expect(judged(monitoring, { gaps: gapOf(9, 20) }, {}, month).state).toBe('met');
    expect(judged(monitoring, { gaps: gapOf(9, 30) }, {}, month).state).toBe('atRisk');
    expect(judged(monitoring, { gaps: gapOf(9, 55) }, {}, month)).toMatchObject({ state: 'breached', stateAtEnd: 'breached' });
  });

  test('[OB5] under a permit a gap is no breach, and counts all the same', () => {
    const gaps = [{ pointId: 'S.PT', fromMs: t0 + hour, toMs: t0 + hour + 14 * minute, reason: 'commFail' as const }];
    const work = [{ kind: 'maintenance' as const, pointId: null, fromMs: t0 + hour, toMs: t0 + 2 * hour, permit: 'P-1' }];
    const { findings, figures } = judged(monitoring, { gaps, work });
    expect(told(findings)).toEqual([['notMeasured', 'underWork', 'S.PT', hour, hour + 14 * minute]]);
    expect(figures.coverage).toBeLessThan(1);
  });

  test('[OB3] what was not counted yet, or lies before the first count, is not measured', () => {
    expect(judged(monitoring, {}, { countedToMs: t0 + 12 * hour }).state).toBe('notMeasured');
    expect(told(judged(monitoring, { watched: [{ pointId: 'S.PT', fromMs: t0 + 2 * hour, toMs: null }] }).findings)).toEqual([
      ['notMeasured', 'beforeRecords', null, 0, 2 * hour],
    ]);
    expect(judged(monitoring, { watched: [] }).state).toBe('notMeasured');
  });
});

describe('gas detection, over-pressure protection', () => {
  const gas = rule({ evaluator: 'gasDetection' });
  const pressure = rule({ evaluator: 'pressureProtection' });

  test('[OB6] out without a permit is a breach, under one a warning; both in one gap are told apart', () => {
    const gaps = [{ pointId: 'S.GD', fromMs: t0 + hour, toMs: t0 + 3 * hour, reason: 'instrumentFault' as const }];
    const work = [{ kind: 'test' as const, pointId: 'S.GD', fromMs: t0 + hour, toMs: t0 + 2 * hour, permit: '' }];
    expect(told(judged(gas, { gaps, work }).findings)).toEqual([
      ['atRisk', 'permittedWork', 'S.GD', hour, 2 * hour],
      ['breached', 'detectorOut', 'S.GD', 2 * hour, 3 * hour],
    ]);
    expect(told(judged(pressure, { gaps: gaps.map((gap) => ({ ...gap, pointId: 'S.SSV' })) }).findings)).toEqual([
      ['breached', 'stateUnread', 'S.SSV', hour, 3 * hour],
    ]);
  });

  test('[OB7] what the plant lacks is a breach for as long as it was seen', () => {
    const observations = [
      { kind: 'detectorWithoutAlarm' as const, subject: 'S.GD', fromMs: t0 + hour, toMs: t0 + 2 * hour },
      { kind: 'noCutOff' as const, subject: '', fromMs: t0 + hour, toMs: null },
      { kind: 'pressureWithoutAlarm' as const, subject: 'S.PT', fromMs: t0 + hour, toMs: null },
    ];
    expect(told(judged(gas, { observations }).findings)).toEqual([['breached', 'noAlarm', 'S.GD', hour, 2 * hour]]);
    expect(
      judged(pressure, { observations })
        .findings.map(({ cause }) => cause)
        .sort(),
    ).toEqual(['noAlarm', 'noCutOff']);
  });

  test('[OB8] within the rules a warning, past the end or against the rules a breach', () => {
    const setAside = { alarmId: 'S.PT.high', kind: 'shelved' as const, fromMs: t0 + hour, untilMs: t0 + 2 * hour, by: 'li', fault: null };
    expect(told(judged(pressure, { setAsides: [{ ...setAside, toMs: t0 + 2 * hour }] }).findings)).toEqual([
      ['atRisk', 'alarmSetAside', 'S.PT.high', hour, 2 * hour],
    ]);
    expect(told(judged(pressure, { setAsides: [{ ...setAside, toMs: t0 + 3 * hour }] }).findings)).toEqual([
      ['atRisk', 'alarmSetAside', 'S.PT.high', hour, 2 * hour + 10_000],
      ['breached', 'setAsideAgainstRules', 'S.PT.high', 2 * hour + 10_000, 3 * hour],
    ]);
    expect(judged(pressure, { setAsides: [{ ...setAside, toMs: null, fault: 'AL11' }] }).state).toBe('breached');
    expect(judged(gas, { setAsides: [{ ...setAside, toMs: null, fault: 'AL11' }] }).state).toBe('met');
  });

  test('[OB3] a night without the server is not measured, and no breach is invented in it', () => {
    const presence = [
      { fromMs: t0 - day, toMs: t0 + 2 * hour },
      { fromMs: t0 + 5 * hour, toMs: t0 + 2 * day },
    ];
    const { findings, state } = judged(gas, {}, { presence });
    expect(told(findings)).toEqual([['notMeasured', 'serverAway', null, 2 * hour, 5 * hour]]);
    expect(state).toBe('notMeasured');
    const watches = [{ consoleId: 'desk', username: 'wang', displayName: '王', fromMs: t0 - day, toMs: t0 + 2 * hour, hasHandover: false }];
    const duty = judged(
      rule({ evaluator: 'dutyWatch' }, 'company'),
      {},
      {
        presence,
        watches: [...watches, { ...(watches[0] as (typeof watches)[0]), fromMs: t0 + 5 * hour + minute, toMs: null as unknown as number }],
      },
    );
    expect(told(duty.findings)).toEqual([['notMeasured', 'serverAway', null, 2 * hour, 5 * hour]]);
  });
});

describe('alarm response', () => {
  const response = rule({ evaluator: 'alarmResponse' });
  const announced = {
    alarmId: 'S.PT.high',
    priority: 'high' as const,
    announcedAtMs: t0 + hour,
    responseTimeMs: 10 * minute,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    withdrawnAtMs: null,
    isWaiting: true,
  };

  test('[OB9] late is a breach from the end of its time; in time is nothing; waiting warns, then is a breach', () => {
    const late = { ...announced, acknowledgedAtMs: t0 + hour + 15 * minute, isWaiting: false };
    expect(told(judged(response, { announcements: [late] }).findings)).toEqual([
      ['breached', 'lateAcknowledgement', 'S.PT.high', hour + 10 * minute, hour + 15 * minute],
    ]);
    expect(judged(response, { announcements: [{ ...late, acknowledgedAtMs: t0 + hour + 9 * minute }] }).findings).toEqual([]);
    expect(judged(response, { announcements: [announced] }, {}, window(t0, t0 + hour + 6 * minute)).stateAtEnd).toBe('atRisk');
    expect(judged(response, { announcements: [announced] }).stateAtEnd).toBe('breached');
    // Without a time of its own: the usual one of its priority, ten minutes for high.
    expect(judged(response, { announcements: [{ ...announced, responseTimeMs: null }] }).state).toBe('breached');
    expect(judged(response, { announcements: [{ ...announced, isWaiting: false, withdrawnAtMs: t0 + hour + minute }] }).state).toBe('met');
  });
});

describe('duty', () => {
  const duty = rule({ evaluator: 'dutyWatch' }, 'company');
  const watch = (username: string, fromMs: number, toMs: number | null, hasHandover = true) => ({
    consoleId: 'desk',
    username,
    displayName: username,
    fromMs: t0 + fromMs,
    toMs: toMs === null ? null : t0 + toMs,
    hasHandover,
  });

  test('[OB10] an empty console: a warning at once, a breach when it lasts', () => {
    const watches = [watch('wang', -day, 2 * hour), watch('li', 2 * hour + 20 * minute, null, false)];
    expect(told(judged(duty, {}, { watches }).findings)).toEqual([['breached', 'consoleEmpty', 'desk', 2 * hour, 2 * hour + 20 * minute]]);
    const left = [watch('wang', -day, day - 2 * minute)];
    expect(judged(duty, {}, { watches: left })).toMatchObject({ stateAtEnd: 'atRisk', state: 'atRisk' });
    expect(judged(duty, {}, { watches: [] }).state).toBe('breached');
  });

  test('[OB11] a missed check is a breach, a waiting one a warning, a void one nothing', () => {
    const check = { username: 'wang', consoleIds: ['desk'], askedAtMs: t0 + hour, dueAtMs: t0 + hour + 5 * minute, answeredAtMs: null };
    expect(told(judged(duty, {}, { checks: [{ ...check, outcome: 'missed' }] }).findings)).toEqual([
      ['breached', 'checkMissed', 'wang', hour, hour + 5 * minute],
    ]);
    expect(judged(duty, {}, { checks: [{ ...check, outcome: 'open' }] }, window(t0, t0 + hour + 3 * minute)).stateAtEnd).toBe('atRisk');
    for (const outcome of ['void', 'answered'] as const) expect(judged(duty, {}, { checks: [{ ...check, outcome }] }).state).toBe('met');
  });

  test('[OB24] a check that was answered, or missed, after the period waited at its end', () => {
    const check = { username: 'wang', consoleIds: ['desk'], askedAtMs: t0 + hour, dueAtMs: t0 + hour + 5 * minute };
    const atEnd = (answeredAtMs: number | null, outcome: 'open' | 'answered' | 'missed', minutes: number) =>
      judged(duty, {}, { checks: [{ ...check, answeredAtMs, outcome }] }, window(t0, t0 + hour + minutes * minute)).stateAtEnd;
    const answeredMs = t0 + hour + 4 * minute;
    expect([atEnd(null, 'open', 3), atEnd(answeredMs, 'answered', 3), atEnd(null, 'missed', 3)]).toEqual(['atRisk', 'atRisk', 'atRisk']);
    expect([atEnd(answeredMs, 'answered', 5), atEnd(answeredMs, 'answered', 2)]).toEqual(['met', 'met']);
  });

  test('[OB12] another person without a handover is a breach at that moment; with one, or the same person, it is not', () => {
    const from = (next: ReturnType<typeof watch>) => judged(duty, {}, { watches: [watch('wang', -day, 2 * hour), next] }).findings;
    expect(told(from(watch('li', 2 * hour, null, false)))).toEqual([['breached', 'withoutHandover', 'desk', 2 * hour, 2 * hour]]);
    expect(from(watch('li', 2 * hour, null))).toEqual([]);
    expect(from(watch('wang', 2 * hour + minute, null, false))).toEqual([]);
  });
});

describe('certificates, plans, drills, hazards', () => {
  test('[OB13] [OB14] no record is not measured, run out is a breach, soon is a warning, a failed test is a breach until one is passed', () => {
    const calibration = rule({ evaluator: 'detectorCalibration' });
    const causes = (own: Partial<StationRecords>, all: Partial<CompanyRecords> = {}) =>
      judged(calibration, own, all).findings.map(({ state, cause }) => `${state} ${cause}`);
    expect(causes({})).toEqual([]);
    expect(causes({}, { certificates: [] })).toEqual(['notMeasured notCalibrated']);
    const certificate = {
      id: 'i',
      holder: { kind: 'instrument' as const, id: 'S.GD' },
      number: '2',
      validFromMs: t0 - 400 * day,
      expiresAtMs: t0 + hour,
      revokedAtMs: null,
    };
    expect(causes({}, { certificates: [certificate] })).toEqual(['breached calibrationExpired']);
    expect(causes({}, { certificates: [{ ...certificate, expiresAtMs: t0 + 20 * day }] })).toEqual(['atRisk calibrationExpires']);
    expect(causes({}, { certificates: [{ ...certificate, expiresAtMs: t0 + 90 * day, revokedAtMs: t0 + hour }] })).toEqual([
      'breached calibrationExpired',
    ]);
    expect(causes({ loopTests: [] })).toEqual(['notMeasured neverTested']);
    expect(causes({ loopTests: [{ pointId: 'S.GD', atMs: t0 - 400 * day, isPassed: true }] })).toEqual(['breached testOverdue']);
    expect(causes({ loopTests: [{ pointId: 'S.GD', atMs: t0 - 350 * day, isPassed: true }] })).toEqual(['atRisk testDue']);
    const failed = { pointId: 'S.GD', atMs: t0 + hour, isPassed: false };
    const passed = { pointId: 'S.GD', atMs: t0 - day, isPassed: true };
    expect(causes({ loopTests: [passed, failed] })).toEqual(['breached testFailed']);
    const mended = { loopTests: [passed, failed, { ...failed, atMs: t0 + hour + minute }, { ...passed, atMs: t0 + 2 * hour }] };
    expect(told(judged(calibration, mended).findings)).toEqual([['breached', 'testFailed', 'S.GD', hour, 2 * hour]]);
  });

  test('[OB15] [OB16] plan and drills', () => {
    const readiness = rule({ evaluator: 'emergencyReadiness' });
    const plan = (subject: string) => ({ observations: [{ kind: 'plan' as const, subject, fromMs: t0 - day, toMs: null }, called] });
    const states = (own: Partial<StationRecords>) => judged(readiness, own).findings.map(({ state, cause }) => `${state} ${cause}`);
    expect(states({})).toEqual([]);
    expect(states(plan('-'))).toEqual(['breached noPlan']);
    expect(states(plan(''))).toEqual(['notMeasured planUndated']);
    expect(states(plan('2025-06-01'))).toEqual(['breached planOld']);
    expect(states(plan('2025-07-10'))).toEqual(['atRisk planAging']);
    expect(states({ observations: [] })).toEqual(['notMeasured beforeRecords']);
    expect(states({ drills: [] })).toEqual(['notMeasured noDrill']);
    expect(states({ drills: [{ number: 'D', closedAtMs: t0 - 200 * day }] })).toEqual(['breached drillOverdue']);
    expect(states({ drills: [{ number: 'D', closedAtMs: t0 - 170 * day }] })).toEqual(['atRisk drillDue']);
  });

  test('[OB22] emergency contacts: never called, called long ago, not reached, another list, none', () => {
    const readiness = rule({ evaluator: 'emergencyReadiness' });
    const plan = { kind: 'plan' as const, subject: '2026-06-01', fromMs: t0 - day, toMs: null };
    const call = (atMs: number, isReached = true, digest = 'd') => ({ atMs, digest, isReached, by: '王' });
    const states = (contacts: StationRecords['contacts'], observations: StationRecords['observations'] = [plan, called]) =>
      judged(readiness, { contacts, observations }).findings.map(({ state, cause, isOpen }) => `${state} ${cause}${isOpen ? ' open' : ''}`);
    expect(states([call(t0 - day)])).toEqual([]);
    expect(states([])).toEqual(['notMeasured contactsUnconfirmed open']);
    expect(states([call(t0 - 93 * day)])).toEqual(['breached contactsOverdue open']);
    expect(states([call(t0 - 80 * day)])).toEqual(['atRisk contactsDue open']);
    expect(states([call(t0 - 93 * day), call(t0 + 6 * hour)])).toEqual(['breached contactsOverdue']);
    expect(states([call(t0 - 2 * day), call(t0 + hour, false)])).toEqual(['breached contactUnreachable open']);
    expect(states([call(t0 - 2 * day), call(t0 + hour, false), call(t0 + 2 * hour, false), call(t0 + 3 * hour)])).toEqual([
      'breached contactUnreachable',
    ]);
    // The list was changed at noon, and nobody has called the new one.
    const lists = [plan, { ...called, toMs: t0 + 12 * hour }, { ...called, subject: 'e', fromMs: t0 + 12 * hour }];
    expect(states([call(t0 - day)], lists)).toEqual(['notMeasured contactsUnconfirmed open']);
    expect(states([call(t0 - day), call(t0 + 13 * hour, true, 'e')], lists)).toEqual(['notMeasured contactsUnconfirmed']);
    expect(states([], [plan, { ...called, subject: '-' }])).toEqual(['breached noContacts open']);
    // Without a plan that is what is missing.
    expect(
      states(
        [],
        [
          { ...plan, subject: '-' },
          { ...called, subject: '' },
        ],
      ),
    ).toEqual(['breached noPlan open']);
    expect(states([call(t0 - day)], [plan, { ...called, fromMs: t0 + hour }])).toEqual(['notMeasured beforeRecords']);
  });

  test('[OB23] a level laxer than the plant file is a warning for as long as it is so', () => {
    const relaxed = (subject: string) => ({
      observations: [{ kind: 'levelRelaxed' as const, subject, fromMs: t0 + hour, toMs: t0 + 2 * hour }],
    });
    const of = (evaluator: string, subject: string) => told(judged(rule({ evaluator }), relaxed(subject)).findings);
    expect(of('gasDetection', 'S.GD.high')).toEqual([['atRisk', 'levelRelaxed', 'S.GD.high', hour, 2 * hour]]);
    expect(of('pressureProtection', 'S.PT.high')).toEqual([['atRisk', 'levelRelaxed', 'S.PT.high', hour, 2 * hour]]);
    expect(of('gasDetection', 'S.TT.high')).toEqual([]);
  });

  test('[OB23] laxer: a higher high, a lower low, a longer delay, a higher limit; stricter is none of it', () => {
    const limit = (kind: 'high' | 'low', setpoint: number, onDelayMs = 0) => ({ kind, setpoint, onDelayMs }) as AlarmDefinition;
    expect(isLaxer(limit('high', 31), limit('high', 30))).toBe(true);
    expect(isLaxer(limit('high', 29), limit('high', 30))).toBe(false);
    expect(isLaxer(limit('low', 9), limit('low', 10))).toBe(true);
    expect(isLaxer(limit('low', 11), limit('low', 10))).toBe(false);
    expect(isLaxer(limit('high', 30, 5_000), limit('high', 30, 1_000))).toBe(true);
    expect(isLaxer(limit('high', 30, 1_000), limit('high', 30, 5_000))).toBe(false);
    const vote = (value: number, compare: 'above' | 'below') =>
      ({ kind: 'vote', onDelayMs: 0, condition: { compare, value, deadband: 0 } }) as AlarmDefinition;
    expect([isLaxer(vote(25, 'above'), vote(20, 'above')), isLaxer(vote(15, 'below'), vote(20, 'below'))]).toEqual([true, true]);
    expect([isLaxer(vote(15, 'above'), vote(20, 'above')), isLaxer(vote(25, 'below'), vote(20, 'below'))]).toEqual([false, false]);
    const rate = (limitPerMinute: number) => ({ kind: 'rateOfChange', onDelayMs: 0, limitPerMinute }) as AlarmDefinition;
    expect([isLaxer(rate(2), rate(1)), isLaxer(rate(1), rate(2))]).toEqual([true, false]);
  });

  test('[OB17] on duty with a certificate that ran out is a breach from then; one never entered is not measured', () => {
    const people = rule({ evaluator: 'certifiedPeople' }, 'company');
    const certificate = {
      id: 'p',
      holder: { kind: 'person' as const, id: 'wang' },
      number: '1',
      validFromMs: t0 - 100 * day,
      expiresAtMs: t0 + 3 * hour,
      revokedAtMs: null,
    };
    expect(told(judged(people, {}, { certificates: [certificate] }).findings)).toEqual([
      ['breached', 'expiredOnDuty', 'wang', 3 * hour, day],
    ]);
    expect(judged(people, {}, { certificates: [] }).state).toBe('notMeasured');
    expect(judged(people).state).toBe('met');
    expect(judged(people, {}, { certificates: [{ ...certificate, expiresAtMs: t0 + 20 * day }] }).stateAtEnd).toBe('atRisk');
  });

  test('[OB18] a hazard past its deadline is a breach until it is closed; no ledger is not measured', () => {
    const loop = rule({ evaluator: 'hazards' });
    const hazard = {
      id: 'h',
      number: 'YH-1',
      title: 'x',
      grade: 'major' as const,
      openedAtMs: t0 - 20 * day,
      closedAtMs: null,
      deadlines: [{ dueAtMs: t0 + hour, fromMs: t0 - 20 * day, toMs: t0 + 3 * hour }],
    };
    expect(told(judged(loop, { hazards: [hazard] }).findings)).toEqual([
      ['atRisk', 'hazardDue', 'YH-1', 0, hour],
      ['breached', 'hazardOverdue', 'YH-1', hour, 3 * hour],
    ]);
    expect(
      judged(loop, { hazards: [{ ...hazard, deadlines: [{ dueAtMs: t0 + hour, fromMs: t0 - 20 * day, toMs: t0 + minute }] }] }).state,
    ).toBe('met');
    expect(judged(loop, { hazards: null }).state).toBe('notMeasured');
    // A ledger that begins in the middle of the period says nothing of the time before.
    expect(judged(loop, {}, { presence: [{ fromMs: t0 + 12 * hour, toMs: t0 + 2 * day }] }).state).toBe('notMeasured');
  });

  test('what another part judges is taken as it says; without that part it is not measured', () => {
    const video = rule({ evaluator: 'source', source: 'video' });
    expect(judged(video).state).toBe('notMeasured');
    expect(judged(video, {}, {}, window(), { video: [] }).state).toBe('met');
    const finding: Finding = {
      state: 'breached',
      cause: 'stateUnread',
      subject: 'CAM-1',
      fromMs: t0 - day,
      toMs: t0 + hour,
      isOpen: false,
      detail: {},
    };
    expect(told(judged(video, {}, {}, window(), { video: [finding] }).findings)).toEqual([['breached', 'stateUnread', 'CAM-1', 0, hour]]);
  });
});

describe('verdicts', () => {
  test('[OB19] a breach before anything; then what is not measured; then what is at risk; never met without a record', () => {
    const response = rule({ evaluator: 'alarmResponse' });
    const away = (ms: number) => ({ presence: [{ fromMs: t0 - day, toMs: t0 + day - ms }] });
    expect(judged(response, {}, away(0)).state).toBe('met');
    expect(judged(response, {}, away(7 * minute)).state).toBe('met');
    expect(judged(response, {}, away(8 * minute)).state).toBe('notMeasured');
    expect(judged(response, {}, { presence: [] }).state).toBe('notMeasured');
  });

  test('a period is the sum of its parts: breaches of a whole are those of its pieces, and times add up', () => {
    const moment = fc.integer({ min: -2_000, max: 3_400 }).map((minutes) => t0 + minutes * minute);
    const span = fc
      .tuple(moment, fc.integer({ min: 1, max: 900 }))
      .map(([fromMs, minutes]) => ({ fromMs, toMs: fromMs + minutes * minute }));
    const obligations: readonly Obligation[] = [
      rule({ evaluator: 'gasDetection' }),
      rule({ evaluator: 'pressureProtection' }),
      rule({ evaluator: 'alarmResponse' }),
      rule({ evaluator: 'detectorCalibration' }),
      rule({ evaluator: 'dutyWatch' }, 'company'),
      rule({ evaluator: 'certifiedPeople' }, 'company'),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...obligations),
        fc.array(span, { maxLength: 6 }),
        fc.array(span, { maxLength: 4 }),
        fc.array(span, { maxLength: 4 }),
        fc.integer({ min: 10, max: 1_400 }),
        (obligation, gaps, work, watches, cut) => {
          const own: Partial<StationRecords> = {
            gaps: unionOf(gaps).flatMap((gap) => [
              { ...gap, pointId: 'S.GD', reason: 'commFail' as const },
              { ...gap, pointId: 'S.SSV', reason: 'commFail' as const },
            ]),
            work: work.map((one) => ({ ...one, kind: 'maintenance' as const, pointId: null, permit: 'P' })),
            announcements: gaps.map((one) => ({
              alarmId: 'S.PT.high',
              priority: 'low' as const,
              announcedAtMs: one.fromMs,
              responseTimeMs: 30 * minute,
              acknowledgedAtMs: one.toMs,
              acknowledgedBy: 'wang',
              withdrawnAtMs: null,
              isWaiting: false,
            })),
          };
          const all: Partial<CompanyRecords> = {
            watches: unionOf(watches).map((one) => ({
              ...one,
              consoleId: 'desk',
              username: 'wang',
              displayName: '王',
              hasHandover: false,
            })),
            certificates: work.map((one, index) => ({
              id: String(index),
              holder: index % 2 === 0 ? { kind: 'person' as const, id: 'wang' } : { kind: 'instrument' as const, id: 'S.GD' },
              number: String(index),
              validFromMs: one.fromMs,
              expiresAtMs: one.toMs,
              revokedAtMs: null,
            })),
          };
          const breached = (fromMs: number, toMs: number) =>
            unionOf(judged(obligation, own, all, window(fromMs, toMs)).findings.filter(({ state }) => state === 'breached'));
          const cutMs = t0 + cut * minute;
          const pieces = unionOf([...breached(t0, cutMs), ...breached(cutMs, t0 + day)]);
          // What is too short to be a breach at the cut may have become one after it.
          expect(totalMs(without(pieces, breached(t0, t0 + day)))).toBe(0);
          expect(totalMs(without(breached(t0, t0 + day), pieces))).toBeLessThanOrEqual(10 * minute);
          const { figures } = judged(obligation, own, all);
          expect(figures.breachedMs + figures.atRiskMs + figures.notMeasuredMs).toBeLessThanOrEqual(figures.lengthMs);
        },
      ),
      { numRuns: 300 },
    );
  });
});
