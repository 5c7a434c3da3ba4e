// The frame of a wall screen: whose plant, alarm counts, live or not, the clock, the most urgent alarm. Nothing to press: what is touched stays where it is.
import { Outlet } from '@tanstack/react-router';
import { type MouseEvent, type ReactNode, useEffect } from 'react';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { AlarmStrip } from '../shell/alarm-strip.tsx';
import { AlarmCounts, Brand, Connection, PlantClock } from '../shell/header.tsx';
import { NotLiveBanner } from '../shell/not-live-banner.tsx';
import '../shell/shell.css';
import './wall.css';

export function WallFrame(): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  useEffect(() => {
    document.title = `${text(plant.company.name)} · ${t('product.name')}`;
  }, [plant, text, t]);
  const stay = (event: MouseEvent): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="shell wall" onClickCapture={stay} data-testid="wall">
      <header className="header">
        <Brand />
        <span className="wall-gap" />
        <AlarmCounts />
        <Connection />
        <PlantClock />
      </header>
      <NotLiveBanner />
      <AlarmStrip />
      <main id="content" className="content" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
