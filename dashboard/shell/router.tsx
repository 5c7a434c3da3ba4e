// The screens and their addresses. Every screen is its own piece of the bundle, fetched when it is first opened.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, useLocation } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import {
  type NotificationState,
  type NotificationSubjectKind,
  notificationStates,
  notificationSubjectKinds,
} from '../../domain/api/notification-api.ts';
import { type NotificationChannel, notificationChannels } from '../../domain/notification/notification-order.ts';
import { type AlarmScope, alarmScopes } from '../alarms/alarm-order.ts';
import type { ReplaySearch } from '../replay/replay-link.ts';
import { readTrendsSearch } from '../trends/trend-search.ts';
import { isWallPage } from '../wall/wall-address.ts';
import { Crashed } from './crash-boundary.tsx';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

const WallFrame = lazy(() => import('../wall/wall-frame.tsx').then((module) => ({ default: module.WallFrame })));

function Frame(): ReactNode {
  const { pathname } = useLocation();
  return isWallPage(pathname) ? (
    <Suspense>
      <WallFrame />
    </Suspense>
  ) : (
    <Shell />
  );
}

const rootRoute = createRootRoute({
  component: Frame,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Crashed error={error} />,
});

export interface OverviewSearch {
  readonly view?: 'network' | 'map' | undefined;
  readonly order?: 'worst' | undefined;
  /** Area ids, separated by commas; all where absent. */
  readonly area?: string | undefined;
}

function overviewSearchOf(search: Record<string, unknown>): OverviewSearch {
  return {
    ...(search.view === 'network' || search.view === 'map' ? { view: search.view } : {}),
    ...(search.order === 'worst' ? { order: search.order } : {}),
    ...(typeof search.area === 'string' && search.area !== '' ? { area: search.area } : {}),
  };
}

const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: overviewSearchOf,
  component: lazyRouteComponent(() => import('../overview/overview-screen.tsx'), 'OverviewScreen'),
});

export interface WallSearch extends OverviewSearch {
  /** Seconds that each area has its turn; all at once where absent. */
  readonly every?: number | undefined;
}

const wallRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/wall',
  validateSearch: (search: Record<string, unknown>): WallSearch => ({
    ...overviewSearchOf(search),
    ...(typeof search.every === 'number' && search.every >= 2 && search.every <= 3_600 ? { every: search.every } : {}),
  }),
  component: lazyRouteComponent(() => import('../wall/wall-screen.tsx'), 'WallScreen'),
});

export interface StationSearch {
  /** Point whose faceplate is open. */
  readonly point?: string | undefined;
}

const stationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/stations/$stationId',
  validateSearch: (search: Record<string, unknown>): StationSearch => (typeof search.point === 'string' ? { point: search.point } : {}),
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

export interface IncidentsSearch {
  readonly tab?: 'closed';
  readonly drills?: 'without' | 'only';
}

const incidentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/incidents',
  validateSearch: (search: Record<string, unknown>): IncidentsSearch => ({
    ...(search.tab === 'closed' ? { tab: 'closed' } : {}),
    ...(search.drills === 'without' || search.drills === 'only' ? { drills: search.drills } : {}),
  }),
  component: lazyRouteComponent(() => import('../incidents/incidents-screen.tsx'), 'IncidentsScreen'),
});

const incidentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/incidents/$incidentId',
  component: lazyRouteComponent(() => import('../incidents/incident-screen.tsx'), 'IncidentScreen'),
});

const incidentReportRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/incidents/$incidentId/report',
  component: lazyRouteComponent(() => import('../incidents/report/report-screen.tsx'), 'ReportScreen'),
});

const trendsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/trends',
  validateSearch: readTrendsSearch,
  component: lazyRouteComponent(() => import('../trends/trends-screen.tsx'), 'TrendsScreen'),
});

export interface PerformanceSearch {
  /** `2026-07`, or absent for the last days up to now. */
  readonly month?: string;
  readonly days?: number;
  readonly station?: string;
  readonly area?: string;
}

const performanceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/performance',
  validateSearch: (search: Record<string, unknown>): PerformanceSearch => ({
    ...(typeof search.month === 'string' && /^\d{4}-\d{2}$/.test(search.month) ? { month: search.month } : {}),
    ...(search.days === 7 || search.days === 30 ? { days: search.days } : {}),
    ...(typeof search.station === 'string' ? { station: search.station } : {}),
    ...(typeof search.area === 'string' ? { area: search.area } : {}),
  }),
  component: lazyRouteComponent(() => import('../performance/performance-screen.tsx'), 'PerformanceScreen'),
});

export interface ObligationsSearch {
  readonly tab?: 'certificates';
  /** `2026-07`; this month where neither is given. */
  readonly month?: string;
  readonly days?: 1 | 7;
}

function obligationsSearchOf(search: Record<string, unknown>): ObligationsSearch {
  return {
    ...(search.tab === 'certificates' ? { tab: 'certificates' } : {}),
    ...(typeof search.month === 'string' && /^\d{4}-\d{2}$/.test(search.month) ? { month: search.month } : {}),
    ...(search.days === 1 || search.days === 7 ? { days: search.days } : {}),
  };
}

const obligationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/obligations',
  validateSearch: obligationsSearchOf,
  component: lazyRouteComponent(() => import('../obligations/obligations-screen.tsx'), 'ObligationsScreen'),
});

export interface ObligationSearch extends Omit<ObligationsSearch, 'tab'> {
  /** The company where absent. */
  readonly station?: string;
}

const obligationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/obligations/$obligationId',
  validateSearch: (search: Record<string, unknown>): ObligationSearch => {
    const { tab: _, ...period } = obligationsSearchOf(search);
    return { ...period, ...(typeof search.station === 'string' ? { station: search.station } : {}) };
  },
  component: lazyRouteComponent(() => import('../obligations/obligation-screen.tsx'), 'ObligationScreen'),
});

const inspectionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/obligations/inspection/$stationId',
  component: lazyRouteComponent(() => import('../obligations/inspection-screen.tsx'), 'InspectionScreen'),
});

export interface DutySearch {
  readonly tab?: 'roster' | 'people';
  /** Any day of the week that the roster shows. */
  readonly week?: string;
}

const dutyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/duty',
  validateSearch: (search: Record<string, unknown>): DutySearch => ({
    ...(search.tab === 'roster' || search.tab === 'people' ? { tab: search.tab } : {}),
    ...(typeof search.week === 'string' && /^\d{4}-\d\d-\d\d$/.test(search.week) ? { week: search.week } : {}),
  }),
  component: lazyRouteComponent(() => import('../duty/duty-screen.tsx'), 'DutyScreen'),
});

export interface HazardsSearch {
  readonly tab?: 'board' | 'statistics' | 'settled' | 'audit' | 'calibration';
}

const hazardsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/hazards',
  validateSearch: (search: Record<string, unknown>): HazardsSearch => {
    const tab = (['board', 'statistics', 'settled', 'audit', 'calibration'] as const).find((name) => name === search.tab);
    return tab === undefined ? {} : { tab };
  },
  component: lazyRouteComponent(() => import('../hazards/hazards-screen.tsx'), 'HazardsScreen'),
});

const hazardRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/hazards/$hazardId',
  component: lazyRouteComponent(() => import('../hazards/hazard-screen.tsx'), 'HazardScreen'),
});

export interface PatrolsSearch {
  readonly tab?: 'past' | 'rounds' | 'labels';
  /** Of the labels. */
  readonly station?: string;
}

const patrolsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/patrols',
  validateSearch: (search: Record<string, unknown>): PatrolsSearch => ({
    ...(search.tab === 'past' || search.tab === 'rounds' || search.tab === 'labels' ? { tab: search.tab } : {}),
    ...(search.tab === 'labels' && typeof search.station === 'string' ? { station: search.station } : {}),
  }),
  component: lazyRouteComponent(() => import('../patrols/patrols-screen.tsx'), 'PatrolsScreen'),
});

const patrolRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/patrols/$patrolId',
  component: lazyRouteComponent(() => import('../patrols/patrol-screen.tsx'), 'PatrolScreen'),
});

export interface NotificationsSearch {
  readonly subject?: NotificationSubjectKind | undefined;
  readonly channel?: NotificationChannel | undefined;
  readonly state?: NotificationState | undefined;
  readonly person?: string | undefined;
}

const notificationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/notifications',
  validateSearch: (search: Record<string, unknown>): NotificationsSearch => {
    const subject = notificationSubjectKinds.find((name) => name === search.subject);
    const channel = notificationChannels.find((name) => name === search.channel);
    const state = notificationStates.find((name) => name === search.state);
    return {
      ...(subject === undefined ? {} : { subject }),
      ...(channel === undefined ? {} : { channel }),
      ...(state === undefined ? {} : { state }),
      ...(typeof search.person === 'string' && search.person !== '' ? { person: search.person } : {}),
    };
  },
  component: lazyRouteComponent(() => import('../notifications/notifications-screen.tsx'), 'NotificationsScreen'),
});

export interface AlarmSettingsSearch {
  readonly tab?: 'drafts' | 'versions';
  readonly draft?: string;
  readonly version?: number;
}

const alarmSettingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alarm-settings',
  validateSearch: (search: Record<string, unknown>): AlarmSettingsSearch => ({
    ...(search.tab === 'drafts' || search.tab === 'versions' ? { tab: search.tab } : {}),
    ...(typeof search.draft === 'string' ? { draft: search.draft } : {}),
    ...(typeof search.version === 'number' && search.version > 0 ? { version: search.version } : {}),
  }),
  component: lazyRouteComponent(() => import('../alarm-settings/alarm-settings-screen.tsx'), 'AlarmSettingsScreen'),
});

const engineeringTabs = ['profiles', 'plant', 'versions', 'loop'] as const;

export interface EngineeringSearch {
  readonly tab?: (typeof engineeringTabs)[number];
  /** Versions of the plant file that are laid side by side. */
  readonly from?: number;
  readonly to?: number;
  readonly device?: string;
}

const engineeringRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/engineering',
  validateSearch: (search: Record<string, unknown>): EngineeringSearch => {
    const tab = engineeringTabs.find((name) => name === search.tab);
    return {
      ...(tab === undefined ? {} : { tab }),
      ...(typeof search.device === 'string' ? { device: search.device } : {}),
      ...(typeof search.from === 'number' ? { from: search.from } : {}),
      ...(typeof search.to === 'number' ? { to: search.to } : {}),
    };
  },
  component: lazyRouteComponent(() => import('../engineering/engineering-screen.tsx'), 'EngineeringScreen'),
});

const loopTestRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/engineering/loop-tests/$testId',
  component: lazyRouteComponent(() => import('../loop-test/loop-screen.tsx'), 'LoopScreen'),
});

export interface VideoSearch {
  readonly tab?: 'log';
  readonly station?: string;
}

const videoRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/video',
  validateSearch: (search: Record<string, unknown>): VideoSearch => ({
    ...(search.tab === 'log' ? { tab: 'log' } : {}),
    ...(typeof search.station === 'string' ? { station: search.station } : {}),
  }),
  component: lazyRouteComponent(() => import('../video/video-screen.tsx'), 'VideoScreen'),
});

const cameraRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/video/$cameraId',
  component: lazyRouteComponent(() => import('../video/camera-screen.tsx'), 'CameraScreen'),
});

const evidenceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/evidence',
  component: lazyRouteComponent(() => import('../evidence/evidence-screen.tsx'), 'EvidenceScreen'),
});

const healthRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/health',
  component: lazyRouteComponent(() => import('../health/health-screen.tsx'), 'HealthScreen'),
});

const peopleRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/people',
  component: lazyRouteComponent(() => import('../people/people-screen.tsx'), 'PeopleScreen'),
});

const accountRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('../account/account-screen.tsx'), 'AccountScreen'),
});

const replayRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/replay',
  validateSearch: (search: Record<string, unknown>): ReplaySearch => ({
    ...(typeof search.at === 'string' || typeof search.at === 'number' ? { at: search.at } : {}),
    ...(typeof search.screen === 'string' ? { screen: search.screen } : {}),
  }),
  component: lazyRouteComponent(() => import('../replay/replay-screen.tsx'), 'ReplayScreen'),
});

const routeTree = rootRoute.addChildren([
  overviewRoute,
  wallRoute,
  stationRoute,
  alarmsRoute,
  alarmRoute,
  incidentsRoute,
  incidentRoute,
  incidentReportRoute,
  hazardsRoute,
  hazardRoute,
  patrolsRoute,
  patrolRoute,
  trendsRoute,
  dutyRoute,
  performanceRoute,
  obligationsRoute,
  obligationRoute,
  inspectionRoute,
  notificationsRoute,
  alarmSettingsRoute,
  engineeringRoute,
  loopTestRoute,
  videoRoute,
  cameraRoute,
  evidenceRoute,
  healthRoute,
  peopleRoute,
  accountRoute,
  replayRoute,
]);

export function createDashboardRouter() {
  return createRouter({
    routeTree,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    // Of each screen by itself: what says that the page is not live, and the most urgent alarm, stay around it.
    defaultErrorComponent: ({ error }) => <Crashed error={error} />,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createDashboardRouter>;
  }
}
