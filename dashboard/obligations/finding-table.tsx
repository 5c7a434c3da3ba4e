// Findings as a table: when, what, why. Shared by the page of an obligation and the inspection page.
import type { ReactNode } from 'react';
import type { Finding } from '../../domain/obligations/obligation.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useFindingText } from './finding-text.ts';
import { groupedFindings } from './grouped-findings.ts';
import { StateMark } from './state-mark.tsx';

/** The end of what was looked at lies no further back: it lasts still. */
const lastingMs = 15 * 60_000;

export function FindingTable({ findings }: { readonly findings: readonly Finding[] }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  const { serverNowMs } = useLiveClient();
  const say = useFindingText();
  return (
    <div className="matrix-scroll">
      <table className="table finding-table" data-testid="findings">
        <thead>
          <tr>
            {(['state', 'from', 'to', 'length', 'cause', 'subject', 'detail'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`obligations.detail.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groupedFindings(findings).map(([finding, ...others]) => (
            <tr key={`${finding.state} ${finding.cause} ${finding.subject} ${finding.fromMs}`}>
              <td>
                <StateMark state={finding.state} />
              </td>
              <td className="number nowrap">{formatDateTime(finding.fromMs, zone)}</td>
              <td className="number nowrap">
                {finding.isOpen && serverNowMs() - finding.toMs < lastingMs
                  ? t('obligations.detail.lasting')
                  : finding.toMs === finding.fromMs
                    ? ''
                    : formatDateTime(finding.toMs, zone)}
              </td>
              <td className="number nowrap">
                {finding.toMs === finding.fromMs ? t('obligations.detail.moment') : durationText(finding.toMs - finding.fromMs)}
              </td>
              <td>{say.cause(finding)}</td>
              <td>
                {others.length === 0 ? (
                  say.subject(finding)
                ) : (
                  <details className="finding-many">
                    <summary>{t('obligations.detail.many', { count: others.length + 1 })}</summary>
                    {[finding, ...others].map((one) => say.subject(one)).join('、')}
                  </details>
                )}
              </td>
              <td className="muted">{say.detail(finding)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
