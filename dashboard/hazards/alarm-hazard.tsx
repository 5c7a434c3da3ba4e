// On an alarm's page: the button that enters a hazard from it.
import { type ReactNode, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { ReportHazardDialog } from './report-hazard-dialog.tsx';

export function AlarmHazard({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const mayReport = usePermission('hazards.report');
  const [isAsking, setIsAsking] = useState(false);
  // An alarm of the monitor itself belongs to no station.
  if (!mayReport || alarm.raisedAtMs === null || alarm.isTest || alarm.stationId === '') return null;
  return (
    <>
      <button type="button" className="button" onClick={() => setIsAsking(true)} data-testid="hazard-from-alarm">
        {t('hazards.report')}
      </button>
      {isAsking && <ReportHazardDialog alarm={alarm} onClose={() => setIsAsking(false)} />}
    </>
  );
}
