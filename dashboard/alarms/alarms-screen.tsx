// The alarm list with its filters and the newest critical pinned, and the journal behind a tab.
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useDeferredValue, useMemo, useState } from 'react';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { type AlarmPriority, alarmPriorities } from '../../domain/alarms/priority.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmAction } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { useAlarms } from '../live/live-context.tsx';
import { useWork } from '../maintenance/use-work.ts';
import { WorkList } from '../maintenance/work-list.tsx';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { SetAsideDialog } from './alarm-actions.tsx';
import { groupByStation } from './alarm-groups.ts';
import { AlarmLine, tagOf } from './alarm-line.tsx';
import { AlarmList } from './alarm-list.tsx';
import {
  type AlarmFilter,
  type AlarmScope,
  alarmScopes,
  asideScopes,
  isAsideScope,
  isInScope,
  matchesFilter,
  openScopes,
  orderAlarms,
} from './alarm-order.ts';
import { FloodNotice, useGrouping } from './flood-notice.tsx';
import { SetAsideList } from './set-aside-list.tsx';
import './alarms.css';
import { StationOptions } from '../station/station-options.tsx';

const route = getRouteApi('/alarms');
const JournalTab = lazy(() => import('../journal/journal-tab.tsx').then((module) => ({ default: module.JournalTab })));

export function AlarmsScreen(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const mayReadJournal = usePermission('journal.read');
  const isJournal = search.tab === 'journal' && mayReadJournal;
  return (
    <div className="alarms">
      <div className="alarms-head">
        <h1>{t('alarms.title')}</h1>
        {mayReadJournal && (
          <nav className="tabs" aria-label={t('alarms.title')}>
            <Link
              to="/alarms"
              search={{}}
              activeOptions={{ exact: true, includeSearch: true }}
              aria-current={isJournal ? undefined : 'page'}
              activeProps={{}}
            >
              {t('alarms.list')}
            </Link>
            <Link
              to="/alarms"
              search={{ tab: 'journal' }}
              aria-current={isJournal ? 'page' : undefined}
              activeProps={{}}
              data-testid="journal-tab"
            >
              {t('alarms.journal')}
            </Link>
          </nav>
        )}
      </div>
      {isJournal ? (
        <Suspense fallback={<p className="empty">{t('common.loading')}</p>}>
          <JournalTab />
        </Suspense>
      ) : (
        <AlarmListTab />
      )}
    </div>
  );
}

function AlarmListTab(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { stations } = usePlant();
  const alarms = useAlarms();
  const [wantedText, setWantedText] = useState('');
  const [priorities, setPriorities] = useState<readonly AlarmPriority[]>([]);
  const [asking, setAsking] = useState<readonly AlarmView[] | null>(null);
  const [settingAside, setSettingAside] = useState<{ readonly alarm: AlarmView; readonly action: AlarmAction } | null>(null);
  const { maintenanceByStation, testByPoint } = useWork();
  const scope = search.scope ?? 'open';
  const stationId = search.station ?? null;
  const deferredText = useDeferredValue(wantedText.trim().toLowerCase());

  const stationNames = useMemo(
    () => new Map(stations.map((station) => [station.id, `${station.id} ${station.name.zh} ${station.name.en}`.toLowerCase()])),
    [stations],
  );
  const wanted = useMemo(() => {
    const filter: AlarmFilter = { scope, priorities, stationId, text: deferredText };
    const searchText = (alarm: AlarmView): string =>
      `${stationNames.get(alarm.stationId) ?? ''} ${tagOf(alarm)} ${alarm.message.zh} ${alarm.message.en}`.toLowerCase();
    return alarms.filter((alarm) => matchesFilter(alarm, filter, searchText));
  }, [alarms, scope, priorities, stationId, deferredText, stationNames]);
  const rows = useMemo(() => orderAlarms(wanted), [wanted]);
  const grouping = useGrouping();
  const groups = useMemo(
    () =>
      grouping.isGrouped
        ? groupByStation(
            rows,
            stations.map((station) => station.id),
          )
        : null,
    [grouping.isGrouped, rows, stations],
  );
  const counts = useMemo(() => {
    const found = new Map<AlarmScope, number>(
      alarmScopes.map((name) => [name, alarms.reduce((sum, alarm) => sum + Number(isInScope(alarm, name)), 0)]),
    );
    // Work is counted by what runs, not by what it suppresses: a quiet maintenance is one too.
    return found.set('maintenance', maintenanceByStation.size + testByPoint.size);
  }, [alarms, maintenanceByStation, testByPoint]);
  const pinned = useMemo(() => newestCritical(alarms), [alarms]);

  return (
    <>
      {pinned !== null && (
        <section className="pinned" data-hue="critical" aria-label={t('alarms.pinned')} data-testid="pinned-critical">
          <span className="small muted">{t('alarms.pinned')}</span>
          <Link to="/alarms/$alarmId" params={{ alarmId: pinned.alarmId }}>
            <AlarmLine alarm={pinned} flashes />
          </Link>
        </section>
      )}
      <FloodNotice isGrouped={grouping.isGrouped} />
      <div className="panel alarm-panel">
        <div className="panel-head">
          {(['open', 'aside'] as const).map((part) => (
            <fieldset key={part} className="choices" aria-label={part === 'open' ? t('common.state') : t('setAside.scopes')}>
              {(part === 'open' ? openScopes : asideScopes).map((name) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={scope === name}
                  onClick={() => void navigate({ search: { ...search, scope: name }, replace: true })}
                  data-testid={`scope-${name}`}
                >
                  {t(`alarms.scope.${name}`)} <span className="number">{counts.get(name)}</span>
                </button>
              ))}
            </fieldset>
          ))}
          <fieldset className="choices" aria-label={t('alarms.column.priority')}>
            {alarmPriorities.map((priority) => (
              <button
                key={priority}
                type="button"
                aria-pressed={priorities.includes(priority)}
                onClick={() =>
                  setPriorities(priorities.includes(priority) ? priorities.filter((held) => held !== priority) : [...priorities, priority])
                }
                data-testid={`filter-${priority}`}
              >
                {t(`priorityLong.${priority}`)}
              </button>
            ))}
          </fieldset>
          {!isAsideScope(scope) && (
            <button
              type="button"
              className="button button-quiet toggle"
              aria-pressed={grouping.isGrouped}
              onClick={() => grouping.choose(!grouping.isGrouped)}
              data-testid="group-by-station"
            >
              {t('alarms.groupByStation')}
            </button>
          )}
          <select
            className="input station-select"
            aria-label={t('common.station')}
            value={stationId ?? ''}
            onChange={(event) => {
              const { station: _, ...rest } = search;
              void navigate({ search: event.target.value === '' ? rest : { ...rest, station: event.target.value }, replace: true });
            }}
          >
            <option value="">{t('alarms.allStations')}</option>
            <StationOptions stations={stations} />
          </select>
          <input
            className="input alarm-search"
            type="search"
            placeholder={t('alarms.filterText')}
            aria-label={t('alarms.filterText')}
            value={wantedText}
            onChange={(event) => setWantedText(event.target.value)}
          />
          <span className="muted small number alarm-count">
            {t('alarms.count', { shown: isAsideScope(scope) ? wanted.length : rows.length, total: alarms.length })}
          </span>
        </div>
        {scope === 'maintenance' ? (
          <div className="aside-scroll">
            <WorkList alarms={wanted} stationId={stationId} />
          </div>
        ) : isAsideScope(scope) ? (
          <div className="aside-scroll">
            <SetAsideList key={scope} alarms={wanted} empty={t(`setAside.empty.${scope}`)} />
          </div>
        ) : (
          <AlarmList rows={rows} groups={groups} onAcknowledge={setAsking} onSetAside={setSettingAside} />
        )}
      </div>
      {settingAside !== null && (
        <SetAsideDialog alarm={settingAside.alarm} action={settingAside.action} onClose={() => setSettingAside(null)} />
      )}
      {asking !== null && <AcknowledgeDialog alarms={asking} onClose={() => setAsking(null)} />}
    </>
  );
}

function newestCritical(alarms: readonly AlarmView[]): AlarmView | null {
  let newest: AlarmView | null = null;
  for (const alarm of alarms) {
    if (alarm.priority !== 'critical' || !isInScope(alarm, 'open')) continue;
    if (!needsAcknowledgement(alarm.state) && !alarm.isConditionTrue) continue;
    // A test never takes the place of a real one.
    const isBetter = newest === null || (newest.isTest && !alarm.isTest);
    const isNewer = newest !== null && alarm.isTest === newest.isTest && (alarm.raisedAtMs ?? 0) > (newest.raisedAtMs ?? 0);
    if (isBetter || isNewer) newest = alarm;
  }
  return newest;
}
