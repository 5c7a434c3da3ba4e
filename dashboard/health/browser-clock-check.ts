// The one clock that the server cannot see: the browser's own. Judged by the same bounds as the others (HE7).
import type { HealthCheck } from '../../domain/health/health-check.ts';
import { clockVerdict } from '../../domain/health/judge-health.ts';

export function browserClockCheck(offsetMs: number): HealthCheck {
  return { name: 'clock', group: 'machine', subject: 'browser', cause: 'browser', verdict: clockVerdict(offsetMs), values: { offsetMs } };
}
