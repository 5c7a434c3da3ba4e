// One pane: legend, drawing, and what is to be said about its data. Lines dragged from other panes are dropped here.
import { type DragEvent, type ReactNode, useState } from 'react';
import type { TrendMark } from '../../domain/api/trends-api.ts';
import type { TrendScale, ValueRange } from '../../domain/trends/trend-view.ts';
import { useWords } from '../language/language.ts';
import type { Observable } from '../live/observable.ts';
import { useDurationText } from '../values/duration-text.ts';
import type { AxisSides } from './plot-options.ts';
import { draggedPoint, TrendLegend } from './trend-legend.tsx';
import type { Pen } from './trend-pens.ts';
import { type RangeStep, TrendPlot } from './trend-plot.tsx';
import type { Trend } from './use-trends.ts';

export interface TrendPaneProps {
  readonly pens: readonly Pen[];
  readonly trends: readonly Trend[];
  readonly marks: readonly TrendMark[];
  readonly paneIndex: number;
  readonly paneCount: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly scale: TrendScale;
  readonly height: number;
  readonly cursor: Observable<number | null>;
  readonly sides: AxisSides;
  readonly values: readonly ValueRange[];
  readonly onRange: (fromMs: number, toMs: number, step: RangeStep, values?: readonly ValueRange[]) => void;
  readonly onMovePoint: (pointId: string, toPane: number) => void;
  readonly onRemovePoint: (pointId: string) => void;
  readonly onDragging: (isDragging: boolean) => void;
  readonly onDrop: (event: DragEvent) => void;
}

export function TrendPane(props: TrendPaneProps): ReactNode {
  const { pens, trends, marks, paneIndex, paneCount, fromMs, toMs, nowMs, scale, cursor, onRange, onDragging, onDrop } = props;
  const { t } = useWords();
  const durationText = useDurationText();
  const [isOver, setIsOver] = useState(false);
  const [pointedAt, setPointedAt] = useState<string | null>(null);
  const failed = trends.find(({ error }) => error !== null);
  const isLoading = trends.some((trend) => trend.isLoading);
  const isEmpty = trends.every(({ columns }) => columns.times.length === 0);
  const bucketMs = trends.find((trend) => trend.bucketMs !== null)?.bucketMs ?? null;
  return (
    <section
      className={isOver ? 'panel trend-pane trend-pane-over' : 'panel trend-pane'}
      aria-label={t('trends.pane', { number: paneIndex + 1 })}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(draggedPoint)) return;
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) setIsOver(false);
      }}
      onDrop={(event) => {
        setIsOver(false);
        onDrop(event);
      }}
      data-testid={`pane-${paneIndex}`}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable) */}
      <section className="trend-legend-box" tabIndex={0} aria-label={t('trends.legend')}>
        <TrendLegend
          pens={pens}
          fromMs={fromMs}
          toMs={toMs}
          nowMs={nowMs}
          cursor={cursor}
          onPointAt={setPointedAt}
          moving={{ paneIndex, paneCount, onMove: props.onMovePoint, onRemove: props.onRemovePoint, onDragging }}
        />
      </section>
      <TrendPlot
        pens={pens}
        fromMs={fromMs}
        toMs={toMs}
        nowMs={nowMs}
        height={props.height}
        scale={scale}
        cursor={cursor}
        marks={marks}
        sides={props.sides}
        values={props.values}
        pointedAt={pens.length > 1 ? pointedAt : null}
        onRange={onRange}
      />
      <p className="trend-note small muted">
        {failed?.error ? (
          <b role="alert">
            {t('trends.failed')}: {failed.error.message}
          </b>
        ) : isLoading ? (
          t('common.loading')
        ) : isEmpty ? (
          t('trends.noData')
        ) : (
          bucketMs !== null && t('trends.bucket', { duration: bucketMs < 1_000 ? `${bucketMs} ms` : durationText(bucketMs) })
        )}
      </p>
    </section>
  );
}
