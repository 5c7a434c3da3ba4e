// On an alarm's page: the incident that the alarm is in, or the button that opens one from it.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { incidentStateWords } from '../../domain/incidents/incident-words.ts';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { fetchIncidentOfAlarm } from './incident-requests.ts';
import { OpenIncidentDialog } from './open-incident-dialog.tsx';

export function AlarmIncident({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t, text } = useWords();
  const mayRead = usePermission('incidents.read');
  const mayOpen = usePermission('incidents.open');
  const [isAsking, setIsAsking] = useState(false);
  const hasOccurred = alarm.raisedAtMs !== null;
  const incident = useQuery({
    queryKey: ['incidents', 'ofAlarm', alarm.id],
    queryFn: ({ signal }) => fetchIncidentOfAlarm(alarm.id, signal),
    enabled: mayRead && hasOccurred,
  });
  if (!hasOccurred || incident.data === undefined) return null;
  if (incident.data !== null)
    return (
      <Link to="/incidents/$incidentId" params={{ incidentId: incident.data.id }} className="button" data-testid="alarm-incident">
        {t('incidents.fromAlarm.in')} {incident.data.number} · {text(incidentStateWords[incident.data.state])}
      </Link>
    );
  if (!mayOpen || alarm.isTest) return null;
  return (
    <>
      <button type="button" className="button" onClick={() => setIsAsking(true)} data-testid="open-incident-from-alarm">
        {t('incidents.fromAlarm.open')}
      </button>
      {isAsking && <OpenIncidentDialog alarm={alarm} onClose={() => setIsAsking(false)} />}
    </>
  );
}
