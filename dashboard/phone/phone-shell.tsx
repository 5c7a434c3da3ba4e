// The frame around every phone screen: who and how live above, what is unsent always in sight, and three places to go below, within reach of a thumb.
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { useWords } from '../language/language.ts';
import { useLiveness } from '../live/live-context.tsx';
import { usePlant } from '../session/plant-context.tsx';
import { useKeepAlarms, usePhoneAlarms } from './alarms/use-phone-alarms.ts';
import { UpdateBand } from './install/update-band.tsx';
import { NotLiveBand } from './not-live-band.tsx';
import { useOwnActions, useQueueState } from './queue/queue-context.tsx';

const AlarmsScreen = lazy(() => import('./alarms/phone-alarms-screen.tsx').then((module) => ({ default: module.PhoneAlarmsScreen })));
const AlarmScreen = lazy(() => import('./alarms/phone-alarm-screen.tsx').then((module) => ({ default: module.PhoneAlarmScreen })));
const StationScreen = lazy(() => import('./station/phone-station-screen.tsx').then((module) => ({ default: module.PhoneStationScreen })));
const QueueScreen = lazy(() => import('./queue/queue-screen.tsx').then((module) => ({ default: module.QueueScreen })));
const SettingsScreen = lazy(() => import('./settings/settings-screen.tsx').then((module) => ({ default: module.SettingsScreen })));

export function PhoneShell(): ReactNode {
  useKeepAlarms();
  return (
    <Router base="/phone">
      <div className="phone">
        <PhoneHeader />
        <NotLiveBand />
        <QueueBand />
        <UpdateBand />
        <main className="phone-content" id="content">
          <Suspense fallback={<p className="phone-empty">…</p>}>
            <Switch>
              <Route path="/alarms/:id">{({ id }) => <AlarmScreen key={id} id={id} />}</Route>
              <Route path="/stations/:id">{({ id }) => <StationScreen key={id} stationId={id} />}</Route>
              <Route path="/queue">
                <QueueScreen />
              </Route>
              <Route path="/settings">
                <SettingsScreen />
              </Route>
              <Route>
                <AlarmsScreen />
              </Route>
            </Switch>
          </Suspense>
        </main>
        <Tabs />
      </div>
    </Router>
  );
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
  const { alarms } = usePhoneAlarms();
  const unacknowledged = alarms.filter((alarm) => needsAcknowledgement(alarm.state)).length;
  const tabs = [
    { to: '/', name: t('phone.tabs.alarms'), count: unacknowledged, isHere: location === '/' || location.startsWith('/alarms') },
    { to: '/settings', name: t('phone.tabs.settings'), count: 0, isHere: location === '/settings' || location === '/queue' },
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
