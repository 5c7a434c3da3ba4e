// The retrieval log: who looked at which pictures, when, and why.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatClock, formatDateTime } from '../time/plant-time.ts';
import { fetchRetrievalLog } from './video-requests.ts';

export function RetrievalLog(): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const log = useQuery({ queryKey: ['cameras', 'log'], queryFn: ({ signal }) => fetchRetrievalLog(signal) });
  const time = (atMs: number): string => formatDateTime(atMs, zone);
  if (log.data === undefined || log.data.length === 0)
    return (
      <p className="empty">
        {log.isError ? t('common.failed', { reason: log.error.message }) : t(log.isPending ? 'common.loading' : 'video.log.none')}
      </p>
    );
  return (
    <section className="panel video-scroll" aria-label={t('video.tab.log')}>
      <table className="table" data-testid="retrieval-log">
        <thead>
          <tr>
            {(['when', 'who', 'what', 'cameras', 'why', 'pictures'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`video.log.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {log.data.map((look) => (
            <tr key={look.id}>
              <td className="number">
                {time(look.begunAtMs)}
                <div className="muted small">
                  {look.endedAtMs === null ? t('video.log.running') : `– ${formatClock(look.endedAtMs, zone)}`}
                </div>
              </td>
              <td>{look.displayName}</td>
              <td>
                {t(`video.kind.${look.kind}`)}
                {look.recordedFromMs !== null && look.recordedToMs !== null && (
                  <div className="muted small number">
                    {t('video.log.range', { from: time(look.recordedFromMs), to: time(look.recordedToMs) })}
                  </div>
                )}
              </td>
              <td className="number">{look.cameraIds.join(', ')}</td>
              <td>
                {t(`video.purpose.${look.purpose}`)}：{look.reason}
              </td>
              <td className="number">{look.pictures}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
