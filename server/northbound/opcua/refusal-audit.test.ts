import { expect, test } from 'vitest';
import { ManualClock } from '../../../domain/time/manual-clock.ts';
import type { AccessControl } from '../../access/access-control.ts';
import { RefusalAudit } from './refusal-audit.ts';

function world() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const access = { identify: async () => null, auditRefusal: async (_identity: unknown, what: string) => void lines.push(what) };
  return { clock, lines, audit: new RefusalAudit(access as unknown as AccessControl, clock) };
}

test('the same attempt every second is one line in ten minutes, and the next says how many there were', async () => {
  const { clock, lines, audit } = world();
  for (let second = 0; second <= 600; second += 1) {
    await audit.note(null, 'write GS-01.PT-101');
    clock.advance(1_000);
  }
  expect(lines).toEqual(['write GS-01.PT-101', 'write GS-01.PT-101 (and 599 attempts like those before)']);
});

test('attempts that differ each time do not fill the journal either', async () => {
  const { clock, lines, audit } = world();
  for (let attempt = 0; attempt < 6_000; attempt += 1) {
    await audit.note(null, `certificate ${attempt}`);
    clock.advance(100);
  }
  expect(lines.length).toBeLessThanOrEqual(11 * 30);
  expect(lines.length).toBeGreaterThanOrEqual(9 * 30);
});
