// On the station page: that people work here, who, why and until when; and the buttons that begin, change and end it.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { Countdown } from '../time/countdown.tsx';
import type { WorkStep } from './maintenance-api.ts';
import { useWork } from './use-work.ts';
import { WorkDialog, WorkFacts } from './work-dialog.tsx';
import './maintenance.css';

export interface MaintenanceBannerProps {
  readonly stationId: string;
  readonly stationName: string;
  /** Of this station. */
  readonly alarms: readonly AlarmView[];
}

export function MaintenanceBanner({ stationId, stationName, alarms }: MaintenanceBannerProps): ReactNode {
  const { t } = useWords();
  const mayMaintain = usePermission('stations.maintain');
  const { maintenanceByStation } = useWork();
  const [step, setStep] = useState<WorkStep | null>(null);
  const window = maintenanceByStation.get(stationId) ?? null;
  const suppressed = alarms.filter(({ suppressedBy }) => suppressedBy.some((cause) => cause.kind === 'maintenance')).length;
  return (
    <>
      {window !== null && (
        <section className="maintenance-banner" aria-label={t('maintenance.running')} data-testid="maintenance-banner">
          <b className="maintenance-word">{t('maintenance.running')}</b>
          <div className="maintenance-facts">
            <WorkFacts window={window} />
            <p className="no-margin small muted">{t('maintenance.safetyStays')}</p>
          </div>
          <div className="maintenance-side">
            <Countdown untilMs={window.untilMs} />
            <Link to="/alarms" search={{ scope: 'maintenance', station: stationId }} className="small number">
              {t('maintenance.suppressedCount', { count: suppressed })}
            </Link>
            {mayMaintain && (
              <span className="maintenance-buttons">
                <button type="button" className="button button-small" onClick={() => setStep('extend')} data-testid="maintenance-extend">
                  {t('maintenance.extend')}
                </button>
                <button type="button" className="button button-small" onClick={() => setStep('end')} data-testid="maintenance-end">
                  {t('maintenance.end')}
                </button>
              </span>
            )}
          </div>
        </section>
      )}
      {step !== null && (
        <WorkDialog kind="maintenance" place={stationId} name={stationName} step={step} window={window} onClose={() => setStep(null)} />
      )}
    </>
  );
}

/** Stands in the head of the station page while nothing runs. */
export function StartMaintenanceButton({
  stationId,
  stationName,
}: {
  readonly stationId: string;
  readonly stationName: string;
}): ReactNode {
  const { t } = useWords();
  const mayMaintain = usePermission('stations.maintain');
  const { maintenanceByStation } = useWork();
  const [isOpen, setIsOpen] = useState(false);
  const isRunning = maintenanceByStation.has(stationId);
  return (
    <>
      {mayMaintain && !isRunning && (
        <button type="button" className="button button-small" onClick={() => setIsOpen(true)} data-testid="maintenance-start">
          {t('maintenance.start')}
        </button>
      )}
      {isOpen && (
        <WorkDialog kind="maintenance" place={stationId} name={stationName} step="start" window={null} onClose={() => setIsOpen(false)} />
      )}
    </>
  );
}
