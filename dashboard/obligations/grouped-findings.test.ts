import { expect, test } from 'vitest';
import type { Finding } from '../../domain/obligations/obligation.ts';
import { groupedFindings } from './grouped-findings.ts';

const finding = (subject: string, fromMs: number, cause: Finding['cause'] = 'noReading'): Finding => ({
  state: 'breached',
  cause,
  subject,
  fromMs,
  toMs: fromMs + 600_000,
  isOpen: false,
  detail: {},
});

test('a lost station is one group; a few alike stay apart; nothing is left out', () => {
  const lost = Array.from({ length: 6 }, (_, index) => finding(`P-${index}`, 60_000 * 100 + index));
  const few = [finding('A', 0), finding('B', 0)];
  const all = [...few, ...lost, finding('C', 60_000 * 100, 'commFail')];
  const groups = groupedFindings(all);
  expect(groups.map((group) => group.length)).toEqual([1, 1, 6, 1]);
  expect(
    groups
      .flat()
      .map(({ subject }) => subject)
      .sort(),
  ).toEqual(all.map(({ subject }) => subject).sort());
});
