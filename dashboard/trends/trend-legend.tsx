// The legend of a pane as a table: which line is which, its value under the cursor with its quality, and its figures over what is shown. Lines move
// between panes by dragging a row or by its menu.
import { type ReactNode, useMemo, useSyncExternalStore } from 'react';
import { qualityReason } from '../../domain/readings/quality.ts';
import { quantityOf, statisticsOf } from '../../domain/trends/trend-statistics.ts';
import { useWords } from '../language/language.ts';
import type { Observable } from '../live/observable.ts';
import { useZone } from '../session/plant-context.tsx';
import { Menu } from '../shell/menu.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { formatNumber, formatValue } from '../values/format-value.ts';
import { useStationName } from './point-name.ts';
import { rowAt } from './trend-data.ts';
import type { Pen } from './trend-pens.ts';

export const draggedPoint = 'application/x-gatewatch-point';

export interface TrendLegendProps {
  readonly pens: readonly Pen[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly cursor: Observable<number | null>;
  readonly onPointAt?: (pointId: string | null) => void;
  /** Absent where lines stay where they are. */
  readonly moving?: PenMoving;
}

export interface PenMoving {
  readonly paneIndex: number;
  readonly paneCount: number;
  readonly onMove: (pointId: string, toPane: number) => void;
  readonly onRemove: (pointId: string) => void;
  readonly onDragging: (isDragging: boolean) => void;
}

export function TrendLegend(props: TrendLegendProps): ReactNode {
  const { pens, cursor } = props;
  const { t } = useWords();
  const zone = useZone();
  const cursorMs = useSyncExternalStore(cursor.subscribe, cursor.get);
  const hasFlow = pens.some(({ point }) => quantityOf(point.unit) !== null || point.kind === 'counter');
  const hasEarlier = pens.some(({ earlier }) => earlier !== null);
  return (
    <table className="trend-legend number">
      <thead>
        <tr>
          <th scope="col">{t('trends.column.point')}</th>
          <th scope="col" className="cell-right trend-at">
            {cursorMs === null ? t('trends.column.now') : formatDateTime(cursorMs, zone)}
          </th>
          {hasEarlier && (
            <th scope="col" className="cell-right">
              {t('trends.column.earlier')}
            </th>
          )}
          {(['min', 'mean', 'max', 'last', 'good'] as const).map((name) => (
            <th key={name} scope="col" className="cell-right">
              {t(`trends.${name}`)}
            </th>
          ))}
          {hasFlow && (
            <th scope="col" className="cell-right">
              {t('trends.column.total')}
            </th>
          )}
          <th scope="col">{t('trends.column.unit')}</th>
          {props.moving !== undefined && (
            <th scope="col">
              <span className="visually-hidden">{t('trends.column.actions')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {pens.map((pen) => (
          <LegendRow key={pen.point.id} pen={pen} cursorMs={cursorMs} hasFlow={hasFlow} hasEarlier={hasEarlier} {...props} />
        ))}
      </tbody>
    </table>
  );
}

function LegendRow({
  pen,
  cursorMs,
  hasFlow,
  hasEarlier,
  ...props
}: TrendLegendProps & {
  readonly pen: Pen;
  readonly cursorMs: number | null;
  readonly hasFlow: boolean;
  readonly hasEarlier: boolean;
}): ReactNode {
  const { t, text, language } = useWords();
  const stationName = useStationName();
  const { point } = pen;
  const { fromMs, toMs, nowMs, moving, onPointAt } = props;
  const statistics = useMemo(
    () => statisticsOf(pen.columns, { fromMs, toMs: Math.min(toMs, nowMs), holdMs: pen.holdMs }),
    [pen, fromMs, toMs, nowMs],
  );
  const shown = (value: number | null): string =>
    value === null ? '—' : point.kind === 'discrete' ? formatValue(point, value, language) : formatNumber(value, point.digits);
  const figure = (value: number | null): string => (value === null ? '—' : formatNumber(value, point.digits));
  return (
    <tr
      draggable={moving !== undefined}
      onMouseEnter={() => onPointAt?.(point.id)}
      onMouseLeave={() => onPointAt?.(null)}
      onFocus={() => onPointAt?.(point.id)}
      onBlur={() => onPointAt?.(null)}
      onDragStart={(event) => {
        event.dataTransfer.setData(draggedPoint, point.id);
        event.dataTransfer.effectAllowed = 'move';
        moving?.onDragging(true);
      }}
      onDragEnd={() => moving?.onDragging(false)}
      data-testid={`pen-${point.id}`}
    >
      <th scope="row">
        <PenSample pen={pen} /> <b>{point.tag}</b> {text(point.name)} <span className="muted">{stationName(point.stationId)}</span>
      </th>
      <td className="cell-right trend-at" data-testid={`value-${point.id}`}>
        <ValueAt pen={pen} timeMs={cursorMs ?? Math.min(toMs, nowMs)} shown={shown} />
      </td>
      {hasEarlier && <td className="cell-right">{shown(earlierAt(pen, cursorMs ?? Math.min(toMs, nowMs)))}</td>}
      <td className="cell-right">{shown(statistics.minimum)}</td>
      <td className="cell-right">{point.kind === 'discrete' ? '' : figure(statistics.mean)}</td>
      <td className="cell-right">{shown(statistics.maximum)}</td>
      <td className="cell-right">{shown(statistics.last)}</td>
      <td className="cell-right" title={t('trends.goodHint')}>
        {percentText(statistics.goodShare)}
      </td>
      {hasFlow && <td className="cell-right">{totalText(pen, statistics, t('trends.increase'))}</td>}
      <td>{point.unit}</td>
      {moving !== undefined && (
        <td className="cell-right">
          <PenMenu {...moving} pen={pen} />
        </td>
      )}
    </tr>
  );
}

function earlierAt({ earlier, holdMs }: Pen, timeMs: number): number | null {
  if (earlier === null) return null;
  const row = rowAt(earlier, timeMs, holdMs);
  return row === -1 ? null : (earlier.means[row] ?? null);
}

function ValueAt({ pen, timeMs, shown }: { readonly pen: Pen; readonly timeMs: number; readonly shown: (value: number | null) => string }) {
  const { t } = useWords();
  const { columns, quality, gaps } = pen;
  const span = quality.find(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs);
  const isGap = gaps.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs);
  const row = isGap ? -1 : rowAt(columns, timeMs, pen.holdMs);
  const mean = columns.means[row] ?? null;
  const [low, high] = [columns.minima[row] ?? null, columns.maxima[row] ?? null];
  const reasons = span?.codes.map((code) => t(`quality.${qualityReason(code)}`)).join(', ') ?? '';
  return (
    <>
      {span !== undefined && (
        <span className="trend-quality" title={reasons}>
          {t(`trends.severity.${span.severity}`)} {reasons === '' ? t('trends.reasonWhenZoomed') : reasons}
        </span>
      )}
      {row === -1 && span === undefined ? <span className="muted">{t('trends.gap')}</span> : <b>{shown(mean)}</b>}
      {low !== null && high !== null && low !== high && (
        <span className="muted trend-band">
          {shown(low)}…{shown(high)}
        </span>
      )}
    </>
  );
}

function percentText(share: number): string {
  // Never rounded up to all where something is missing.
  const percent = share >= 1 ? 100 : Math.floor(share * 1_000) / 10;
  return `${percent.toFixed(1)} %`;
}

function totalText({ point }: Pen, statistics: ReturnType<typeof statisticsOf>, increase: string): string {
  const { first, last, area, knownMs } = statistics;
  if (point.kind === 'counter') return first === null || last === null ? '—' : `${increase} ${formatNumber(last - first, point.digits)}`;
  const quantity = quantityOf(point.unit);
  if (quantity === null) return '';
  return knownMs === 0 ? '—' : `${formatNumber(area / quantity.perMs, point.digits)} ${quantity.unit}`;
}

export function PenSample({ pen }: { readonly pen: Pen }): ReactNode {
  return (
    <svg className="pen-sample" viewBox="0 0 44 16" width="44" height="16" aria-hidden="true" focusable="false">
      <line
        x1="16"
        x2="44"
        y1="8"
        y2="8"
        strokeWidth="2"
        style={{ stroke: `var(${pen.style.colour})` }}
        strokeDasharray={pen.style.dash.join(' ')}
      />
      <rect x="0.75" y="0.75" width="14.5" height="14.5" rx="3" style={{ stroke: `var(${pen.style.colour})`, fill: 'var(--surface)' }} />
      <text x="8" y="12" textAnchor="middle" style={{ fill: `var(${pen.style.colour})` }}>
        {pen.letter}
      </text>
    </svg>
  );
}

function PenMenu({ pen, paneIndex, paneCount, onMove, onRemove }: PenMoving & { readonly pen: Pen }): ReactNode {
  const { t, text } = useWords();
  const { id, tag, name } = pen.point;
  const panes = Array.from({ length: paneCount + 1 }, (_, index) => index).filter((index) => index !== paneIndex);
  return (
    <Menu
      label={t('trends.penMenu', { name: `${tag} ${text(name)}` })}
      isIcon
      button={<span aria-hidden="true">⋯</span>}
      className="pen-menu"
      testId={`pen-menu-${id}`}
    >
      {(close) => (
        <div className="trend-menu-list">
          {panes.map((index) => (
            <button
              key={index}
              type="button"
              onClick={() => {
                close();
                onMove(id, index);
              }}
              data-testid={`move-${index}`}
            >
              {index === paneCount ? t('trends.toNewPane') : t('trends.toPane', { number: index + 1 })}
            </button>
          ))}
          <button
            type="button"
            onClick={() => {
              close();
              onRemove(id);
            }}
            data-testid="remove-pen"
          >
            {t('trends.removePoint')}
          </button>
        </div>
      )}
    </Menu>
  );
}
