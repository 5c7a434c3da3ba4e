// The header: whose plant, where to go, how many alarms of which priority, does it sound, is it live, what time is it there, who is signed in.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { type AlarmPriority, alarmPriorities } from '../../domain/alarms/priority.ts';
import { isSetAside } from '../alarms/alarm-order.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { IncidentCount } from '../incidents/incident-count.tsx';
import { useWords } from '../language/language.ts';
import { useAlarms, useBeats, useLiveness } from '../live/live-context.tsx';
import { useReplay } from '../replay/replay-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { formatClock, formatDate } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';
import { KeyHint } from './key-hint.tsx';
import { Menu } from './menu.tsx';
import { type NavigationItem, navigation } from './navigation.ts';
import { SoundMenu } from './sound-menu.tsx';
import { UserMenu } from './user-menu.tsx';

export function Header({ onJump, onHelp }: { readonly onJump: () => void; readonly onHelp: () => void }): ReactNode {
  const { t } = useWords();
  return (
    <header className="header">
      <Brand />
      <Navigation />
      <button type="button" className="header-button header-jump" aria-label={t('header.jump')} onClick={onJump} data-testid="open-jump">
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" focusable="false">
          <path d="M10.5 10.5L15 15M12 6.5a5.5 5.5 0 1 1-11 0a5.5 5.5 0 0 1 11 0Z" fill="none" stroke="currentColor" strokeWidth="1.6" />
        </svg>
        <span>{t('header.jump')}</span>
        <KeyHint name="/" />
      </button>
      <IncidentCount />
      <AlarmCounts />
      <SoundMenu />
      <Connection />
      <PlantClock />
      <UserMenu onHelp={onHelp} />
    </header>
  );
}

export function Brand(): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  return (
    // On a phone the words are hidden; the title is the link's name then.
    <Link to="/" className="brand" title={`${t('product.name')} ${text(plant.company.name)}`}>
      <img src={new URL('../look/gatewatch.svg', import.meta.url).href} alt="" width="26" height="26" />
      <span className="brand-name">{t('product.name')}</span>
      <span className="brand-company">{text(plant.company.name)}</span>
      {plant.isDemo && <span className="tag">{t('header.demo')}</span>}
    </Link>
  );
}

function Navigation(): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const items = navigation.filter((item) => session.permissions.includes(item.permission));
  const more = items.filter((item) => item.place === 'more');
  const link = (item: NavigationItem, onClick?: () => void) => (
    <Link key={item.to} to={item.to} activeOptions={{ exact: item.to === '/', includeSearch: false }} {...(onClick && { onClick })}>
      {t(item.name)}
    </Link>
  );
  return (
    <nav className="nav" aria-label={t('nav.main')}>
      {items.filter((item) => item.place === 'header').map((item) => link(item))}
      {more.length > 0 && (
        <Menu
          label={t('nav.more')}
          className="nav-more"
          testId="nav-more"
          button={
            <>
              {t('nav.more')} <span aria-hidden="true">▾</span>
            </>
          }
        >
          {(close) => more.map((item) => link(item, close))}
        </Menu>
      )}
    </nav>
  );
}

export function AlarmCounts(): ReactNode {
  const { t } = useWords();
  const { leave } = useReplay();
  const alarms = useAlarms();
  const counts = useMemo(() => {
    const total: Record<AlarmPriority, number> = { critical: 0, high: 0, medium: 0, low: 0 };
    const waiting: Record<AlarmPriority, number> = { critical: 0, high: 0, medium: 0, low: 0 };
    for (const alarm of alarms) {
      if (isSetAside(alarm)) continue;
      total[alarm.priority]++;
      if (needsAcknowledgement(alarm.state)) waiting[alarm.priority]++;
    }
    return { total, waiting };
  }, [alarms]);
  return (
    <Link to="/alarms" onClick={leave} className="alarm-counts" data-testid="alarm-counts">
      <span className="visually-hidden">{t('header.alarmCounts', counts.total)}</span>
      {alarmPriorities.map((priority) => (
        <span key={priority} aria-hidden="true" data-empty={counts.total[priority] === 0 || undefined} data-testid={`count-${priority}`}>
          <PriorityMark priority={priority} size={18} flash={counts.waiting[priority] > 0 ? 'fast' : 'none'} />
          <b className="number">{counts.total[priority]}</b>
        </span>
      ))}
    </Link>
  );
}

/** Moves once a message of the server: a page that stands still shows that it stands still. */
export function Connection(): ReactNode {
  const { t } = useWords();
  const liveness = useLiveness();
  const beats = useBeats();
  const word = liveness.kind === 'live' ? t('header.live') : liveness.kind === 'connecting' ? t('header.connecting') : t('header.notLive');
  return (
    <span className="connection" data-liveness={liveness.kind} data-testid="connection" role="status">
      <svg viewBox="0 0 48 16" width="42" height="14" aria-hidden="true" focusable="false">
        <path d="M0 8h14l3-6 5 12 3-6h23" />
        <circle cx={4 + (beats % 9) * 5} cy="8" r="2.4" />
      </svg>
      <span>{word}</span>
    </span>
  );
}

export function PlantClock(): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(1_000);
  return (
    <time className="clock number" dateTime={new Date(nowMs).toISOString()} title={t('header.clock', { zone })} data-testid="clock">
      <span>{formatDate(nowMs, zone)}</span> <b>{formatClock(nowMs, zone)}</b>
    </time>
  );
}
