// Certified people (持证上岗): whoever has the watch holds a certificate that is valid then. [OB17]
import { timeWithoutServer } from '../no-record.ts';
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { CompanyRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';
import { without } from '../spans.ts';
import { validSpans } from './detector-calibration.ts';

export function certifiedPeople(
  rule: RuleOf<'certifiedPeople'>,
  company: Pick<CompanyRecords, 'presence' | 'watches' | 'certificates'>,
  window: ObligationWindow,
): Finding[] {
  const ofPeople = Map.groupBy(
    company.certificates.filter(({ holder }) => holder.kind === 'person'),
    ({ holder }) => holder.id,
  );
  const onDuty = company.watches.flatMap((watch) => {
    const valid = validSpans(ofPeople.get(watch.username) ?? []);
    const firstMs = valid[0]?.fromMs ?? null;
    const end = watch.toMs ?? Number.POSITIVE_INFINITY;
    return without([{ fromMs: watch.fromMs, toMs: Math.min(end, window.toMs) }], valid).flatMap((span) =>
      findingIn(window, {
        // No certificate of his was ever entered: what the system does not know, it does not judge, and does not pass.
        ...(firstMs === null || span.fromMs < firstMs
          ? ({ state: 'notMeasured', cause: 'noCertificate' } as const)
          : ({ state: 'breached', cause: 'expiredOnDuty' } as const)),
        subject: watch.username,
        fromMs: span.fromMs,
        toMs: span.toMs >= window.toMs ? null : span.toMs,
        detail: { name: watch.displayName },
      }),
    );
  });
  const expiring = [...ofPeople].flatMap(([username, certificates]) => {
    const endMs = validSpans(certificates).at(-1)?.toMs ?? null;
    if (endMs === null || endMs <= window.toMs) return [];
    return findingIn(window, {
      state: 'atRisk',
      cause: 'certificateExpires',
      subject: username,
      fromMs: endMs - rule.warnBefore,
      toMs: endMs,
      detail: { dueMs: endMs },
    });
  });
  return [...timeWithoutServer(company.presence, window), ...onDuty, ...expiring];
}
