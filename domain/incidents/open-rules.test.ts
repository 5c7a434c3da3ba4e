import { describe, expect, test } from 'vitest';
import { incidentSettingsSchema } from './incident-settings.ts';
import { type AnnouncedAlarm, companions, matchesRule, type TogetherRule } from './open-rules.ts';

const { openOn } = incidentSettingsSchema.parse({});
const [confirmedGas] = openOn;
const lineBreak = openOn[1] as TogetherRule;
if (confirmedGas === undefined) throw new Error('no rules');

const falling = (more: Partial<AnnouncedAlarm> = {}): AnnouncedAlarm => ({
  kind: 'rateOfChange',
  class: 'safety',
  priority: 'critical',
  stationIndex: 0,
  pointIndex: 1,
  atMs: 100_000,
  direction: 'falling',
  ...more,
});
const areNeighbours = (one: number, other: number) => Math.abs(one - other) === 1;
const count = (alarm: AnnouncedAlarm, recent: readonly AnnouncedAlarm[], rule = lineBreak) =>
  companions(rule, alarm, recent, areNeighbours)?.length ?? null;

describe('the rules that hold where the plant file has none', () => {
  test('a safety vote is a leak; another vote, and a single detector, are not', () => {
    const vote = { ...falling(), kind: 'vote', direction: null } as const;
    expect(matchesRule(confirmedGas, vote)).toBe(true);
    expect(matchesRule(confirmedGas, { ...vote, class: 'process' })).toBe(false);
    expect(matchesRule(confirmedGas, { ...vote, kind: 'highHigh' })).toBe(false);
  });

  test('two points that fall within a minute, at one station or at neighbours', () => {
    expect(count(falling(), [falling({ pointIndex: 2, atMs: 40_000 })])).toBe(1);
    expect(count(falling(), [falling({ pointIndex: 2, atMs: 160_000 })])).toBe(1);
    expect(count(falling(), [falling({ pointIndex: 2, atMs: 39_999 })])).toBeNull();
    expect(count(falling(), [falling({ pointIndex: 1 })])).toBeNull();
    expect(count(falling(), [falling({ pointIndex: 2, stationIndex: 1 })])).toBe(1);
    expect(count(falling(), [falling({ pointIndex: 2, stationIndex: 2 })])).toBeNull();
    expect(count(falling(), [falling({ pointIndex: 2, direction: 'rising' })])).toBeNull();
    expect(count(falling({ direction: null }), [falling({ pointIndex: 2 })])).toBeNull();
    expect(count(falling({ pointIndex: null }), [falling({ pointIndex: 2 })])).toBeNull();
  });

  test('a plant file may ask for more points, for its own station only, and for either direction', () => {
    const three = { ...lineBreak, points: 3 };
    const others = [falling({ pointIndex: 2 }), falling({ pointIndex: 2 }), falling({ pointIndex: 3 })];
    expect(count(falling(), others.slice(0, 2), three)).toBeNull();
    expect(count(falling(), others, three)).toBe(3);
    expect(count(falling(), [falling({ pointIndex: 2, stationIndex: 1 })], { ...lineBreak, neighbours: false })).toBeNull();
    expect(count(falling({ direction: null }), [falling({ pointIndex: 2, direction: 'rising' })], { ...lineBreak, direction: 'any' })).toBe(
      1,
    );
  });
});
