// The screens as they were: the same screens, over the replay's player instead of the live channel, for eyes only.
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { type ReactNode, useMemo, useSyncExternalStore } from 'react';
import type { Permission } from '../../domain/access/roles.ts';
import type { PastCoverage } from '../../domain/api/replay-api.ts';
import { useWords } from '../language/language.ts';
import { LiveProvider } from '../live/live-context.tsx';
import { PlantProvider, usePlant } from '../session/plant-context.tsx';
import { stationSummaryThen } from './past-answers.ts';
import { InsideReplay, useReplay } from './replay-context.tsx';
import type { ReplaySession } from './replay-session.ts';

/** What a person may do to the past. */
const looking: readonly Permission[] = [
  'session.own',
  'plant.read',
  'readings.read',
  'alarms.read',
  'journal.read',
  'incidents.read',
  'duty.read',
  'notifications.read',
];

const replayed = [/^\/$/, /^\/stations\//, /^\/alarms(\/|$)/, /^\/incidents(\/[^/]+)?$/, /^\/trends$/, /^\/duty$/, /^\/notifications$/];

export function ReplayFrame({ session }: { readonly session: ReplaySession }): ReactNode {
  const live = usePlant();
  const { player, recent, queries } = session;
  const alarms = useSyncExternalStore(player.alarms.list.subscribe, player.alarms.list.get);
  const stores = useMemo(() => ({ client: player, recent }), [player, recent]);
  const person = useMemo(
    () => ({ ...live.session, permissions: live.session.permissions.filter((permission) => looking.includes(permission)) }),
    [live.session],
  );
  const { pathname } = useLocation();
  const coverage = useCoverageThen(session, pathname === '/');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the player's alarms are read inside
  const stations = useMemo(
    () => live.stations.map((station) => stationSummaryThen(station, player, coverage)),
    [live.stations, player, alarms, coverage],
  );
  // Choosing another moment is done from now.
  if (pathname === '/replay') return <Outlet />;
  const isReplayed = replayed.some((pattern) => pattern.test(pathname));
  return (
    <QueryClientProvider client={queries}>
      <LiveProvider stores={stores}>
        <PlantProvider session={person} plant={live.plant} stations={stations} onSignOut={live.onSignOut}>
          <InsideReplay>{isReplayed ? <Outlet /> : <NotPart />}</InsideReplay>
        </PlantProvider>
      </LiveProvider>
    </QueryClientProvider>
  );
}

const noCoverage: ReadonlyMap<string, number> = new Map();
/** An answer about another moment than this much away is not shown. */
const coverageHoldsMs = 120_000;

function useCoverageThen({ player, queries }: ReplaySession, isWanted: boolean): ReadonlyMap<string, number> {
  const { data } = useQuery(
    {
      queryKey: ['replay-coverage'],
      queryFn: (): Promise<PastCoverage> => Promise.reject(new Error('answered by the replay')),
      enabled: isWanted,
    },
    queries,
  );
  const isOfNow = useSyncExternalStore(
    player.position.subscribe,
    () => data !== undefined && Math.abs(player.position.get() - data.atMs) < coverageHoldsMs,
  );
  return useMemo(
    () =>
      data === undefined || !isOfNow
        ? noCoverage
        : new Map(data.stations.flatMap(({ id, goodShare }) => (goodShare === null ? [] : [[id, goodShare] as const]))),
    [data, isOfNow],
  );
}

function NotPart(): ReactNode {
  const { t } = useWords();
  const { leave } = useReplay();
  return (
    <div className="empty" data-testid="not-replayed">
      <strong>{t('replay.notPart')}</strong>
      <p>{t('replay.notPartHint')}</p>
      <button type="button" className="button" onClick={leave}>
        {t('replay.leave')}
      </button>
    </div>
  );
}
