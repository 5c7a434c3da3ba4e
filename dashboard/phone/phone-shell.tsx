// The frame around every phone screen: who and how live above, what is unsent always in sight, and three places to go below, within reach of a thumb.
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { useWords } from '../language/language.ts';
import { useLiveness } from '../live/live-context.tsx';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { usePhoneAlarms } from './alarms/use-phone-alarms.ts';
import { useMyHazards } from './hazards/use-my-hazards.ts';
import { useLayInIncidents, usePhoneIncidents } from './incidents/use-phone-incidents.ts';
import { UpdateBand } from './install/update-band.tsx';
import { useKeepLive } from './kept-live.ts';
import { NotLiveBand } from './not-live-band.tsx';
import { useWalkablePatrols } from './patrols/use-walkable-patrols.ts';
import { useOwnActions, useQueueState } from './queue/queue-context.tsx';

const AlarmsScreen = lazy(() => import('./alarms/phone-alarms-screen.tsx').then((module) => ({ default: module.PhoneAlarmsScreen })));
const AlarmScreen = lazy(() => import('./alarms/phone-alarm-screen.tsx').then((module) => ({ default: module.PhoneAlarmScreen })));
const IncidentsScreen = lazy(() =>
  import('./incidents/phone-incidents-screen.tsx').then((module) => ({ default: module.PhoneIncidentsScreen })),
);
const IncidentScreen = lazy(() =>
  import('./incidents/phone-incident-screen.tsx').then((module) => ({ default: module.PhoneIncidentScreen })),
);
const PatrolsScreen = lazy(() => import('./patrols/phone-patrols-screen.tsx').then((module) => ({ default: module.PhonePatrolsScreen })));
const PatrolScreen = lazy(() => import('./patrols/phone-patrol-screen.tsx').then((module) => ({ default: module.PhonePatrolScreen })));
const HazardsScreen = lazy(() => import('./hazards/phone-hazards-screen.tsx').then((module) => ({ default: module.PhoneHazardsScreen })));
const HazardScreen = lazy(() => import('./hazards/phone-hazard-screen.tsx').then((module) => ({ default: module.PhoneHazardScreen })));
const StationScreen = lazy(() => import('./station/phone-station-screen.tsx').then((module) => ({ default: module.PhoneStationScreen })));
const QueueScreen = lazy(() => import('./queue/queue-screen.tsx').then((module) => ({ default: module.QueueScreen })));
const SettingsScreen = lazy(() => import('./settings/settings-screen.tsx').then((module) => ({ default: module.SettingsScreen })));

export function PhoneShell(): ReactNode {
  return (
    <Router base="/phone">
      <Frame />
    </Router>
  );
}

function Frame(): ReactNode {
  useKeepLive();
  useLayInIncidents();
  useOpenedFromNotification();
  return (
    <div className="phone">
      <PhoneHeader />
      <NotLiveBand />
      <QueueBand />
      <UpdateBand />
      <main className="phone-content" id="content">
        <Suspense fallback={<p className="phone-empty">…</p>}>
          <Switch>
            <Route path="/incidents/:id">{({ id }) => <IncidentScreen key={id} id={id} />}</Route>
            <Route path="/alarms">
              <AlarmsScreen />
            </Route>
            <Route path="/alarms/:id">{({ id }) => <AlarmScreen key={id} id={id} />}</Route>
            <Route path="/stations/:id">{({ id }) => <StationScreen key={id} stationId={id} />}</Route>
            <Route path="/patrols">
              <PatrolsScreen />
            </Route>
            <Route path="/patrols/:id">{({ id }) => <PatrolScreen key={id} id={id} />}</Route>
            <Route path="/hazards">
              <HazardsScreen />
            </Route>
            <Route path="/hazards/:id">{({ id }) => <HazardScreen key={id} id={id} />}</Route>
            <Route path="/queue">
              <QueueScreen />
            </Route>
            <Route path="/settings">
              <SettingsScreen />
            </Route>
            <Route>
              <IncidentsScreen />
            </Route>
          </Switch>
        </Suspense>
      </main>
      <Tabs />
    </div>
  );
}

/** A tapped notification opens its page in the app that is open already. */
function useOpenedFromNotification(): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    const workers = navigator.serviceWorker;
    if (workers === undefined) return;
    const open = (event: MessageEvent<unknown>): void => {
      const { data } = event;
      if (typeof data !== 'object' || data === null || !('path' in data) || typeof data.path !== 'string') return;
      if (data.path.startsWith('/phone/')) navigate(data.path.slice('/phone'.length));
    };
    workers.addEventListener('message', open);
    return () => workers.removeEventListener('message', open);
  }, [navigate]);
}

function PhoneHeader(): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  const liveness = useLiveness();
  const { waiting } = useOwnActions();
  useEffect(() => {
    document.title = `${text(plant.company.name)} · ${t('product.name')}`;
  }, [plant, text, t]);
  const state = liveness.kind === 'live' ? 'live' : liveness.kind === 'connecting' ? 'connecting' : 'notLive';
  return (
    <header className="phone-header">
      <span className="phone-brand">
        <img src={new URL('../look/gatewatch.svg', import.meta.url).href} alt="" width="32" height="32" />
        <b>{t('product.name')}</b>
        {plant.isDemo && <span className="tag">{t('phone.demo')}</span>}
      </span>
      {waiting.length > 0 && (
        <Link to="/queue" className="unsent-chip" data-testid="unsent">
          {t('phone.header.unsent', { count: waiting.length })}
        </Link>
      )}
      <span className="live-chip" data-state={state} data-testid="connection" role="status">
        {t(`phone.header.${state}`)}
      </span>
    </header>
  );
}

/** What was answered otherwise than wished, and a phone that cannot keep anything: never silent. */
function QueueBand(): ReactNode {
  const { t } = useWords();
  const { isBroken } = useQueueState();
  const { answered } = useOwnActions();
  return (
    <>
      {isBroken && (
        <p className="phone-band phone-band-problem" role="alert">
          {t('phone.band.broken')}
        </p>
      )}
      {answered.length > 0 && (
        <Link to="/queue" className="phone-band phone-band-link" data-testid="answered">
          {t('phone.band.answered', { count: answered.length })} <span aria-hidden="true">›</span>
        </Link>
      )}
    </>
  );
}

function Tabs(): ReactNode {
  const { t } = useWords();
  const [location] = useLocation();
  const { items: alarms } = usePhoneAlarms();
  const unacknowledged = alarms.filter((alarm) => needsAcknowledgement(alarm.state)).length;
  const { items: incidents } = usePhoneIncidents();
  const { waiting } = useOwnActions();
  const mayWork = usePermission('hazards.report');
  const hazards = useMyHazards().items.filter(({ state }) => state !== 'submitted').length;
  const mayWalk = usePermission('patrols.walk');
  const patrols = useWalkablePatrols().toWalk.length;
  const tabs = [
    { to: '/', name: t('phone.tabs.incidents'), count: incidents.length, isHere: location === '/' || location.startsWith('/incidents') },
    { to: '/alarms', name: t('phone.tabs.alarms'), count: unacknowledged, isHere: location.startsWith('/alarms') },
    ...(mayWalk ? [{ to: '/patrols', name: t('phone.tabs.patrols'), count: patrols, isHere: location.startsWith('/patrols') }] : []),
    ...(mayWork ? [{ to: '/hazards', name: t('phone.tabs.hazards'), count: hazards, isHere: location.startsWith('/hazards') }] : []),
    { to: '/settings', name: t('phone.tabs.settings'), count: waiting.length, isHere: location === '/settings' || location === '/queue' },
  ];
  return (
    <nav className="phone-tabs" aria-label={t('phone.tabs.main')}>
      {tabs.map(({ to, name, count, isHere }) => (
        <Link key={to} to={to} aria-current={isHere ? 'page' : undefined}>
          {name}
          {count > 0 && <span className="phone-count">{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
