// Every point of the station: value with unit, bar with normal band and limits, ten minutes, quality; sorted and filtered by the person.
import { Link } from '@tanstack/react-router';
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { memo, type ReactNode, useMemo, useState } from 'react';
import { priorityNumber } from '../../domain/alarms/priority.ts';
import type { PointView } from '../../domain/api/plant-api.ts';
import { type AlarmSummary, noAlarms } from '../alarms/alarm-order.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { PointTestCell } from '../maintenance/point-test-cell.tsx';
import { type PointTest, useWork } from '../maintenance/use-work.ts';
import { usePermission } from '../session/plant-context.tsx';
import { noiseSpan } from '../values/noise-span.ts';
import { usePointReading } from '../values/point-reading.ts';
import { ReadingText, useUnknownText } from '../values/reading-text.tsx';
import { Sparkline } from '../values/sparkline.tsx';
import { ValueBar } from '../values/value-bar.tsx';
import type { AlarmsByPoint } from './mimic/mimic.tsx';

interface PointRow {
  readonly point: PointView;
  readonly summary: AlarmSummary;
  readonly name: string;
  /** Worst first: 1 … 4, then 9 for none. */
  readonly urgency: number;
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});
const helper = createColumnHelper<typeof features, PointRow>();
const columns = helper.columns([
  helper.accessor('urgency', { id: 'state', sortFn: 'basic' }),
  helper.accessor((row) => row.point.tag, { id: 'tag', sortFn: 'alphanumeric' }),
  helper.accessor('name', { id: 'name', sortFn: 'alphanumeric' }),
]);

export function PointTable({
  points,
  alarmsByPoint,
}: {
  readonly points: readonly PointView[];
  readonly alarmsByPoint: AlarmsByPoint;
}): ReactNode {
  const { t, text, language } = useWords();
  const [wanted, setWanted] = useState('');
  const [isOnlyAbnormal, setIsOnlyAbnormal] = useState(false);
  const rows = useMemo(() => {
    const needle = wanted.trim().toLowerCase();
    return points
      .map((point): PointRow => {
        const summary = alarmsByPoint.get(point.id) ?? noAlarms;
        return {
          point,
          summary,
          name: point.name[language],
          urgency: summary.worstPriority === null ? 9 : priorityNumber[summary.worstPriority],
        };
      })
      .filter(
        (row) => (needle === '' || `${row.point.tag} ${row.name}`.toLowerCase().includes(needle)) && (!isOnlyAbnormal || row.urgency < 9),
      );
  }, [points, alarmsByPoint, wanted, isOnlyAbnormal, language]);
  const table = useTable({ features, columns, data: rows, getRowId: (row) => row.point.id, enableSortingRemoval: true });

  const mayTest = usePermission('points.test');
  const { testByPoint } = useWork();
  const hasTestColumn = mayTest || points.some((point) => testByPoint.has(point.id));

  const sortable = (id: 'state' | 'tag' | 'name', label: string): ReactNode => {
    const column = table.getColumn(id);
    const sorted = column?.getIsSorted() ?? false;
    return (
      <th scope="col" aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'}>
        <button
          type="button"
          className="sort-button"
          title={t('station.sortedBy', { column: label })}
          onClick={() => column?.toggleSorting(sorted === 'asc')}
        >
          {label} <span aria-hidden="true">{sorted === 'asc' ? '▲' : sorted === 'desc' ? '▼' : ''}</span>
        </button>
      </th>
    );
  };

  return (
    <section className="panel point-panel" aria-label={t('station.points')}>
      <div className="panel-head">
        <h2>{t('station.points')}</h2>
        <span className="muted small number">{t('common.points', { shown: rows.length, total: points.length })}</span>
        <label className="check small">
          <input type="checkbox" checked={isOnlyAbnormal} onChange={(event) => setIsOnlyAbnormal(event.target.checked)} />
          {t('station.onlyAbnormal')}
        </label>
        <input
          className="input point-search"
          type="search"
          placeholder={t('station.search')}
          aria-label={t('station.search')}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </div>
      <div className="point-scroll">
        <table className="point-table" data-testid="point-table">
          <thead>
            <tr>
              {sortable('state', t('common.state'))}
              {sortable('tag', t('common.tag'))}
              {sortable('name', t('common.name'))}
              <th scope="col" className="cell-right">
                {t('common.value')}
              </th>
              <th scope="col">{t('station.band')}</th>
              <th scope="col">{t('station.trend')}</th>
              <th scope="col">{t('station.quality')}</th>
              {hasTestColumn && <th scope="col">{t('maintenance.startTest')}</th>}
            </tr>
          </thead>
          <tbody>
            {table.getRowModel().rows.map((row) => (
              <PointLine
                key={row.id}
                point={row.original.point}
                summary={row.original.summary}
                name={text(row.original.point.name)}
                test={testByPoint.get(row.original.point.id) ?? null}
                mayTest={mayTest}
                hasTestCell={hasTestColumn}
              />
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p className="empty">{t('station.noPoints')}</p>}
      </div>
    </section>
  );
}

const PointLine = memo(function PointLine({
  point,
  summary,
  name,
  test,
  mayTest,
  hasTestCell,
}: {
  readonly point: PointView;
  readonly summary: AlarmSummary;
  readonly name: string;
  readonly test: PointTest | null;
  readonly mayTest: boolean;
  readonly hasTestCell: boolean;
}): ReactNode {
  const { t } = useWords();
  return (
    <tr data-testid={`point-${point.id}`} data-hue={summary.worstPriority ?? undefined}>
      <td>
        {summary.worstPriority !== null && (
          <PriorityMark priority={summary.worstPriority} flash={summary.isWorstUnacknowledged ? 'fast' : 'none'} size={18} />
        )}
      </td>
      <td className="cell-tag">
        <Link
          to="/stations/$stationId"
          params={{ stationId: point.stationId }}
          search={{ point: point.id }}
          resetScroll={false}
          aria-label={t('faceplate.open', { name: `${point.tag} ${name}` })}
        >
          {point.tag}
        </Link>
      </td>
      <td className="cell-name">{name}</td>
      <td className="cell-right">
        <ReadingText point={point} />
      </td>
      <td className="cell-bar">
        <ValueBar point={point} />
      </td>
      <td className="cell-spark">{point.kind === 'analog' && <Sparkline pointId={point.id} minimumSpan={noiseSpan(point)} />}</td>
      <td className="cell-quality">
        <QualityText pointId={point.id} />
      </td>
      {hasTestCell && (
        <td className="cell-test">
          <PointTestCell point={point} test={test} mayTest={mayTest} />
        </td>
      )}
    </tr>
  );
});

function QualityText({ pointId }: { readonly pointId: string }): ReactNode {
  const { t } = useWords();
  const reading = usePointReading(pointId);
  const unknownText = useUnknownText();
  if (reading.kind === 'unknown') return <b className="small">{unknownText(reading)}</b>;
  if (reading.doubt !== null) return <b className="small">{t(`quality.${reading.doubt}`)}</b>;
  return <span className="muted small">{t('quality.good')}</span>;
}
