// What gas detection and over-pressure protection have in common: alarms that are missing, set aside, or set aside against the rules. [OB7] [OB8]
import { type Finding, type FindingCause, findingIn, type ObligationWindow } from '../obligation.ts';
import type { ObservationRecord, SetAsideRecord } from '../records.ts';

/** With a permit, or shelved within the rules, it is a warning for as long as it lasts; against the rules, or past its end, a breach. */
export function setAsides(records: readonly SetAsideRecord[], alarmIds: ReadonlySet<string>, window: ObligationWindow): Finding[] {
  return records
    .filter((record) => alarmIds.has(record.alarmId))
    .flatMap((record) => {
      const common = {
        subject: record.alarmId,
        detail: { kind: record.kind, by: record.by, ...(record.fault === null ? {} : { fault: record.fault }) },
      };
      if (record.fault !== null)
        return findingIn(window, { state: 'breached', cause: 'setAsideAgainstRules', ...common, fromMs: record.fromMs, toMs: record.toMs });
      // An end is due to the second; ten more are for the server to act in.
      const lateFromMs = record.untilMs + 10_000;
      const endMs = record.toMs ?? window.toMs;
      const isLate = endMs > lateFromMs;
      return [
        ...findingIn(window, {
          state: 'atRisk',
          cause: 'alarmSetAside',
          ...common,
          fromMs: record.fromMs,
          toMs: isLate ? lateFromMs : record.toMs,
        }),
        ...(isLate
          ? findingIn(window, { state: 'breached', cause: 'setAsideAgainstRules', ...common, fromMs: lateFromMs, toMs: record.toMs })
          : []),
      ];
    });
}

/** Set otherwise than the plant file says, and later or at a laxer level: approved by two people, and to be known all the same. [OB23] */
export function relaxedLevels(records: readonly ObservationRecord[], alarmIds: ReadonlySet<string>, window: ObligationWindow): Finding[] {
  return records
    .filter((record) => record.kind === 'levelRelaxed' && alarmIds.has(record.subject))
    .flatMap(({ subject, fromMs, toMs }) => findingIn(window, { state: 'atRisk', cause: 'levelRelaxed', subject, fromMs, toMs }));
}

export function observed(
  records: readonly ObservationRecord[],
  causes: Partial<Readonly<Record<ObservationRecord['kind'], FindingCause>>>,
  window: ObligationWindow,
): Finding[] {
  return records.flatMap((record) => {
    const cause = causes[record.kind];
    if (cause === undefined) return [];
    return findingIn(window, {
      state: 'breached',
      cause,
      subject: record.subject === '' ? null : record.subject,
      fromMs: record.fromMs,
      toMs: record.toMs,
    });
  });
}
