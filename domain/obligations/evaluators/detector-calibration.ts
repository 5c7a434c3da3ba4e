// Calibration of gas detectors (检定): a valid certificate for each at any time, and a loop test often enough. [OB13] [OB14]
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { CertificateRecord, CompanyRecords, StationRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';
import { unionOf, without } from '../spans.ts';
import { dueAgain } from './due-again.ts';

export function detectorCalibration(
  rule: RuleOf<'detectorCalibration'>,
  records: Pick<StationRecords, 'facts' | 'loopTests'>,
  company: Pick<CompanyRecords, 'certificates'>,
  window: ObligationWindow,
): Finding[] {
  const { detectors } = records.facts;
  if (detectors.length === 0) return findingIn(window, { state: 'notMeasured', cause: 'noDetector', fromMs: window.fromMs, toMs: null });
  return detectors.flatMap((pointId) => {
    const certificates = company.certificates.filter(({ holder }) => holder.kind === 'instrument' && holder.id === pointId);
    const tests = records.loopTests.filter((test) => test.pointId === pointId).toSorted((one, other) => one.atMs - other.atMs);
    return [
      ...validity(certificates, pointId, rule.warnBefore, window),
      ...dueAgain({
        doneAtMs: tests.filter(({ isPassed }) => isPassed).map(({ atMs }) => atMs),
        everyMs: rule.loopTestEvery,
        warnBeforeMs: rule.warnBefore,
        causes: { never: 'neverTested', overdue: 'testOverdue', due: 'testDue' },
        subject: pointId,
        window,
      }),
      ...tests.flatMap((test, index) =>
        test.isPassed || tests[index - 1]?.isPassed === false
          ? []
          : findingIn(window, {
              state: 'breached',
              cause: 'testFailed',
              subject: pointId,
              fromMs: test.atMs,
              toMs: tests.slice(index).find(({ isPassed }) => isPassed)?.atMs ?? null,
            }),
      ),
    ];
  });
}

export function validSpans(certificates: readonly CertificateRecord[]) {
  return unionOf(
    certificates.map((certificate) => ({
      fromMs: certificate.validFromMs,
      toMs: Math.min(certificate.expiresAtMs, certificate.revokedAtMs ?? Number.POSITIVE_INFINITY),
    })),
  );
}

function validity(certificates: readonly CertificateRecord[], pointId: string, warnBeforeMs: number, window: ObligationWindow): Finding[] {
  const valid = validSpans(certificates);
  const firstMs = valid[0]?.fromMs ?? null;
  const uncovered = without([{ fromMs: window.fromMs, toMs: window.toMs }], valid);
  const lastEndMs = valid.at(-1)?.toMs ?? null;
  return [
    ...uncovered.flatMap((span) =>
      firstMs === null || span.fromMs < firstMs
        ? findingIn(window, { state: 'notMeasured', cause: 'notCalibrated', subject: pointId, ...span })
        : findingIn(window, { state: 'breached', cause: 'calibrationExpired', subject: pointId, ...span }),
    ),
    ...(lastEndMs !== null && lastEndMs > window.toMs
      ? findingIn(window, {
          state: 'atRisk',
          cause: 'calibrationExpires',
          subject: pointId,
          fromMs: lastEndMs - warnBeforeMs,
          toMs: lastEndMs,
          detail: { dueMs: lastEndMs },
        })
      : []),
  ];
}
