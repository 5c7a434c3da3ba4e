// Every figure with its target and verdict.
import type { ReactNode } from 'react';
import type { PerformanceView } from '../../domain/api/performance-api.ts';
import { useWords } from '../language/language.ts';
import { useFigureText } from './figure-text.ts';
import { VerdictMark } from './verdict-mark.tsx';

export function FigureTable({ view }: { readonly view: PerformanceView }): ReactNode {
  const { t } = useWords();
  const figureText = useFigureText();
  return (
    <section className="panel" aria-label={t('performance.figures')}>
      <div className="panel-head">
        <h2>{t('performance.figures')}</h2>
        <span className="muted small">ANSI/ISA-18.2 · IEC 62682 · EEMUA 191</span>
      </div>
      <div className="table-scroll">
        <table className="table figure-table" data-testid="figures">
          <thead>
            <tr>
              <th scope="col">{t('performance.figure')}</th>
              <th scope="col" className="cell-right">
                {t('common.value')}
              </th>
              <th scope="col">{t('performance.target')}</th>
              <th scope="col">{t('performance.verdictHead')}</th>
              <th scope="col" className="figure-about">
                {t('performance.meaning')}
              </th>
            </tr>
          </thead>
          <tbody>
            {view.figures.map((figure) => (
              <tr key={figure.id} data-testid={`figure-${figure.id}`} data-verdict={figure.verdict}>
                <th scope="row">{t(`performance.name.${figure.id}`)}</th>
                <td className="cell-right number figure-value">{figureText.value(figure)}</td>
                <td className="number muted figure-target">{figureText.target(figure)}</td>
                <td>
                  <VerdictMark verdict={figure.verdict} />
                </td>
                <td className="muted small figure-about">{t(`performance.about.${figure.id}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
