// Counts over the whole ledger: by grade, area, age and source.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { HazardStatistics } from '../../domain/api/hazard-api.ts';
import { hazardGradeWords, hazardSourceWords } from '../../domain/hazards/hazard-words.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { ListWaiting } from '../shell/list-waiting.tsx';
import { fetchHazardStatistics } from './hazard-requests.ts';

type Counts = Pick<HazardStatistics['total'], 'open' | 'overdue' | 'atRisk' | 'closed'>;
const counted = ['open', 'overdue', 'atRisk', 'closed'] as const;

export function HazardStatisticsTab(): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  const statistics = useQuery({ queryKey: ['hazards', 'statistics'], queryFn: ({ signal }) => fetchHazardStatistics(signal) });
  if (statistics.data === undefined) return <ListWaiting query={statistics} />;
  const { total, byGrade, byArea, byAge, bySource } = statistics.data;
  const areaName = (id: string) => {
    const area = plant.areas.find((each) => each.id === id);
    return area === undefined ? id : text(area.name);
  };
  return (
    <div className="hazard-statistics" data-testid="hazard-statistics">
      <dl className="panel hazard-totals number">
        {(
          [
            ['open', total.open, false],
            ['unconfirmed', total.unconfirmed, false],
            ['overdue', total.overdue, true],
            ['atRisk', total.atRisk, false],
            ['suspended', total.supplySuspended, true],
            ['closed', total.closed, false],
            ['rejected', total.rejected, false],
            ['meanDays', total.meanDaysToClose ?? '—', false],
          ] as const
        ).map(([name, value, isBad]) => (
          <div key={name}>
            <dt>{t(`hazards.statistics.${name}`)}</dt>
            <dd data-bad={(isBad && value > 0) || undefined} data-testid={`total-${name}`}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      <CountTable
        title={t('hazards.statistics.byGrade')}
        head={t('hazards.statistics.grade')}
        rows={byGrade.map((row) => ({ name: row.grade === null ? t('hazards.notGraded') : text(hazardGradeWords[row.grade]), ...row }))}
      />
      <CountTable
        title={t('hazards.statistics.byArea')}
        head={t('hazards.statistics.area')}
        rows={byArea.map((row) => ({ name: areaName(row.areaId), ...row }))}
      />
      <section className="panel" aria-label={t('hazards.statistics.byAge')}>
        <div className="panel-head">
          <h2>{t('hazards.statistics.byAge')}</h2>
        </div>
        <table className="table number">
          <thead>
            <tr>
              <th scope="col">{t('hazards.statistics.age')}</th>
              <th scope="col" className="cell-right">
                {text(hazardGradeWords.major)}
              </th>
              <th scope="col" className="cell-right">
                {text(hazardGradeWords.ordinary)}
              </th>
              <th scope="col" className="cell-right">
                {t('hazards.notGraded')}
              </th>
            </tr>
          </thead>
          <tbody>
            {byAge.map((row) => (
              <tr key={row.band}>
                <th scope="row">{t(`hazards.statistics.band.${row.band}`)}</th>
                <td className="cell-right">{row.major}</td>
                <td className="cell-right">{row.ordinary}</td>
                <td className="cell-right">{row.ungraded}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <CountTable
        title={t('hazards.statistics.bySource')}
        head={t('hazards.statistics.source')}
        rows={bySource.map((row) => ({ name: text(hazardSourceWords[row.source]), ...row }))}
      />
    </div>
  );
}

function CountTable({
  title,
  head,
  rows,
}: {
  readonly title: string;
  readonly head: string;
  readonly rows: readonly (Counts & { readonly name: string })[];
}): ReactNode {
  const { t } = useWords();
  return (
    <section className="panel" aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
      </div>
      <table className="table number">
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {counted.map((name) => (
              <th key={name} scope="col" className="cell-right">
                {t(`hazards.statistics.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              {counted.map((name) => (
                <td key={name} className="cell-right" data-bad={(name === 'overdue' && row.overdue > 0) || undefined}>
                  {row[name]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
