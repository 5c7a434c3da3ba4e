// Certificates of people: who holds a valid one, who does not; entering and revoking.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { CertificateList, CertificateView } from '../../domain/api/obligations-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDate } from '../time/plant-time.ts';
import { AddCertificateDialog, RevokeDialog } from './certificate-dialogs.tsx';
import { fetchCertificates } from './obligations-requests.ts';

const dayMs = 86_400_000;
const soonMs = 30 * dayMs;

export function CertificatesPanel(): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const mayManage = usePermission('certificates.manage');
  const { serverNowMs } = useLiveClient();
  const queries = useQueryClient();
  const [isAdding, setIsAdding] = useState(false);
  const [revoking, setRevoking] = useState<CertificateView | null>(null);
  const list = useQuery({ queryKey: ['obligations', 'certificates'], queryFn: ({ signal }) => fetchCertificates(signal) });
  const done = (): void => {
    setIsAdding(false);
    setRevoking(null);
    void queries.invalidateQueries({ queryKey: ['obligations'] });
  };
  if (list.error !== null) return <FailureNotice error={list.error} />;
  if (list.data === undefined) return <p className="empty">{t('common.loading')}</p>;
  const nowMs = serverNowMs();
  const missing = without(list.data, nowMs);
  return (
    <section className="panel" aria-label={t('obligations.certificate.title')} data-testid="certificates">
      <div className="panel-head">
        <h2>{t('obligations.certificate.title')}</h2>
        <span className="muted small">{t('obligations.certificate.hint')}</span>
        {mayManage && (
          <button type="button" className="button button-primary" onClick={() => setIsAdding(true)} data-testid="add-certificate">
            {t('obligations.certificate.add')}
          </button>
        )}
      </div>
      {missing.length > 0 && (
        <details className="missing">
          <summary>{t('obligations.certificate.missing', { count: missing.length })}</summary>
          <p className="no-margin">{missing.join('、')}</p>
        </details>
      )}
      {list.data.certificates.length === 0 ? (
        <p className="empty">{t('obligations.certificate.empty')}</p>
      ) : (
        <div className="matrix-scroll">
          <table className="table">
            <thead>
              <tr>
                {(['holder', 'name', 'number', 'issuer', 'validFrom', 'validTo', 'status'] as const).map((column) => (
                  <th key={column} scope="col">
                    {t(`obligations.certificate.${column}`)}
                  </th>
                ))}
                {mayManage && <th scope="col">{t('obligations.certificate.revoke')}</th>}
              </tr>
            </thead>
            <tbody>
              {list.data.certificates.map((certificate) => {
                const status = statusOf(certificate, nowMs);
                return (
                  <tr key={certificate.id} className="certificate-row" data-status={status}>
                    <th scope="row">{certificate.displayName}</th>
                    <td>{certificate.title}</td>
                    <td className="number">{certificate.number}</td>
                    <td>{certificate.issuer}</td>
                    <td className="number nowrap">{formatDate(certificate.validFromMs, zone)}</td>
                    <td className="number nowrap">{formatDate(certificate.expiresAtMs - 1, zone)}</td>
                    <td>
                      {status === 'revoked' && certificate.revoked !== null
                        ? t('obligations.certificate.revoked', {
                            date: formatDate(certificate.revoked.atMs, zone),
                            reason: certificate.revoked.reason,
                          })
                        : status === 'expiring'
                          ? t('obligations.certificate.expiring', { days: Math.ceil((certificate.expiresAtMs - nowMs) / dayMs) })
                          : t(`obligations.certificate.${status === 'revoked' ? 'expired' : status}`)}
                    </td>
                    {mayManage && (
                      <td>
                        {certificate.revoked === null && (
                          <button type="button" className="button button-small" onClick={() => setRevoking(certificate)}>
                            {t('obligations.certificate.revoke')}
                          </button>
                        )}
                      </td>
                    )}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {isAdding && <AddCertificateDialog list={list.data} onClose={() => setIsAdding(false)} onDone={done} />}
      {revoking !== null && <RevokeDialog certificate={revoking} onClose={() => setRevoking(null)} onDone={done} />}
    </section>
  );
}

type Status = 'revoked' | 'expired' | 'notYet' | 'expiring' | 'valid';

function statusOf(certificate: CertificateView, nowMs: number): Status {
  if (certificate.revoked !== null) return 'revoked';
  if (certificate.expiresAtMs <= nowMs) return 'expired';
  if (certificate.validFromMs > nowMs) return 'notYet';
  return certificate.expiresAtMs - nowMs < soonMs ? 'expiring' : 'valid';
}

function without(list: CertificateList, nowMs: number): string[] {
  const held = new Set(
    list.certificates.filter((certificate) => ['valid', 'expiring'].includes(statusOf(certificate, nowMs))).map(({ username }) => username),
  );
  return list.people.filter(({ username }) => !held.has(username)).map(({ displayName }) => displayName);
}
