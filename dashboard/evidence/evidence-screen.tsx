// Evidence: ask for bundles, follow and fetch them, and what an inspector needs to verify one without this system.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { EvidenceForm } from './evidence-form.tsx';
import { fetchEvidence, fetchEvidenceKeys } from './evidence-requests.ts';
import { EvidenceTable } from './evidence-table.tsx';
import './evidence.css';

export function EvidenceScreen(): ReactNode {
  const { t } = useWords();
  const jobs = useQuery({ queryKey: ['evidence', 'jobs'], queryFn: ({ signal }) => fetchEvidence(signal), refetchInterval: 30_000 });
  const keys = useQuery({ queryKey: ['evidence', 'keys'], queryFn: ({ signal }) => fetchEvidenceKeys(signal) });
  const keyId = keys.data?.keys.at(-1)?.keyId ?? '';
  return (
    <div className="evidence-screen" data-testid="evidence-screen">
      <h1>{t('evidence.title')}</h1>
      <section className="panel" aria-label={t('evidence.ask')}>
        <div className="panel-head">
          <span className="muted">{t('evidence.hint')}</span>
        </div>
        <EvidenceForm />
      </section>
      <section className="panel" aria-label={t('evidence.list')}>
        <div className="panel-head">
          <h2>{t('evidence.list')}</h2>
        </div>
        {jobs.isError && <p className="empty">{t('common.failed', { reason: jobs.error.message })}</p>}
        {jobs.isPending && <p className="empty">{t('common.loading')}</p>}
        {jobs.data?.length === 0 && <p className="empty">{t('evidence.none')}</p>}
        {jobs.data !== undefined && jobs.data.length > 0 && <EvidenceTable jobs={jobs.data} />}
      </section>
      <section className="panel" aria-label={t('evidence.verifyTitle')}>
        <div className="panel-head">
          <h2>{t('evidence.verifyTitle')}</h2>
        </div>
        <div className="evidence-verify">
          <p className="no-margin">{t('evidence.verifyText')}</p>
          <p className="no-margin">
            {t('evidence.key')} <code data-testid="evidence-key">{keyId}</code>
          </p>
          <p className="no-margin">
            <code>{t('evidence.verifyCommand', { key: keyId })}</code>
          </p>
          <p className="no-margin muted">{t('evidence.heads')}</p>
          <p className="no-margin">
            {/* The page must be a file of the inspector's own: served by this server it would have to be believed. */}
            <a className="button button-small" href="/verify/gatewatch-verify.html" download data-testid="verify-page">
              {t('evidence.verifyPage')}
            </a>
          </p>
        </div>
      </section>
    </div>
  );
}
