// From the outside in: somebody is signed in (or was, when the network went), the plant is known, the live channel and the queue run, then the screens.
import { QueryCache, QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from 'react';
import { z } from 'zod';
import { type HazardView, hazardViewSchema } from '../../domain/api/hazard-api.ts';
import { actionAnswerSchema } from '../../domain/api/incident-api.ts';
import { type WalkablePatrol, walkablePatrolSchema } from '../../domain/api/patrol-api.ts';
import type { SessionView } from '../../domain/api/session-api.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { RequestFailed } from '../http/request.ts';
import { fetchSession } from '../http/session-requests.ts';
import { useWords } from '../language/language.ts';
import { LiveClient } from '../live/live-client.ts';
import { LiveProvider, type LiveStores } from '../live/live-context.tsx';
import { RecentHistory } from '../live/recent-history.ts';
import type { SocketConnection } from '../live/socket-connection.ts';
import { PlantProvider } from '../session/plant-context.tsx';
import { CrashBoundary } from '../shell/crash-boundary.tsx';
import { fetchPlant, fetchStations } from './phone-requests.ts';
import { PhoneShell } from './phone-shell.tsx';
import { exclusivelyOnThisPhone } from './queue/exclusively.ts';
import { QueueProvider } from './queue/queue-context.tsx';
import { QueueRunner } from './queue/queue-runner.ts';
import { openQueueStore } from './queue/queue-store.ts';
import { askForSync } from './queue/queue-sync.ts';
import type { QueuedAction } from './queue/queued-action.ts';
import { postOverHttp } from './queue/send-action.ts';

const PhonePassword = lazy(() => import('./phone-password.tsx').then((module) => ({ default: module.PhonePassword })));
const PhoneSignIn = lazy(() => import('./phone-sign-in.tsx').then((module) => ({ default: module.PhoneSignIn })));

export function createPhoneQueries(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof RequestFailed && error.status === 401) client.setQueryData(['session'], null);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: Number.POSITIVE_INFINITY,
        // `navigator.onLine` only knows of the nearest mast: ask, and see.
        networkMode: 'always',
        retry: 1,
        retryDelay: 1_000,
      },
    },
  });
  return client;
}

export function PhoneApp({ clock, queries }: { readonly clock: Clock; readonly queries: QueryClient }): ReactNode {
  return (
    <CrashBoundary>
      <QueryClientProvider client={queries}>
        <WithQueue clock={clock} />
      </QueryClientProvider>
    </CrashBoundary>
  );
}

const walkedPatrolSchema = z.object({ patrol: walkablePatrolSchema.pick({ id: true, visits: true }) });

/** The newer state of an incident comes with the answer: on the screen before the action leaves the queue, so that no button springs back. */
function takeAnswer(queries: QueryClient, { deed }: QueuedAction, body: unknown): void {
  if (deed.kind === 'acknowledge') return;
  if (deed.kind === 'patrolVisit' || deed.kind === 'patrolPhoto') {
    const walked = walkedPatrolSchema.safeParse(body);
    if (!walked.success) return;
    const { id, visits } = walked.data.patrol;
    queries.setQueryData<readonly WalkablePatrol[]>(['patrols', 'walkable'], (patrols) =>
      patrols?.map((patrol) => (patrol.id === id ? { ...patrol, visits } : patrol)),
    );
    return;
  }
  if (deed.kind === 'hazardStep' || deed.kind === 'hazardPhoto') {
    const hazard = hazardViewSchema.safeParse(body);
    if (!hazard.success) return;
    queries.setQueryData<readonly HazardView[]>(['hazards', 'mine'], (hazards) =>
      hazards?.map((each) => (each.id === hazard.data.id ? hazard.data : each)),
    );
    return;
  }
  const answer = actionAnswerSchema.safeParse(body);
  if (answer.success && 'incidentId' in deed) queries.setQueryData(['incidents', deed.incidentId], answer.data.incident);
}

/** The queue lives as long as the page, through sign-out and sign-in. */
function WithQueue({ clock }: { readonly clock: Clock }): ReactNode {
  const queries = useQueryClient();
  const [store] = useState(openQueueStore);
  const [runner] = useState(
    () =>
      new QueueRunner({
        store,
        post: postOverHttp,
        clock,
        exclusively: exclusivelyOnThisPhone,
        onSignedOut: () => queries.setQueryData(['session'], null),
        onHeld: () => void askForSync(),
        onAnswered: (action, body) => takeAnswer(queries, action, body),
      }),
  );
  useEffect(() => {
    const stopFollowing = store.onChange(() => void runner.refresh());
    const kick = (): void => runner.kick();
    const onVisible = (): void => {
      if (document.visibilityState === 'visible') runner.kick();
    };
    addEventListener('online', kick);
    document.addEventListener('visibilitychange', onVisible);
    void runner.refresh();
    return () => {
      stopFollowing();
      removeEventListener('online', kick);
      document.removeEventListener('visibilitychange', onVisible);
      runner.stop();
    };
  }, [store, runner]);
  return (
    <QueueProvider runner={runner}>
      <SessionGate clock={clock} runner={runner} />
    </QueueProvider>
  );
}

function SessionGate({ clock, runner }: { readonly clock: Clock; readonly runner: QueueRunner }): ReactNode {
  const { t } = useWords();
  const session = useQuery({ queryKey: ['session'], queryFn: fetchSession, refetchInterval: 60_000 });
  const [wasSignedIn, setWasSignedIn] = useState(false);
  const username = session.data?.username ?? null;
  useEffect(() => {
    runner.setPerson(username);
    if (username !== null) setWasSignedIn(true);
  }, [runner, username]);
  if (session.data?.mustDo === 'changePassword')
    return (
      <Suspense fallback={<Waiting text={t('common.loading')} />}>
        <PhonePassword />
      </Suspense>
    );
  // A second factor is set up on a computer; asked again now and then, so that the phone goes on by itself.
  if (session.data?.mustDo != null) return <Waiting text={t('signIn.mustDo')} onRetry={() => void session.refetch()} />;
  if (session.data != null) {
    return <SignedIn key={session.data.username} session={session.data} clock={clock} runner={runner} />;
  }
  if (session.data === null) {
    return (
      <Suspense fallback={<Waiting text={t('common.loading')} />}>
        <PhoneSignIn hasEnded={wasSignedIn} />
      </Suspense>
    );
  }
  if (session.isError) return <Waiting text={t('signIn.unreachable')} onRetry={() => void session.refetch()} />;
  return <Waiting text={t('common.loading')} />;
}

interface SignedInProps {
  readonly session: SessionView;
  readonly clock: Clock;
  readonly runner: QueueRunner;
}

function SignedIn({ session, clock, runner }: SignedInProps): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const plant = useQuery({ queryKey: ['plant'], queryFn: fetchPlant });
  const stations = useQuery({ queryKey: ['stations'], queryFn: fetchStations });
  const stores = useLiveStores(clock, runner);
  const { language } = useWords();
  // Whoever signs in here takes over this phone's push address.
  useEffect(() => void import('./push/push-subscription.ts').then(({ confirmPush }) => confirmPush(language)), [language]);

  const signOut = useCallback(() => void import('./settings/sign-out.ts').then(({ signOutOfPhone }) => signOutOfPhone(queries)), [queries]);
  if (plant.data === undefined || stations.data === undefined || stores === null) {
    const failed = plant.error ?? stations.error;
    if (failed === null) return <Waiting text={t('common.loading')} />;
    return <Waiting text={t('phone.nothingKept')} onRetry={() => void Promise.all([plant.refetch(), stations.refetch()])} />;
  }
  return (
    <LiveProvider stores={stores}>
      <PlantProvider session={session} plant={plant.data} stations={stations.data} onSignOut={signOut}>
        <PhoneShell />
      </PlantProvider>
    </LiveProvider>
  );
}

function useLiveStores(clock: Clock, runner: QueueRunner): LiveStores | null {
  const queries = useQueryClient();
  const [stores, setStores] = useState<LiveStores | null>(null);
  useEffect(() => {
    let connection: SocketConnection | null = null;
    let isClosed = false;
    const client = new LiveClient({
      clock,
      send: (message) => connection?.send(message),
      onSessionEnded: () => queries.setQueryData(['session'], null),
      onPlantChanged: () => void queries.invalidateQueries(),
      onTopicChanged: (topic) => void queries.invalidateQueries({ queryKey: [topic] }),
    });
    // No sparklines on the phone, hence no history to load.
    const recent = new RecentHistory({ values: client.values, nowMs: client.serverNowMs, load: async () => [] });
    let wasLive = true;
    const stopFollowing = client.liveness.subscribe(() => {
      const isLive = client.liveness.get().kind !== 'serverLost';
      if (isLive && !wasLive) {
        runner.kick();
        void queries.invalidateQueries();
      }
      wasLive = isLive;
    });
    // The transport comes after the first picture, which shows what the phone remembers.
    void import('../live/socket-connection.ts').then(({ openSocketConnection }) => {
      if (isClosed) return;
      connection = openSocketConnection();
      connection.attach(client);
    });
    setStores({ client, recent });
    return () => {
      stopFollowing();
      isClosed = true;
      connection?.close();
      client.stop();
    };
  }, [clock, queries, runner]);
  return stores;
}

function Waiting({ text, onRetry }: { readonly text: string; readonly onRetry?: () => void }): ReactNode {
  const { t } = useWords();
  return (
    <main className="phone-empty" role="status">
      <p>{text}</p>
      {onRetry !== undefined && (
        <button type="button" className="phone-button" onClick={onRetry}>
          {t('common.retry')}
        </button>
      )}
    </main>
  );
}
