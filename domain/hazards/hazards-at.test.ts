// What was owed when: the past as it was, not as it became.
import { expect, test } from 'vitest';
import type { HazardEvent } from './hazard.ts';
import { allFive, chen, confirmOf, finding, li, wang } from './hazard-fixture.ts';
import { hazardsAt } from './hazards-at.ts';

const zone = 'Asia/Shanghai';
const day = (date: string) => Date.parse(`${date}T02:00:00Z`);
const events: readonly HazardEvent[] = [
  { kind: 'report', atMs: day('2026-06-02'), by: wang, number: 'YH-2026-0001', finding },
  { ...confirmOf('ordinary'), atMs: day('2026-06-03'), by: li },
  { kind: 'plan', settled: allFive, reason: null, atMs: day('2026-06-03'), by: li },
  { kind: 'start', atMs: day('2026-06-04'), by: wang },
  { kind: 'overdue', deadline: '2026-06-20', atMs: day('2026-06-21'), by: null },
  { kind: 'plan', settled: { ...allFive, deadline: '2026-06-30' }, reason: '延期', atMs: day('2026-06-25'), by: li },
  { kind: 'submit', result: '完成', atMs: day('2026-07-05'), by: wang },
  { kind: 'accept', comment: '合格', atMs: day('2026-07-06'), by: chen },
  { kind: 'close', number: 'XH-2026-0001', comment: null, atMs: day('2026-07-07'), by: li },
];
const histories = [{ id: 'h1', events }];
const at = (date: string) => hazardsAt(histories, day(date), zone).get('RS-01');

test('open, graded and overdue per station, as it stood at a moment', () => {
  expect(at('2026-06-01')).toBeUndefined();
  expect(at('2026-06-02')).toMatchObject({ open: 1, ungraded: 1, ordinary: 0, overdue: [] });
  expect(at('2026-06-10')).toMatchObject({ open: 1, ungraded: 0, ordinary: 1, overdue: [] });
  expect(at('2026-06-22')?.overdue).toEqual([{ id: 'h1', number: 'YH-2026-0001', grade: 'ordinary', deadline: '2026-06-20' }]);
  expect(at('2026-06-26')?.overdue).toEqual([]);
  expect(at('2026-07-05')?.overdue).toHaveLength(1);
  expect(at('2026-07-06')).toMatchObject({ open: 1, overdue: [] });
  expect(at('2026-07-08')).toBeUndefined();
});
