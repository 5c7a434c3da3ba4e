// The coverage audit: what the last one found missing, with the clause and how far it was checked; and one at once.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { CoverageAudit } from '../../domain/api/hazard-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant, useZone } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { GradeTag } from './hazard-marks.tsx';
import { fetchAudit, runAudit } from './hazard-requests.ts';
import { useHazardRefusal } from './use-hazard-action.ts';

export function AuditTab(): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const mayRun = usePermission('hazards.manage');
  const queries = useQueryClient();
  const refusalText = useHazardRefusal();
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const audit = useQuery({ queryKey: ['hazards', 'audit'], queryFn: ({ signal }) => fetchAudit(signal) });
  async function run(): Promise<void> {
    setIsRunning(true);
    const answer = await runAudit();
    setIsRunning(false);
    setProblem(answer.kind === 'ok' ? null : refusalText(answer));
    if (answer.kind === 'ok') queries.setQueryData(['hazards', 'audit'], answer.value);
    await queries.invalidateQueries({ queryKey: ['hazards', 'list'] });
  }
  const latest = audit.data ?? null;
  return (
    <section className="panel" aria-label={t('hazards.audit.title')} data-testid="audit">
      <div className="panel-head">
        <h2>{latest === null ? t('hazards.audit.title') : text(latest.title)}</h2>
        {mayRun && (
          <button
            type="button"
            className="button button-small panel-link"
            disabled={isRunning}
            onClick={() => void run()}
            data-testid="run-audit"
          >
            {t(isRunning ? 'hazards.audit.running' : 'hazards.audit.run')}
          </button>
        )}
      </div>
      <p className="muted hazard-five-foot">{t('hazards.audit.hint')}</p>
      {(problem !== null || audit.isError) && (
        <ProblemNotice text={problem ?? t('common.failed', { reason: audit.error?.message ?? '' })} />
      )}
      {latest === null ? (
        <p className="empty">{audit.isPending ? t('common.loading') : t('hazards.audit.none')}</p>
      ) : (
        <>
          <p className="hazard-five-foot number" role="status" data-testid="audit-result">
            {t('hazards.audit.last', {
              time: formatDateTime(latest.atMs, zone),
              stations: latest.stations,
              requirements: latest.requirements,
              gaps: latest.gaps.length,
            })}
            {' · '}
            {t('hazards.audit.counts', { opened: latest.opened, proposed: latest.proposed })}
          </p>
          {latest.gaps.length === 0 ? <p className="empty">{t('hazards.audit.complete')}</p> : <Gaps gaps={latest.gaps} />}
        </>
      )}
    </section>
  );
}

function Gaps({ gaps }: { readonly gaps: CoverageAudit['gaps'] }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  return (
    <div className="hazard-scroll">
      <table className="table" data-testid="audit-gaps">
        <thead>
          <tr>
            <th scope="col">{t('hazards.column.station')}</th>
            <th scope="col">{t('hazards.audit.requirement')}</th>
            <th scope="col">{t('hazards.audit.missing')}</th>
            <th scope="col">{t('hazards.dialog.proposedGrade')}</th>
            <th scope="col">{t('hazards.audit.clause')}</th>
          </tr>
        </thead>
        <tbody>
          {gaps.map((gap) => {
            const station = stations.find(({ id }) => id === gap.stationId);
            return (
              <tr key={`${gap.stationId} ${gap.requirementId} ${gap.subject ?? ''}`}>
                <td>
                  {gap.stationId} <span className="muted">{station === undefined ? '' : text(station.name)}</span>
                </td>
                <td className="hazard-words">{text(gap.title)}</td>
                <td>{text(gap.missing)}</td>
                <td>
                  <GradeTag grade={gap.grade} />
                </td>
                <td>
                  {gap.clause} <span className="muted small">{t(`hazards.audit.source.${gap.source}`)}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
