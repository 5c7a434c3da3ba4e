// Video: every camera with how it stands; pictures only within a look that says why; and the log of all looks.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { CameraView } from '../../domain/api/video-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant, useZone } from '../session/plant-context.tsx';
import { formatClock } from '../time/plant-time.ts';
import { CameraCard } from './camera-card.tsx';
import { rankOf, shownState } from './camera-state.tsx';
import { LookDialog } from './look-dialog.tsx';
import { RetrievalLog } from './retrieval-log.tsx';
import { useLook } from './use-look.ts';
import { fetchCameras } from './video-requests.ts';
import './video.css';

const route = getRouteApi('/video');
const refreshMs = 30_000;
const mostAtOnce = 16;

export function VideoScreen(): ReactNode {
  const { t } = useWords();
  const { tab } = route.useSearch();
  const mayReadLog = usePermission('video.log');
  const isLog = tab === 'log' && mayReadLog;
  return (
    <div className="video" data-testid="video">
      <div className="video-head">
        <h1>{t('video.title')}</h1>
        {mayReadLog && (
          <nav className="tabs" aria-label={t('video.title')}>
            <Link to="/video" search={{}} activeOptions={{ exact: true, includeSearch: true }} aria-current={isLog ? undefined : 'page'}>
              {t('video.tab.cameras')}
            </Link>
            <Link to="/video" search={{ tab: 'log' }} aria-current={isLog ? 'page' : undefined} data-testid="tab-log">
              {t('video.tab.log')}
            </Link>
          </nav>
        )}
      </div>
      {isLog ? <RetrievalLog /> : <CameraWall />}
    </div>
  );
}

function CameraWall(): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { stations } = usePlant();
  const mayLook = usePermission('video.look');
  const { station } = route.useSearch();
  const cameras = useQuery({ queryKey: ['cameras', 'all'], queryFn: ({ signal }) => fetchCameras(signal), refetchInterval: refreshMs });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<readonly string[] | null>(null);
  const { opened, begin, end } = useLook();
  const shown = useMemo(
    () =>
      (cameras.data ?? [])
        .filter((camera) => station === undefined || camera.stationId === station)
        .toSorted((one, other) => rankOf(shownState(one)) - rankOf(shownState(other))),
    [cameras.data, station],
  );
  if (cameras.data === undefined)
    return (
      <p className="empty" role={cameras.isError ? 'alert' : undefined}>
        {cameras.isError ? t('common.failed', { reason: cameras.error.message }) : t('common.loading')}
      </p>
    );
  if (shown.length === 0)
    return (
      <p className="empty">
        <strong>{t('video.none')}</strong>
        {t('video.noneHint')}
      </p>
    );
  const choose = (id: string, isChosen: boolean): void =>
    setChosen((before) => new Set(isChosen ? [...before, id].slice(-mostAtOnce) : [...before].filter((other) => other !== id)));
  return (
    <>
      <div className="video-bar">
        <Counts cameras={shown} />
        {mayLook && opened === null && chosen.size > 0 && (
          <button type="button" className="button button-primary" onClick={() => setAsking([...chosen])} data-testid="look-chosen">
            {t('video.look.openSome', { count: chosen.size })}
          </button>
        )}
        {opened !== null && (
          <p className="notice video-look" role="status" data-testid="look-open">
            <span>{t('video.look.until', { time: formatClock(opened.look.expiresAtMs, zone), reason: opened.look.reason })}</span>
            <button type="button" className="button button-small" onClick={end} data-testid="look-end">
              {t('video.look.end')}
            </button>
          </p>
        )}
      </div>
      <ul className="camera-wall">
        {shown.map((camera) => (
          <CameraCard
            key={camera.id}
            camera={camera}
            station={stations.find(({ id }) => id === camera.stationId)}
            lookId={opened?.look.cameraIds.includes(camera.id) === true ? opened.look.id : null}
            live={opened?.live.find(({ cameraId }) => cameraId === camera.id) ?? null}
            isChosen={chosen.has(camera.id)}
            onChoose={mayLook && opened === null ? (isChosen) => choose(camera.id, isChosen) : null}
            onLook={mayLook ? () => setAsking([camera.id]) : null}
          />
        ))}
      </ul>
      {asking !== null && (
        <LookDialog
          cameraIds={asking}
          recording={null}
          onOpened={(next) => {
            begin(next);
            setAsking(null);
            setChosen(new Set());
          }}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

function Counts({ cameras }: { readonly cameras: readonly CameraView[] }): ReactNode {
  const { t } = useWords();
  const ranks = cameras.map((camera) => rankOf(shownState(camera)));
  const count = (rank: number): number => ranks.filter((one) => one === rank).length;
  return <p data-testid="video-counts">{t('video.counts', { total: cameras.length, good: count(2), bad: count(0), unknown: count(1) })}</p>;
}
