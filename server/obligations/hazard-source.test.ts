// A hazard's deadlines as obligations see them: moved, reopened, accepted.
import { expect, test } from 'vitest';
import type { HazardEvent } from '../../domain/hazards/hazard.ts';
import { momentOf } from '../../domain/time/zoned-time.ts';
import { recordOf } from './hazard-source.ts';

const zone = 'Asia/Shanghai';
const day = (date: string) => momentOf(date, '12:00', zone);
const by = { username: 'li', displayName: '李' };
const settled = (deadline: string) => ({
  responsible: { username: null, name: '王' },
  measure: 'x',
  fundsYuan: 0,
  deadline,
  contingency: 'y',
});
const report: HazardEvent = {
  kind: 'report',
  atMs: day('2026-07-01'),
  by,
  number: 'YH-1',
  finding: {
    stationId: 'GS-01',
    pointId: null,
    place: '',
    description: '围墙破损',
    source: 'inspection',
    foundBy: '李',
    foundOn: '2026-07-01',
    proposedGrade: null,
    link: null,
  },
};

test('[OB18] a deadline that was missed and then moved stays missed for that time; acceptance ends it', () => {
  const events: HazardEvent[] = [
    report,
    { kind: 'confirm', atMs: day('2026-07-02'), by, grade: 'ordinary', basis: 'b', supervisedBy: null },
    { kind: 'plan', atMs: day('2026-07-03'), by, settled: settled('2026-07-10'), reason: null },
    { kind: 'start', atMs: day('2026-07-04'), by },
    { kind: 'plan', atMs: day('2026-07-12'), by, settled: settled('2026-07-20'), reason: '材料未到' },
    { kind: 'submit', atMs: day('2026-07-15'), by, result: 'r' },
    { kind: 'accept', atMs: day('2026-07-16'), by: { username: 'chen', displayName: '陈' }, comment: 'c' },
  ];
  const [record] = recordOf({ id: 'h', events }, zone);
  expect(record).toMatchObject({ number: 'YH-1', stationId: 'GS-01', grade: 'ordinary', closedAtMs: null });
  expect(record?.deadlines).toEqual([
    { dueAtMs: momentOf('2026-07-11', '00:00', zone), fromMs: day('2026-07-03'), toMs: day('2026-07-12') },
    { dueAtMs: momentOf('2026-07-21', '00:00', zone), fromMs: day('2026-07-12'), toMs: day('2026-07-16') },
  ]);
});

test('one that was not planned has no deadline; one that is planned and open runs on', () => {
  expect(recordOf({ id: 'h', events: [report] }, zone)[0]?.deadlines).toEqual([]);
  expect(recordOf({ id: 'h', events: [] }, zone)).toEqual([]);
});
