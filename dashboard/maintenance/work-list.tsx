// On the alarms screen: every station in maintenance with what it suppresses, and every point under test.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import { SetAsideList } from '../alarms/set-aside-list.tsx';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { Countdown } from '../time/countdown.tsx';
import type { WorkStep } from './maintenance-api.ts';
import { useWork } from './use-work.ts';
import { WorkDialog, WorkFacts } from './work-dialog.tsx';
import './maintenance.css';

export interface WorkListProps {
  /** Suppressed by maintenance. */
  readonly alarms: readonly AlarmView[];
  readonly stationId: string | null;
}

export function WorkList({ alarms, stationId }: WorkListProps): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const { maintenanceByStation, testByPoint } = useWork();
  const [open, setOpen] = useState<{ readonly window: WorkWindow; readonly name: string; readonly step: WorkStep } | null>(null);
  const mayMaintain = usePermission('stations.maintain');
  const mayTest = usePermission('points.test');
  const isWanted = (window: WorkWindow): boolean => stationId === null || window.stationId === stationId;
  const maintenance = [...maintenanceByStation.values()].filter(isWanted);
  const tests = [...testByPoint.values()].filter(isWanted);
  const nameOf = (id: string): string => {
    const station = stations.find((candidate) => candidate.id === id);
    return station === undefined ? id : text(station.name);
  };
  if (maintenance.length === 0 && tests.length === 0) return <p className="empty">{t('maintenance.none')}</p>;
  return (
    <div className="work-windows" data-testid="work-list">
      {maintenance.map((window) => {
        const name = nameOf(window.stationId);
        return (
          <section key={window.id} className="work-window" aria-label={name} data-testid={`work-${window.stationId}`}>
            <div className="work-window-head">
              <h2>
                <Link to="/stations/$stationId" params={{ stationId: window.stationId }}>
                  {name}
                </Link>{' '}
                · {t('maintenance.running')}
              </h2>
              <WorkFacts window={window} />
              <b>
                <Countdown untilMs={window.untilMs} />
              </b>
              {mayMaintain && (
                <>
                  <button type="button" className="button button-small" onClick={() => setOpen({ window, name, step: 'extend' })}>
                    {t('maintenance.extend')}
                  </button>
                  <button type="button" className="button button-small" onClick={() => setOpen({ window, name, step: 'end' })}>
                    {t('maintenance.end')}
                  </button>
                </>
              )}
            </div>
            <SetAsideList alarms={alarms.filter((alarm) => alarm.stationId === window.stationId)} empty={t('maintenance.noneSuppressed')} />
          </section>
        );
      })}
      {tests.map((window) => (
        <section key={window.id} className="work-window" aria-label={window.pointId} data-testid={`work-${window.pointId}`}>
          <div className="work-window-head">
            <h2>
              <Link to="/stations/$stationId" params={{ stationId: window.stationId }}>
                {nameOf(window.stationId)} {window.pointId}
              </Link>{' '}
              · {t('maintenance.runningTests')}
            </h2>
            <WorkFacts window={window} />
            <b>
              <Countdown untilMs={window.untilMs} />
            </b>
            {mayTest && (
              <button type="button" className="button button-small" onClick={() => setOpen({ window, name: window.pointId, step: 'end' })}>
                {t('maintenance.endTest')}
              </button>
            )}
          </div>
        </section>
      ))}
      {open !== null && (
        <WorkDialog
          kind={open.window.kind}
          place={open.window.kind === 'test' ? open.window.pointId : open.window.stationId}
          name={open.name}
          step={open.step}
          window={open.window}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}
