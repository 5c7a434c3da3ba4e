// Trends: any points, live or past, one pane a point, one window and one cursor for all.
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useMemo, useState } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient, useSubscription } from '../live/live-context.tsx';
import { SearchBox } from '../search/search-box.tsx';
import { useSearchIndex } from '../search/search-index.ts';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { KeyHint } from '../shell/key-hint.tsx';
import { useKeys } from '../shell/keys.ts';
import { formatDateTime, parseDateTime } from '../time/plant-time.ts';
import { useAllPoints } from '../values/all-points.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { TrendChart } from './trend-chart.tsx';
import { type TrendWindow, useTrend } from './use-trend.ts';
import './trends.css';

const route = getRouteApi('/trends');
const pointsMaximum = 8;
const spans = [10, 60, 480, 1_440, 10_080] as const;
const shortestWindowMs = 5_000;

export function TrendsScreen(): ReactNode {
  const { t, text } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { stations } = usePlant();
  const { serverNowMs } = useLiveClient();
  const durationText = useDurationText();
  const nowMs = useNow(1_000);
  const pointsQuery = useAllPoints();
  const pointIds = useMemo(() => (search.points ?? '').split(',').filter(Boolean).slice(0, pointsMaximum), [search.points]);
  const points = useMemo(
    () =>
      pointIds.map((id) => pointsQuery.data?.find((point) => point.id === id)).filter((point): point is PointView => point !== undefined),
    [pointIds, pointsQuery.data],
  );
  const [isPicking, setIsPicking] = useState(false);
  const minutes = search.minutes ?? 60;
  const window: TrendWindow =
    search.from !== undefined && search.to !== undefined
      ? { kind: 'past', fromMs: search.from, toMs: search.to }
      : { kind: 'live', minutes };
  const toMs = window.kind === 'live' ? nowMs : window.toMs;
  const fromMs = window.kind === 'live' ? nowMs - minutes * 60_000 : window.fromMs;
  useSubscription([], pointIds);

  const goLive = (): void => void navigate({ search: { ...(search.points && { points: search.points }), minutes } });
  const setRange = (from: number, to: number): void => {
    const end = Math.min(to, serverNowMs());
    if (end - from < shortestWindowMs) return;
    void navigate({ search: { ...search, from: Math.round(from), to: Math.round(end) }, replace: true });
  };
  const setPoints = (ids: readonly string[]): void => {
    const { points: _, ...rest } = search;
    void navigate({ search: ids.length === 0 ? rest : { ...rest, points: ids.join(',') }, replace: true });
  };
  useKeys([['l', goLive]]);

  const paneHeight = points.length <= 1 ? 420 : points.length === 2 ? 300 : 220;
  return (
    <div className="trends">
      <div className="trends-head">
        <h1>{t('trends.title')}</h1>
        <button type="button" className="button button-primary" onClick={() => setIsPicking(true)} data-testid="add-points">
          {t('trends.add')}
        </button>
        <fieldset className="choices" aria-label={t('trends.span')}>
          {spans.map((span) => (
            <button
              key={span}
              type="button"
              aria-pressed={window.kind === 'live' && minutes === span}
              onClick={() => void navigate({ search: { ...(search.points && { points: search.points }), minutes: span } })}
            >
              {durationText(span * 60_000)}
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          className="button"
          aria-pressed={window.kind === 'live'}
          onClick={goLive}
          disabled={window.kind === 'live'}
          data-testid="go-live"
        >
          {window.kind === 'live' ? t('trends.live') : t('trends.goLive')} <KeyHint name="l" />
        </button>
        <RangeForm key={`${search.from}-${search.to}`} fromMs={fromMs} toMs={toMs} onRange={setRange} />
        <span className="muted small trends-keys">{t('trends.keys')}</span>
      </div>
      {points.length > 0 && (
        <ul className="picked">
          {points.map((point) => {
            const station = stations.find((candidate) => candidate.id === point.stationId);
            return (
              <li key={point.id}>
                <span>
                  {station === undefined ? point.stationId : text(station.name)} <b>{point.tag}</b> {text(point.name)}
                </span>
                <button
                  type="button"
                  aria-label={t('trends.remove', { name: `${point.tag} ${text(point.name)}` })}
                  onClick={() => setPoints(pointIds.filter((id) => id !== point.id))}
                >
                  ×
                </button>
              </li>
            );
          })}
        </ul>
      )}
      {points.length === 0 && (
        <div className="panel empty">
          <strong>{pointsQuery.isPending ? t('common.loading') : t('trends.empty')}</strong>
          {t('trends.emptyHint')}
        </div>
      )}
      {points.map((point) => (
        <TrendPane
          key={point.id}
          point={point}
          window={window}
          fromMs={fromMs}
          toMs={toMs}
          nowMs={nowMs}
          height={paneHeight}
          onRange={setRange}
        />
      ))}
      {isPicking && <PickDialog pointIds={pointIds} onPick={setPoints} onClose={() => setIsPicking(false)} />}
    </div>
  );
}

interface TrendPaneProps {
  readonly point: PointView;
  readonly window: TrendWindow;
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly height: number;
  readonly onRange: (fromMs: number, toMs: number) => void;
}

function TrendPane({ point, window, fromMs, toMs, nowMs, height, onRange }: TrendPaneProps): ReactNode {
  const { t } = useWords();
  const durationText = useDurationText();
  const trend = useTrend(point, window, nowMs);
  return (
    <section className="panel trend-pane">
      <TrendChart point={point} columns={trend.columns} fromMs={fromMs} toMs={toMs} height={height} syncKey="trends" onRange={onRange} />
      <p className="trend-note small muted">
        {trend.error !== null ? (
          <b role="alert">
            {t('trends.failed')}: {trend.error.message}
          </b>
        ) : trend.isLoading ? (
          t('common.loading')
        ) : trend.columns.times.length === 0 ? (
          t('trends.noData')
        ) : (
          trend.bucketMs !== null && t('trends.bucket', { duration: durationText(trend.bucketMs) })
        )}
      </p>
    </section>
  );
}

function RangeForm({
  fromMs,
  toMs,
  onRange,
}: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly onRange: (fromMs: number, toMs: number) => void;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const [from, setFrom] = useState(() => formatDateTime(fromMs, zone));
  const [to, setTo] = useState(() => formatDateTime(toMs, zone));
  const [isInvalid, setIsInvalid] = useState(false);
  function submit(event: FormEvent): void {
    event.preventDefault();
    const start = parseDateTime(from, zone);
    const end = parseDateTime(to, zone);
    const isValid = start !== null && end !== null && end > start;
    setIsInvalid(!isValid);
    if (isValid) onRange(start, end);
  }
  return (
    <form className="range-form" onSubmit={submit}>
      <label>
        <span>{t('trends.from')}</span>
        <input
          className="input"
          type="text"
          inputMode="numeric"
          placeholder="2026-07-03 08:00:00"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </label>
      <label>
        <span>{t('trends.to')}</span>
        <input
          className="input"
          type="text"
          inputMode="numeric"
          placeholder="2026-07-03 08:00:00"
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
      <button type="submit" className="button">
        {t('trends.apply')}
      </button>
      {isInvalid && (
        <span role="alert" className="small">
          {t('trends.invalidRange')}
        </span>
      )}
    </form>
  );
}

interface PickDialogProps {
  readonly pointIds: readonly string[];
  readonly onPick: (ids: readonly string[]) => void;
  readonly onClose: () => void;
}

function PickDialog({ pointIds, onPick, onClose }: PickDialogProps): ReactNode {
  const { t } = useWords();
  const index = useSearchIndex();
  const points = useMemo(
    () => index.filter((entry) => entry.kind === 'point' && (entry.point.kind === 'analog' || entry.point.kind === 'counter')),
    [index],
  );
  const isFull = pointIds.length >= pointsMaximum;
  return (
    <Dialog title={t('trends.pick')} onClose={onClose} testId="pick-dialog">
      <div className="dialog-body">
        <SearchBox
          index={points}
          label={t('trends.search')}
          isPicked={(entry) => pointIds.includes(entry.id)}
          onPick={(entry) => {
            if (pointIds.includes(entry.id)) onPick(pointIds.filter((id) => id !== entry.id));
            else if (!isFull) onPick([...pointIds, entry.id]);
          }}
        />
        {isFull && <p className="notice no-margin">{t('trends.tooMany', { count: pointsMaximum })}</p>}
      </div>
    </Dialog>
  );
}
