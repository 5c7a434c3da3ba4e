// What stands over the panes: points, span, live and pause, moving and zooming the window, comparison, scale, marks, views, export.
import { useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type TrendComparison, type TrendWindow, trendComparisons, trendScales } from '../../domain/trends/trend-view.ts';
import { useWords } from '../language/language.ts';
import { useIsPast } from '../replay/replay-context.tsx';
import { KeyHint } from '../shell/key-hint.tsx';
import { useDurationText } from '../values/duration-text.ts';
import { ExportMenu } from './export-menu.tsx';
import { RangeForm } from './range-form.tsx';
import type { Pen } from './trend-pens.ts';
import type { TrendsSearch } from './trend-search.ts';
import { ViewsMenu } from './views-menu.tsx';

const spans = [10, 60, 480, 1_440, 10_080, 43_200, 525_600] as const;

export interface TrendsBarProps {
  readonly search: TrendsSearch;
  readonly window: TrendWindow;
  readonly fromMs: number;
  readonly toMs: number;
  readonly penPanes: readonly (readonly Pen[])[];
  readonly onSearch: (search: TrendsSearch) => void;
  readonly onRange: (fromMs: number, toMs: number) => void;
  readonly onLive: (minutes: number) => void;
  readonly onGoLive: () => void;
  readonly onPause: () => void;
  readonly onMove: (share: number) => void;
  readonly onZoom: (factor: number) => void;
  readonly onAdd: () => void;
}

export function TrendsBar(props: TrendsBarProps): ReactNode {
  const { search, window, onSearch, onLive, onGoLive, onPause, onMove, onZoom, onAdd } = props;
  const { t } = useWords();
  const router = useRouter();
  const durationText = useDurationText();
  const isPast = useIsPast();
  const isLive = window.kind === 'live';
  const step = (label: string, sign: string, action: () => void, testId: string): ReactNode => (
    <button type="button" className="button" aria-label={label} title={label} onClick={action} data-testid={testId}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
  return (
    <div className="trends-bar">
      <div className="trends-head">
        <h1>{t('trends.title')}</h1>
        <button type="button" className="button button-primary" onClick={onAdd} data-testid="add-points">
          {t('trends.add')}
        </button>
        <fieldset className="choices" aria-label={t('trends.span')}>
          {spans.map((span) => (
            <button
              key={span}
              type="button"
              aria-pressed={isLive && window.minutes === span}
              onClick={() => onLive(span)}
              data-testid={`span-${span}`}
            >
              {durationText(span * 60_000)}
            </button>
          ))}
        </fieldset>
        {isLive ? (
          <button type="button" className="button trends-live" onClick={onPause} data-testid="pause">
            <span className="trends-beat" aria-hidden="true" /> {isPast ? t('replay.follows') : t('trends.live')} · {t('trends.pause')}{' '}
            <KeyHint name="p" />
          </button>
        ) : (
          <button type="button" className="button" onClick={onGoLive} data-testid="go-live">
            {isPast ? t('replay.follow') : t('trends.goLive')} <KeyHint name="l" />
          </button>
        )}
        <fieldset className="trends-steps" aria-label={t('trends.navigate')}>
          {step(t('trends.earlier'), '◀', () => onMove(-0.5), 'move-earlier')}
          {step(t('trends.later'), '▶', () => onMove(0.5), 'move-later')}
          {step(t('trends.zoomIn'), '＋', () => onZoom(0.5), 'zoom-in')}
          {step(t('trends.zoomOut'), '－', () => onZoom(2), 'zoom-out')}
          {step(t('trends.back'), '↶', () => router.history.back(), 'view-back')}
          {step(t('trends.forward'), '↷', () => router.history.forward(), 'view-forward')}
        </fieldset>
        <ViewsMenu search={search} onOpen={onSearch} />
        <ExportMenu search={search} penPanes={props.penPanes} fromMs={props.fromMs} toMs={props.toMs} />
      </div>
      <div className="trends-head">
        <RangeForm key={`${search.from}-${search.to}`} fromMs={props.fromMs} toMs={props.toMs} onRange={props.onRange} />
        <label className="trends-choice">
          <span>{t('trends.compare')}</span>
          <select
            className="input"
            value={search.compare ?? 'none'}
            onChange={(event) => onSearch(withComparison(search, event.target.value))}
            data-testid="compare"
          >
            {trendComparisons.map((name) => (
              <option key={name} value={name}>
                {t(`trends.comparison.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="trends-choice">
          <span>{t('trends.scale')}</span>
          <select
            className="input"
            value={search.scale ?? 'data'}
            onChange={(event) => {
              const { scale: _, ...rest } = search;
              onSearch(event.target.value === 'instrument' ? { ...rest, scale: 'instrument' } : rest);
            }}
            data-testid="scale"
          >
            {trendScales.map((name) => (
              <option key={name} value={name}>
                {t(`trends.scaleOf.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={search.marks !== 'off'}
            onChange={(event) => {
              const { marks: _, ...rest } = search;
              onSearch(event.target.checked ? rest : { ...rest, marks: 'off' });
            }}
            data-testid="show-marks"
          />
          {t('trends.showMarks')}
        </label>
        <span className="muted small trends-keys">{t('trends.keys')}</span>
      </div>
    </div>
  );
}

function withComparison(search: TrendsSearch, name: string): TrendsSearch {
  const { compare: _, ...rest } = search;
  const chosen: TrendComparison = trendComparisons.find((candidate) => candidate === name) ?? 'none';
  return chosen === 'none' ? rest : { ...rest, compare: chosen };
}
