// Alarm response: each announced alarm acknowledged within its response time. Tests are left out before they come here. [OB9]
import { assumedResponseMs } from '../../duty/duty-plan.ts';
import { timeWithoutServer } from '../no-record.ts';
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { CompanyRecords, StationRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';

export function alarmResponse(
  rule: RuleOf<'alarmResponse'>,
  records: Pick<StationRecords, 'announcements'>,
  company: Pick<CompanyRecords, 'presence'>,
  window: ObligationWindow,
): Finding[] {
  return [
    ...timeWithoutServer(company.presence, window),
    ...records.announcements.flatMap((announcement) => {
      const allowedMs = announcement.responseTimeMs ?? assumedResponseMs[announcement.priority];
      const dueMs = announcement.announcedAtMs + allowedMs;
      const warnMs = announcement.announcedAtMs + allowedMs * rule.warnAtUsed;
      // What ended after the period was waiting at its end, whenever it is asked for.
      const inPeriod = (atMs: number | null) => (atMs !== null && atMs < window.toMs ? atMs : null);
      const acknowledgedAtMs = inPeriod(announcement.acknowledgedAtMs);
      const endMs = acknowledgedAtMs ?? (announcement.isWaiting ? null : inPeriod(announcement.withdrawnAtMs));
      const subject = announcement.alarmId;
      const detail = {
        allowedMs,
        priority: announcement.priority,
        ...(acknowledgedAtMs === null || announcement.acknowledgedBy === null ? {} : { by: announcement.acknowledgedBy }),
      };
      if ((endMs ?? window.toMs) > dueMs) {
        const cause = acknowledgedAtMs === null ? 'notAcknowledged' : 'lateAcknowledgement';
        return findingIn(window, { state: 'breached', cause, subject, fromMs: dueMs, toMs: endMs, detail });
      }
      // A warning is for who can still act: what was acknowledged in time leaves none behind.
      if (endMs !== null || window.toMs <= warnMs) return [];
      return findingIn(window, { state: 'atRisk', cause: 'acknowledgementDue', subject, fromMs: warnMs, toMs: null, detail });
    }),
  ];
}
