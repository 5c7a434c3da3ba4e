// The screens as they were: the same screens, over the replay's player instead of the live channel, for eyes only.
import { QueryClientProvider } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { type ReactNode, useMemo, useSyncExternalStore } from 'react';
import type { Permission } from '../../domain/access/roles.ts';
import { useWords } from '../language/language.ts';
import { LiveProvider } from '../live/live-context.tsx';
import { PlantProvider, usePlant } from '../session/plant-context.tsx';
import { stationSummaryThen } from './past-answers.ts';
import { InsideReplay, useReplay } from './replay-context.tsx';
import type { ReplaySession } from './replay-session.ts';

/** What a person may do to the past. */
const looking: readonly Permission[] = ['session.own', 'plant.read', 'readings.read', 'alarms.read', 'journal.read', 'incidents.read'];

const replayed = [/^\/$/, /^\/stations\//, /^\/alarms(\/|$)/, /^\/incidents(\/[^/]+)?$/, /^\/trends$/];

export function ReplayFrame({ session }: { readonly session: ReplaySession }): ReactNode {
  const live = usePlant();
  const { player, recent, queries } = session;
  const alarms = useSyncExternalStore(player.alarms.list.subscribe, player.alarms.list.get);
  const stores = useMemo(() => ({ client: player, recent }), [player, recent]);
  const person = useMemo(
    () => ({ ...live.session, permissions: live.session.permissions.filter((permission) => looking.includes(permission)) }),
    [live.session],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the player's alarms are read inside
  const stations = useMemo(() => live.stations.map((station) => stationSummaryThen(station, player)), [live.stations, player, alarms]);
  const { pathname } = useLocation();
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
