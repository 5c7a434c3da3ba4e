// Duty: who is on watch, the roster, and how people are reached. Each part is a tab with its own address.

import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { useIsPast } from '../replay/replay-context.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { RosterPanel } from './roster-panel.tsx';
import { WatchPanel } from './watch-panel.tsx';
import '../alarms/alarms.css';
import './duty.css';

const dutyTabs = ['watch', 'roster', 'people'] as const;
const route = getRouteApi('/duty');

export function DutyScreen(): ReactNode {
  const { t } = useWords();
  const { tab: asked = 'watch', week } = route.useSearch();
  // Of a past moment there is the watch; the roster and how people are reached are of now.
  const isPast = useIsPast();
  const tab = isPast ? 'watch' : asked;
  return (
    <div className="duty" data-testid="duty">
      <div className="alarms-head">
        <h1>{t('duty.title')}</h1>
        <nav className="tabs" aria-label={t('duty.title')}>
          {dutyTabs
            .filter((name) => !isPast || name === 'watch')
            .map((name) => (
              <Link
                key={name}
                to="/duty"
                search={{ ...(name === 'watch' ? {} : { tab: name }), ...(week === undefined ? {} : { week }) }}
                activeOptions={{ exact: true, includeSearch: true }}
                aria-current={tab === name ? 'page' : undefined}
                activeProps={{}}
                data-testid={`duty-tab-${name}`}
              >
                {t(`duty.tab.${name}`)}
              </Link>
            ))}
        </nav>
      </div>
      {isPast && <PastRosterNote />}
      {tab === 'watch' && <WatchPanel />}
      {tab === 'roster' && <RosterPanel week={week ?? null} />}
      {tab === 'people' && <PeoplePanel />}
    </div>
  );
}

/** Lines of older versions do not say whom a filled week replaced. */
function PastRosterNote(): ReactNode {
  const { t } = useWords();
  const { data } = useQuery({
    queryKey: ['duty', 'isRosterComplete'],
    queryFn: (): Promise<boolean> => Promise.reject(new Error('answered by the replay')),
  });
  return data === false ? <p className="notice">{t('replay.rosterIncomplete')}</p> : null;
}
