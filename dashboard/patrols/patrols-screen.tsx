// Patrols and check lists: what is open and comes within a day, what was walked, what is planned, and the labels that hang on site.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { ListWaiting } from '../shell/list-waiting.tsx';
import { useNow } from '../values/use-now.ts';
import { LabelsTab } from './labels-tab.tsx';
import { fetchPastPatrols, fetchPatrolsNow } from './patrol-requests.ts';
import { PatrolTable } from './patrol-table.tsx';
import { RoundsTab } from './rounds-tab.tsx';
import './patrols.css';

const route = getRouteApi('/patrols');
const dayMs = 86_400_000;

export function PatrolsScreen(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const mayManage = usePermission('patrols.manage');
  const tab = search.tab ?? 'now';
  const tabs = mayManage ? (['now', 'past', 'rounds', 'labels'] as const) : (['now', 'past', 'rounds'] as const);
  return (
    <div className="patrols" data-testid="patrols">
      <div className="patrols-head no-print">
        <h1>{t('patrols.title')}</h1>
        <nav className="tabs" aria-label={t('patrols.title')}>
          {tabs.map((name) => (
            <Link
              key={name}
              to="/patrols"
              search={name === 'now' ? {} : { tab: name }}
              activeOptions={{ exact: true, includeSearch: true }}
              aria-current={name === tab ? 'page' : undefined}
              data-testid={`tab-${name}`}
            >
              {t(`patrols.tab.${name}`)}
            </Link>
          ))}
        </nav>
      </div>
      {tab === 'now' ? <NowTab /> : tab === 'past' ? <PastTab /> : tab === 'rounds' ? <RoundsTab /> : <LabelsTab />}
    </div>
  );
}

function NowTab(): ReactNode {
  const { t } = useWords();
  // Its time comes without anything being announced.
  const patrols = useQuery({
    queryKey: ['patrols', 'now'],
    queryFn: ({ signal }) => fetchPatrolsNow(signal),
    refetchInterval: 30_000,
  });
  if (patrols.data === undefined) return <ListWaiting query={patrols} />;
  return <PatrolTable patrols={patrols.data} empty={t('patrols.none')} isPast={false} />;
}

const spans = { day: 1, week: 7, month: 31 } as const;
const spanNames = ['day', 'week', 'month'] as const;

function PastTab(): ReactNode {
  const { t } = useWords();
  const [span, setSpan] = useState<keyof typeof spans>('week');
  const hour = Math.floor(useNow(60_000) / 3_600_000);
  const fromMs = hour * 3_600_000 - spans[span] * dayMs;
  const patrols = useQuery({ queryKey: ['patrols', 'past', fromMs], queryFn: ({ signal }) => fetchPastPatrols(fromMs, signal) });
  return (
    <>
      <fieldset className="choices" aria-label={t('patrols.filter.days')}>
        {spanNames.map((name) => (
          <button key={name} type="button" aria-pressed={name === span} onClick={() => setSpan(name)}>
            {t(`patrols.days.${name}`)}
          </button>
        ))}
      </fieldset>
      {patrols.data === undefined ? (
        <ListWaiting query={patrols} />
      ) : (
        <PatrolTable patrols={patrols.data} empty={t('patrols.nonePast')} isPast />
      )}
    </>
  );
}
