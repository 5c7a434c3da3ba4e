// Bundles that were asked for: how far each is, and what can be done with it.
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { EvidenceJobView } from '../../domain/api/evidence-api.ts';
import { useWords } from '../language/language.ts';
import { ConfirmDialog } from '../people/confirm-dialog.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { bundleAddress, cancelEvidence, removeEvidence } from './evidence-requests.ts';

export function EvidenceTable({ jobs }: { readonly jobs: readonly EvidenceJobView[] }): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const [removing, setRemoving] = useState<EvidenceJobView | null>(null);
  const refresh = (): void => void queries.invalidateQueries({ queryKey: ['evidence'] });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
    <section className="table-scroll" tabIndex={0} aria-label={t('evidence.list')}>
      <table className="table evidence-table">
        <thead>
          <tr>
            <th scope="col">{t('evidence.column.scope')}</th>
            <th scope="col">{t('evidence.column.period')}</th>
            <th scope="col">{t('evidence.column.reason')}</th>
            <th scope="col">{t('evidence.column.asked')}</th>
            <th scope="col">{t('evidence.column.state')}</th>
            <th scope="col">{t('evidence.column.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <Row key={job.id} job={job} onCancel={() => void cancelEvidence(job.id).then(refresh)} onRemove={() => setRemoving(job)} />
          ))}
        </tbody>
      </table>
      {removing !== null && (
        <ConfirmDialog
          title={t('evidence.removeTitle')}
          meaning={t('evidence.removeMeaning')}
          action={t('evidence.remove')}
          act={() => removeEvidence(removing.id)}
          onClose={() => setRemoving(null)}
          onDone={() => {
            setRemoving(null);
            refresh();
          }}
        />
      )}
    </section>
  );
}

function Row({
  job,
  onCancel,
  onRemove,
}: {
  readonly job: EvidenceJobView;
  readonly onCancel: () => void;
  readonly onRemove: () => void;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const isUnderWay = job.state === 'queued' || job.state === 'running';
  const scope = job.isWholeCompany
    ? t('evidence.wholeCompany')
    : job.stationIds.length === 1
      ? job.stationIds[0]
      : t('evidence.stations', { count: job.stationIds.length });
  return (
    <tr data-testid={`evidence-${job.id}`} data-state={job.state}>
      <td>{scope}</td>
      <td className="number">
        {formatDateTime(job.fromMs, zone)} – {formatDateTime(job.toMs, zone)}
      </td>
      <td>{job.reason}</td>
      <td>{t('evidence.byAt', { name: job.by.displayName, time: formatDateTime(job.requestedAtMs, zone) })}</td>
      <td>
        <State job={job} />
      </td>
      <td className="evidence-actions">
        {job.state === 'done' && (
          <a className="button button-small" href={bundleAddress(job.id)} download data-testid="evidence-download">
            {t('evidence.download')}
          </a>
        )}
        {isUnderWay ? (
          <button type="button" className="button button-small" onClick={onCancel} data-testid="evidence-cancel">
            {t('evidence.cancel')}
          </button>
        ) : (
          <button type="button" className="button button-quiet button-small" onClick={onRemove}>
            {t('evidence.remove')}
          </button>
        )}
      </td>
    </tr>
  );
}

function State({ job }: { readonly job: EvidenceJobView }): ReactNode {
  const { t } = useWords();
  if (job.state === 'running' && job.phase !== null) {
    const percent = Math.floor(job.share * 100);
    const said = t('evidence.progress', { phase: t(`evidence.phase.${job.phase}`), percent });
    return (
      <div className="evidence-progress">
        <progress max={100} value={percent} aria-label={said} />
        <span className="small">{said}</span>
      </div>
    );
  }
  return (
    <>
      {t(`evidence.state.${job.state}`)}
      {job.failure !== null && <div className="small">{t(`evidence.failure.${job.failure}`)}</div>}
      {job.bytes !== null && <span className="muted small"> {t('evidence.size', { size: (job.bytes / 1e6).toFixed(1) })}</span>}
      {job.manifestHash !== null && (
        <div className="muted small" title={job.manifestHash}>
          {t('evidence.manifest', { hash: job.manifestHash.slice(0, 12) })}
        </div>
      )}
    </>
  );
}
