// How the alarms divide among priorities, and how long each waited for an acknowledgement.
import type { ReactNode } from 'react';
import type { PerformanceView } from '../../domain/api/performance-api.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { useDurationText } from '../values/duration-text.ts';
import { shareText } from './figure-text.ts';

/** That of the high ones is for critical and high together. */
const goals = { critical: null, high: 'performance.goalUrgent', medium: 'performance.goalMedium', low: 'performance.goalLow' } as const;

export function AcknowledgementTable({ view }: { readonly view: PerformanceView }): ReactNode {
  const { t } = useWords();
  const durationText = useDurationText();
  const delay = (delayMs: number | null): string => (delayMs === null ? '—' : durationText(delayMs));
  return (
    <section className="panel" aria-label={t('performance.acknowledgement')}>
      <div className="panel-head">
        <h2>{t('performance.acknowledgement')}</h2>
      </div>
      <div className="table-scroll">
        <table className="table number" data-testid="acknowledgement">
          <thead>
            <tr>
              <th scope="col">{t('alarms.column.priority')}</th>
              {(['announced', 'share', 'acknowledged', 'waiting', 'p50', 'p90', 'max', 'late'] as const).map((column) => (
                <th key={column} scope="col" className="cell-right">
                  {t(`performance.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.priorities.map((row) => (
              <tr key={row.priority} data-priority={row.priority}>
                <th scope="row">
                  <PriorityMark priority={row.priority} showsWord />
                </th>
                <td className="cell-right">{row.announced}</td>
                <td className="cell-right">
                  {shareText(row.share)}
                  <Goal name={goals[row.priority]} />
                </td>
                <td className="cell-right">{row.acknowledged}</td>
                <td className="cell-right">{row.waiting}</td>
                <td className="cell-right">{delay(row.p50Ms)}</td>
                <td className="cell-right">{delay(row.p90Ms)}</td>
                <td className="cell-right">{delay(row.maxMs)}</td>
                <td className="cell-right">
                  {row.withResponseTime === 0 && row.late === 0 ? (
                    <span className="muted small">{t('performance.noResponseTime')}</span>
                  ) : (
                    t('performance.lateOf', { late: row.late, count: Math.max(row.withResponseTime, row.late) })
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Goal({ name }: { readonly name: (typeof goals)[keyof typeof goals] }): ReactNode {
  const { t } = useWords();
  return name === null ? null : <span className="muted small goal">{t(name)}</span>;
}
