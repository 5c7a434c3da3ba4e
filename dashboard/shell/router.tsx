// The screens and their addresses. Every screen is its own piece of the bundle, fetched when it is first opened.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { type AlarmScope, alarmScopes } from '../alarms/alarm-order.ts';
import { Crashed } from './crash-boundary.tsx';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Crashed error={error} />,
});

const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: lazyRouteComponent(() => import('../overview/overview-screen.tsx'), 'OverviewScreen'),
});

const stationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/stations/$stationId',
  component: lazyRouteComponent(() => import('../station/station-screen.tsx'), 'StationScreen'),
});

export interface AlarmsSearch {
  readonly tab?: 'journal';
  readonly scope?: AlarmScope;
  readonly station?: string;
}

const alarmsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alarms',
  validateSearch: (search: Record<string, unknown>): AlarmsSearch => {
    const scope = alarmScopes.find((name) => name === search.scope);
    return {
      ...(search.tab === 'journal' ? { tab: 'journal' } : {}),
      ...(scope === undefined || scope === 'open' ? {} : { scope }),
      ...(typeof search.station === 'string' ? { station: search.station } : {}),
    };
  },
  component: lazyRouteComponent(() => import('../alarms/alarms-screen.tsx'), 'AlarmsScreen'),
});

const alarmRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alarms/$alarmId',
  component: lazyRouteComponent(() => import('../alarms/alarm-detail-screen.tsx'), 'AlarmDetailScreen'),
});

export interface TrendsSearch {
  /** Point ids, separated by commas. */
  readonly points?: string;
  /** Epoch ms; both absent while live. */
  readonly from?: number;
  readonly to?: number;
  /** Length of the live window, minutes. */
  readonly minutes?: number;
}

const trendsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/trends',
  validateSearch: (search: Record<string, unknown>): TrendsSearch => ({
    ...(typeof search.points === 'string' && search.points !== '' ? { points: search.points } : {}),
    ...(typeof search.from === 'number' && typeof search.to === 'number' && search.from < search.to
      ? { from: search.from, to: search.to }
      : {}),
    ...(typeof search.minutes === 'number' && search.minutes > 0 ? { minutes: search.minutes } : {}),
  }),
  component: lazyRouteComponent(() => import('../trends/trends-screen.tsx'), 'TrendsScreen'),
});

const routeTree = rootRoute.addChildren([overviewRoute, stationRoute, alarmsRoute, alarmRoute, trendsRoute]);

export function createDashboardRouter() {
  return createRouter({ routeTree, defaultPreload: 'intent', defaultPreloadStaleTime: 0, scrollRestoration: true });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createDashboardRouter>;
  }
}
