// The frame around every screen: header, banner, the most urgent alarm, the screen itself; and the keys that work everywhere.
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useWords } from '../language/language.ts';
import { useReplay } from '../replay/replay-context.tsx';
import { usePlant } from '../session/plant-context.tsx';
import { useSound } from '../sound/sound-context.tsx';
import { AlarmStrip } from './alarm-strip.tsx';
import { CrashBoundary } from './crash-boundary.tsx';
import { Header } from './header.tsx';
import { type KeyBinding, useKeys } from './keys.ts';
import { navigation } from './navigation.ts';
import { NotLiveBanner } from './not-live-banner.tsx';
import './shell.css';

const JumpDialog = lazy(() => import('../search/jump-dialog.tsx').then((module) => ({ default: module.JumpDialog })));
const DutyBands = lazy(() => import('../duty/duty-bands.tsx').then((module) => ({ default: module.DutyBands })));
const KeyboardHelp = lazy(() => import('./keyboard-help.tsx').then((module) => ({ default: module.KeyboardHelp })));

const ReplayBand = lazy(() => import('../replay/replay-band.tsx').then((module) => ({ default: module.ReplayBand })));
const ReplayFrame = lazy(() => import('../replay/replay-frame.tsx').then((module) => ({ default: module.ReplayFrame })));

type OpenDialog = 'none' | 'jump' | 'help';

export function Shell(): ReactNode {
  const { t, text } = useWords();
  const navigate = useNavigate();
  const { plant, stations, session } = usePlant();
  const sound = useSound();
  const { session: replay } = useReplay();
  const [dialog, setDialog] = useState<OpenDialog>('none');
  const { stationId } = useParams({ strict: false });
  const [lastStationId, setLastStationId] = useState<string | null>(null);
  useEffect(() => {
    if (stationId !== undefined) setLastStationId(stationId);
  }, [stationId]);
  useEffect(() => {
    document.title = `${text(plant.company.name)} · ${t('product.name')}`;
  }, [plant, text, t]);

  const toStation = (): void => {
    const target = lastStationId ?? stations[0]?.id;
    if (target !== undefined) void navigate({ to: '/stations/$stationId', params: { stationId: target } });
  };
  useKeys([
    ...navigation
      .filter((item) => session.permissions.includes(item.permission))
      .map((item): KeyBinding => [item.keys, () => void navigate({ to: item.to })]),
    ['g s', toStation],
    ['/', () => setDialog('jump')],
    ['?', () => setDialog('help')],
    ['s', () => sound.silence()],
  ]);

  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {t('common.skipToContent')}
      </a>
      <Header onJump={() => setDialog('jump')} onHelp={() => setDialog('help')} />
      <NotLiveBanner />
      <AlarmStrip />
      <CrashBoundary>
        <Suspense>
          <DutyBands />
        </Suspense>
      </CrashBoundary>
      {replay === null ? (
        <main id="content" className="content" tabIndex={-1}>
          <Outlet />
        </main>
      ) : (
        <CrashBoundary>
          <Suspense>
            <ReplayBand session={replay} />
            <main id="content" className="content" tabIndex={-1} data-replay="">
              <ReplayFrame session={replay} />
            </main>
          </Suspense>
        </CrashBoundary>
      )}
      <CrashBoundary key={dialog}>
        <Suspense>
          {dialog === 'jump' && <JumpDialog onClose={() => setDialog('none')} />}
          {dialog === 'help' && <KeyboardHelp onClose={() => setDialog('none')} />}
        </Suspense>
      </CrashBoundary>
    </div>
  );
}
