// The signs above a pane: alarms that rose and went, what people did. Each tells its lines when it is pointed at or focused, with a way to the alarm.
import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import type { TrendMark } from '../../domain/api/trends-api.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { clusterMarks, leading, type MarkCluster } from './mark-clusters.ts';
import { useMarkText } from './mark-text.ts';
import type { HorizontalBox } from './plot-options.ts';

const signWidth = 20;
const linesShown = 8;

export function MarkStrip({
  marks,
  fromMs,
  toMs,
  box,
}: {
  readonly marks: readonly TrendMark[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly box: HorizontalBox;
}): ReactNode {
  const { t } = useWords();
  const clusters = useMemo(
    () => (box.width === 0 ? [] : clusterMarks(marks, { fromMs, toMs }, signWidth / box.width)),
    [marks, fromMs, toMs, box.width],
  );
  const [openKey, setOpenKey] = useState<number | null>(null);
  const [current, setCurrent] = useState(0);
  const strip = useRef<HTMLDivElement>(null);
  if (clusters.length === 0) return null;
  const at = Math.min(current, clusters.length - 1);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      setOpenKey(null);
      return;
    }
    const isSign = event.target instanceof HTMLElement && event.target.classList.contains('trend-sign');
    if (!isSign || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
    event.preventDefault();
    const next = Math.min(clusters.length - 1, Math.max(0, at + (event.key === 'ArrowLeft' ? -1 : 1)));
    setCurrent(next);
    strip.current?.querySelectorAll<HTMLElement>('.trend-sign')[next]?.focus();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: no fieldset: a row of signs, not of fields
    <div ref={strip} className="trend-signs" role="group" aria-label={t('trends.marks')} onKeyDown={onKeyDown} data-testid="trend-signs">
      {clusters.map((cluster, index) => (
        <Sign
          key={cluster.marks[0]?.sequence}
          cluster={cluster}
          box={box}
          isReached={index === at}
          isOpen={openKey === cluster.marks[0]?.sequence}
          onOpen={(isOpen) => {
            setOpenKey(isOpen ? (cluster.marks[0]?.sequence ?? null) : null);
            if (isOpen) setCurrent(index);
          }}
        />
      ))}
    </div>
  );
}

function Sign({
  cluster,
  box,
  isReached,
  isOpen,
  onOpen,
}: {
  readonly cluster: MarkCluster;
  readonly box: HorizontalBox;
  readonly isReached: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
}): ReactNode {
  const { t } = useWords();
  const textOf = useMarkText();
  const { marks, at } = cluster;
  const first = leading(marks);
  if (first === null) return null;
  const left = box.left + at * box.width;
  const summary = marks.length === 1 ? textOf(first).line : t('trends.markCount', { count: marks.length, first: textOf(first).line });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps the lines open while the pointer is on them
    <div
      className="trend-sign-place"
      style={{ left: left - signWidth / 2 }}
      onMouseEnter={() => onOpen(true)}
      onMouseLeave={() => onOpen(false)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onOpen(false);
      }}
    >
      <button
        type="button"
        className="trend-sign"
        tabIndex={isReached ? 0 : -1}
        aria-expanded={isOpen}
        onFocus={() => onOpen(true)}
        onClick={() => onOpen(true)}
        data-testid="trend-sign"
      >
        {first.kind === 'alarm.raise' && first.priority !== null ? (
          <PriorityMark priority={first.priority} size={16} />
        ) : (
          <span className="trend-sign-letter" aria-hidden="true">
            {textOf(first).sign}
          </span>
        )}
        <span className="visually-hidden">{summary}</span>
        {marks.length > 1 && (
          <span className="trend-sign-count" aria-hidden="true">
            {marks.length}
          </span>
        )}
      </button>
      {isOpen && <MarkLines marks={marks} isLeft={at > 0.6} />}
    </div>
  );
}

function MarkLines({ marks, isLeft }: { readonly marks: readonly TrendMark[]; readonly isLeft: boolean }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const textOf = useMarkText();
  return (
    <div className={isLeft ? 'trend-lines trend-lines-left' : 'trend-lines'} data-testid="trend-lines">
      <ul>
        {marks.slice(0, linesShown).map((mark) => (
          <li key={mark.sequence}>
            <span className="number">{formatDateTime(mark.timeMs, zone)}</span> <b>{textOf(mark).what}</b>{' '}
            {mark.alarmId === null ? (
              textOf(mark).about
            ) : (
              <Link to="/alarms/$alarmId" params={{ alarmId: mark.alarmId }}>
                {textOf(mark).about}
              </Link>
            )}
            <span className="muted">
              {' '}
              {textOf(mark).who}
              {mark.comment !== null && <q>{mark.comment}</q>}
            </span>
          </li>
        ))}
      </ul>
      {marks.length > linesShown && <p className="muted small no-margin">{t('trends.marksMore', { count: marks.length - linesShown })}</p>}
    </div>
  );
}
