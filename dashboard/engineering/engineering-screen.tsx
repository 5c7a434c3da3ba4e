// Engineering: devices and what they hold, profiles, the plant file, loop tests. Each tab is its own address.
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { LoopTab } from '../loop-test/loop-tab.tsx';
import { DevicesTab } from './devices-tab.tsx';
import { PlantTab } from './plant-tab.tsx';
import { PlantVersionsTab } from './plant-versions-tab.tsx';
import { ProfilesTab } from './profiles-tab.tsx';
import './engineering.css';

const route = getRouteApi('/engineering');
const tabs = ['devices', 'profiles', 'plant', 'versions', 'loop'] as const;

export function EngineeringScreen(): ReactNode {
  const { t } = useWords();
  const { tab = 'devices' } = route.useSearch();
  return (
    <div className="engineering" data-testid="engineering">
      <div className="engineering-head">
        <h1>{t('engineering.title')}</h1>
        <nav className="tabs" aria-label={t('engineering.title')}>
          {tabs.map((name) => (
            <Link
              key={name}
              to="/engineering"
              search={name === 'devices' ? {} : { tab: name }}
              activeOptions={{ exact: true }}
              aria-current={tab === name ? 'page' : undefined}
              data-testid={`tab-${name}`}
            >
              {name === 'versions' ? t('plantVersions.tab') : t(`engineering.tab.${name}`)}
            </Link>
          ))}
        </nav>
        <span className="muted small">{t('engineering.readOnly')}</span>
      </div>
      {tab === 'devices' && <DevicesTab />}
      {tab === 'profiles' && <ProfilesTab />}
      {tab === 'plant' && <PlantTab />}
      {tab === 'versions' && <PlantVersionsTab />}
      {tab === 'loop' && <LoopTab />}
    </div>
  );
}
