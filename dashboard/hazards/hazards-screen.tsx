// The ledger of hazards: the table and the board of what is open, statistics, and what was struck off.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { ListWaiting } from '../shell/list-waiting.tsx';
import { AuditTab } from './audit-tab.tsx';
import { CalibrationTab } from './calibration-tab.tsx';
import { HazardBoard } from './hazard-board.tsx';
import { fetchHazards } from './hazard-requests.ts';
import { HazardStatisticsTab } from './hazard-statistics-tab.tsx';
import { HazardTable } from './hazard-table.tsx';
import { ReportHazardDialog } from './report-hazard-dialog.tsx';
import { SheetButtons } from './sheet-dialog.tsx';
import './hazards.css';

const route = getRouteApi('/hazards');
const hazardTabs = ['ledger', 'board', 'statistics', 'settled', 'audit', 'calibration'] as const;

export function HazardsScreen(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const mayReport = usePermission('hazards.report');
  const [isReporting, setIsReporting] = useState(false);
  const tab = search.tab ?? 'ledger';
  return (
    <div className="hazards" data-testid="hazards">
      <div className="hazards-head">
        <h1>{t('hazards.title')}</h1>
        <nav className="tabs" aria-label={t('hazards.title')}>
          {hazardTabs.map((name) => (
            <Link
              key={name}
              to="/hazards"
              search={name === 'ledger' ? {} : { tab: name }}
              activeOptions={{ exact: true, includeSearch: true }}
              data-testid={`tab-${name}`}
            >
              {t(`hazards.tab.${name}`)}
            </Link>
          ))}
        </nav>
        <span className="hazards-buttons">
          {tab !== 'audit' && tab !== 'statistics' && <SheetButtons key={tab} of={tab === 'calibration' ? 'calibrations' : 'hazards'} />}
          {mayReport && (
            <button type="button" className="button button-primary" onClick={() => setIsReporting(true)} data-testid="report-hazard">
              {t('hazards.report')}
            </button>
          )}
        </span>
      </div>
      {tab === 'statistics' ? (
        <HazardStatisticsTab />
      ) : tab === 'audit' ? (
        <AuditTab />
      ) : tab === 'calibration' ? (
        <CalibrationTab />
      ) : (
        <HazardList tab={tab} />
      )}
      {isReporting && <ReportHazardDialog onClose={() => setIsReporting(false)} />}
    </div>
  );
}

function HazardList({ tab }: { readonly tab: 'ledger' | 'board' | 'settled' }): ReactNode {
  const { t } = useWords();
  const state = tab === 'settled' ? 'settled' : 'open';
  const hazards = useQuery({ queryKey: ['hazards', 'list', state], queryFn: ({ signal }) => fetchHazards(state, signal) });
  if (hazards.data === undefined) return <ListWaiting query={hazards} />;
  const suspended = hazards.data.filter(({ isSupplySuspended }) => isSupplySuspended);
  return (
    <>
      {suspended.length > 0 && (
        <p className="notice notice-problem" role="status" data-testid="suspended-banner">
          <b>{t('hazards.suspendedBanner', { count: suspended.length })}</b>{' '}
          {suspended.map((hazard) => (
            <Link key={hazard.id} to="/hazards/$hazardId" params={{ hazardId: hazard.id }} className="number">
              {hazard.number}{' '}
            </Link>
          ))}
        </p>
      )}
      {tab === 'board' ? (
        <HazardBoard hazards={hazards.data} />
      ) : (
        <HazardTable key={tab} hazards={hazards.data} isSettled={tab === 'settled'} />
      )}
    </>
  );
}
