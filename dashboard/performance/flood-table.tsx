// The floods of the period, newest first.
import type { ReactNode } from 'react';
import type { PerformanceView } from '../../domain/api/performance-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';

const mostShown = 20;

export function FloodTable({
  floods,
  observedToMs,
}: {
  readonly floods: PerformanceView['floods'];
  readonly observedToMs: number;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  return (
    <section className="panel" aria-label={t('performance.floods')} data-testid="flood-periods">
      <div className="panel-head">
        <h2>{t('performance.floods')}</h2>
        <span className="muted small number">{floods.length}</span>
      </div>
      {floods.length === 0 ? (
        <p className="empty">{t('performance.noFloods')}</p>
      ) : (
        <table className="table number">
          <thead>
            <tr>
              <th scope="col">{t('performance.floodFrom')}</th>
              <th scope="col">{t('performance.floodLasted')}</th>
              <th scope="col" className="cell-right">
                {t('performance.announced')}
              </th>
              <th scope="col" className="cell-right">
                {t('performance.peak')}
              </th>
            </tr>
          </thead>
          <tbody>
            {floods
              .toReversed()
              .slice(0, mostShown)
              .map((flood) => (
                <tr key={flood.startMs}>
                  <td>{formatDateTime(flood.startMs, zone)}</td>
                  <td>
                    {durationText((flood.endMs ?? observedToMs) - flood.startMs)}{' '}
                    {flood.endMs === null && <span className="tag">{t('performance.floodOn')}</span>}
                  </td>
                  <td className="cell-right">{flood.announced}</td>
                  <td className="cell-right">{flood.peak}</td>
                </tr>
              ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
