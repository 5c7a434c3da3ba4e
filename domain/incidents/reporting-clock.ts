// The reporting clock: where each reporting duty stands at a moment. Pure; the due times were fixed when the duty arose.
import type { ReportState } from '../api/incident-api.ts';
import type { ReportDuty } from './incident.ts';

export function reportState(duty: ReportDuty, nowMs: number): ReportState {
  if (duty.reported !== null) return duty.reported.atMs > duty.dueAtMs ? 'reportedLate' : 'reported';
  if (duty.waived !== null) return 'notRequired';
  return nowMs > duty.dueAtMs ? 'overdue' : 'due';
}
