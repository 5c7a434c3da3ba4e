// From the outside in: a crash is told, somebody is signed in, the plant is known, the live channel runs, then the screens.
import { QueryCache, QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { DutyBefore, SessionView } from '../../domain/api/session-api.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { fetchBuckets, fetchPlant, fetchStations } from '../http/gatewatch-api.ts';
import { RequestFailed } from '../http/request.ts';
import { fetchSession, signOut } from '../http/session-requests.ts';
import { useWords } from '../language/language.ts';
import { LiveClient } from '../live/live-client.ts';
import { LiveProvider, type LiveStores } from '../live/live-context.tsx';
import { bucketCount, RecentHistory } from '../live/recent-history.ts';
import { openSocketConnection } from '../live/socket-connection.ts';
import { ReplayProvider } from '../replay/replay-context.tsx';
import { PlantProvider } from '../session/plant-context.tsx';
import { SignInScreen } from '../session/sign-in-screen.tsx';
import type { AlarmSound } from '../sound/alarm-sound.ts';
import type { AlarmSpeech } from '../sound/alarm-speech.ts';
import { SoundProvider } from '../sound/sound-context.tsx';
import { isWallPage } from '../wall/wall-address.ts';
import { WallSignIn } from '../wall/wall-sign-in.tsx';
import { CrashBoundary } from './crash-boundary.tsx';
import { createDashboardRouter } from './router.tsx';

const MustDoScreen = lazy(() => import('../account/must-do-screen.tsx').then((module) => ({ default: module.MustDoScreen })));

const wallRetryMs = 5_000;

function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      // One refused request is enough to know that the sign-in has ended, whichever screen asked.
      onError: (error) => {
        if (error instanceof RequestFailed && error.status === 401) client.setQueryData(['session'], null);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && !(error instanceof RequestFailed && error.status !== null && error.status < 500),
      },
    },
  });
  return client;
}

interface AppProps {
  readonly clock: Clock;
  readonly sound: AlarmSound;
  readonly speech: AlarmSpeech;
}

export function App(props: AppProps): ReactNode {
  const [queries] = useState(createQueryClient);
  return (
    <CrashBoundary>
      <QueryClientProvider client={queries}>
        <SessionGate {...props} />
      </QueryClientProvider>
    </CrashBoundary>
  );
}

function SessionGate(props: AppProps): ReactNode {
  const { t } = useWords();
  const session = useQuery({ queryKey: ['session'], queryFn: fetchSession, staleTime: Number.POSITIVE_INFINITY, retry: 1 });
  const [wasSignedIn, setWasSignedIn] = useState(false);
  const isSignedIn = session.data != null;
  useEffect(() => {
    if (isSignedIn) setWasSignedIn(true);
  }, [isSignedIn]);
  const onSignedOut = useCallback(() => setWasSignedIn(false), []);
  if (session.data?.mustDo != null) return <MustDo mustDo={session.data.mustDo} onSignedOut={onSignedOut} />;
  if (session.data != null) {
    return <SignedIn key={session.data.username} {...props} session={session.data} onSignedOut={onSignedOut} />;
  }
  if (session.data === null && isWallPage()) return <WallSignIn />;
  if (session.data === null) return <SignInScreen hasEnded={wasSignedIn} />;
  if (session.isError) return <Waiting text={t('signIn.unreachable')} onRetry={() => void session.refetch()} />;
  return <Waiting text={t('common.loading')} />;
}

/** Nothing of the plant is asked for before. */
function MustDo({ mustDo, onSignedOut }: { readonly mustDo: DutyBefore; readonly onSignedOut: () => void }): ReactNode {
  const leave = useLeave(onSignedOut);
  return (
    <Suspense>
      <MustDoScreen mustDo={mustDo} onSignOut={leave} />
    </Suspense>
  );
}

function useLeave(onSignedOut: () => void, isOfDirectory = false): () => void {
  const queries = useQueryClient();
  return useCallback(() => {
    void signOut().finally(() => {
      onSignedOut();
      queries.clear();
      queries.setQueryData(['session'], null);
      if (isOfDirectory) location.assign('/api/directory/sign-out');
    });
  }, [queries, onSignedOut, isOfDirectory]);
}

interface SignedInProps extends AppProps {
  readonly session: SessionView;
  readonly onSignedOut: () => void;
}

function SignedIn({ session, clock, sound, speech, onSignedOut }: SignedInProps): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const [stores, setStores] = useState<LiveStores | null>(null);
  const [router] = useState(createDashboardRouter);
  const plant = useQuery({ queryKey: ['plant'], queryFn: ({ signal }) => fetchPlant(signal), staleTime: 60_000 });
  const stations = useQuery({ queryKey: ['stations'], queryFn: ({ signal }) => fetchStations(signal), refetchInterval: 5_000 });

  useEffect(() => {
    const connection = openSocketConnection();
    const client = new LiveClient({
      clock,
      send: connection.send,
      onSessionEnded: () => queries.setQueryData(['session'], null),
      onPlantChanged: () => void queries.invalidateQueries(),
      onTopicChanged: (topic) => void queries.invalidateQueries({ queryKey: [topic] }),
    });
    const recent = new RecentHistory({
      values: client.values,
      nowMs: client.serverNowMs,
      load: async (pointId, fromMs, toMs, signal) => {
        const { rows } = await fetchBuckets({ pointId, fromMs, toMs, buckets: bucketCount }, signal);
        return rows.map(([startMs, , , mean]) => ({ startMs, mean }));
      },
    });
    let wasLost = false;
    const stopFollowing = client.liveness.subscribe(() => {
      const { kind } = client.liveness.get();
      if (kind === 'serverLost') wasLost = true;
      else if (wasLost && kind === 'live') {
        wasLost = false;
        recent.reload();
        void queries.invalidateQueries();
      }
    });
    connection.attach(client);
    setStores({ client, recent });
    return () => {
      stopFollowing();
      connection.close();
      client.stop();
    };
  }, [clock, queries]);

  const leave = useLeave(onSignedOut, session.isOfDirectory);

  const content = useMemo(() => <RouterProvider router={router} />, [router]);
  if (plant.data === undefined || stations.data === undefined || stores === null) {
    const failed = plant.error ?? stations.error;
    if (failed === null) return <Waiting text={t('common.loading')} />;
    return (
      <Waiting
        text={t('common.failed', { reason: failed.message })}
        onRetry={() => void Promise.all([plant.refetch(), stations.refetch()])}
      />
    );
  }
  return (
    <LiveProvider stores={stores}>
      <PlantProvider session={session} plant={plant.data} stations={stations.data} onSignOut={leave}>
        {/* A wall is looked at, not answered: it has no voice, because nobody there could silence it. */}
        {isWallPage() ? (
          content
        ) : (
          <SoundProvider sound={sound} speech={speech}>
            <ReplayProvider clock={clock}>{content}</ReplayProvider>
          </SoundProvider>
        )}
      </PlantProvider>
    </LiveProvider>
  );
}

function Waiting({ text, onRetry }: { readonly text: string; readonly onRetry?: () => void }): ReactNode {
  const { t } = useWords();
  const retry = useRef(onRetry);
  retry.current = onRetry;
  useEffect(() => {
    // Nobody presses the button of a wall screen.
    if (!isWallPage()) return;
    const timer = setInterval(() => retry.current?.(), wallRetryMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <main className="empty" id="content" role="status">
      <p>{text}</p>
      {onRetry !== undefined && (
        <button type="button" className="button" onClick={onRetry}>
          {t('common.retry')}
        </button>
      )}
    </main>
  );
}
