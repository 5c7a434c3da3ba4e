// The way into the replay: from a link at once, else by choosing a moment. While the past is shown the band has the controls, and this page only chooses.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { DensityBar } from './density-bar.tsx';
import { MomentForm } from './replay-band.tsx';
import { useReplay } from './replay-context.tsx';
import { momentOf, screenOf } from './replay-link.ts';
import { fetchDensity } from './replay-requests.ts';
import './replay.css';

const route = getRouteApi('/replay');
const agosMs = [600_000, 3_600_000, 8 * 3_600_000, 24 * 3_600_000, 7 * 86_400_000] as const;
const monthMs = 30 * 86_400_000;
const leadMs = 120_000;
const shownIncidents = 8;

export function ReplayScreen(): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { start } = useReplay();
  const { serverNowMs } = useLiveClient();
  const linkedMs = momentOf(search.at, zone);
  const screen = screenOf(search.screen);
  useEffect(() => {
    if (linkedMs === null) return;
    void start(linkedMs);
    void navigate({ href: screen, replace: true });
  }, [linkedMs, screen, start, navigate]);
  if (linkedMs !== null) return <p className="empty">{t('replay.state.loading')}</p>;
  const go = (atMs: number): void => {
    void start(Math.min(atMs, serverNowMs()));
    void navigate({ to: '/' });
  };
  return <Choice onMoment={go} />;
}

function Choice({ onMoment }: { readonly onMoment: (atMs: number) => void }): ReactNode {
  const { t } = useWords();
  const nowMs = useNow(10_000);
  const durationText = useDurationText();
  const [openedAtMs] = useState(nowMs);
  return (
    <div className="replay-choice">
      <header>
        <h1>{t('replay.title')}</h1>
        <p className="muted">{t('replay.intro')}</p>
      </header>
      <section className="panel" aria-label={t('replay.choose')}>
        <div className="panel-head">
          <h2>{t('replay.choose')}</h2>
        </div>
        <div className="replay-choice-body">
          <MomentForm atMs={openedAtMs} nowMs={nowMs} onMoment={onMoment} />
          <span className="replay-agos">
            {agosMs.map((agoMs) => (
              <button key={agoMs} type="button" className="button" onClick={() => onMoment(nowMs - agoMs)} data-testid={`ago-${agoMs}`}>
                {t('replay.ago', { duration: durationText(agoMs) })}
              </button>
            ))}
          </span>
        </div>
        <div className="replay-choice-body">
          <DensityBar atMs={openedAtMs} nowMs={nowMs} onChoose={onMoment} />
          <p className="muted small no-margin">{t('replay.densityHint')}</p>
        </div>
      </section>
      <RecentIncidents nowMs={openedAtMs} />
    </div>
  );
}

function RecentIncidents({ nowMs }: { readonly nowMs: number }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const month = useQuery({
    queryKey: ['replay', 'month', nowMs],
    queryFn: ({ signal }) => fetchDensity({ fromMs: nowMs - monthMs, toMs: nowMs, buckets: 1 }, signal),
  });
  const incidents = (month.data?.incidents ?? []).toSorted((one, other) => other.openedAtMs - one.openedAtMs).slice(0, shownIncidents);
  if (incidents.length === 0) return null;
  return (
    <section className="panel" aria-label={t('replay.recentIncidents')}>
      <div className="panel-head">
        <h2>{t('replay.recentIncidents')}</h2>
      </div>
      <ul className="replay-incidents">
        {incidents.map(({ id, number, openedAtMs, isDrill }) => (
          <li key={id}>
            <span className="number">{formatDateTime(openedAtMs, zone)}</span> {number}{' '}
            {isDrill && <span className="tag">{t('incidents.drills')}</span>}
            <Link to="/replay" search={{ at: openedAtMs - leadMs }} className="button button-small">
              {t('replay.fromIncident')}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
