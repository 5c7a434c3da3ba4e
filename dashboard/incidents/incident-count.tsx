// How many incidents are open, in the header, in the colour of the abnormal; drills beside it without. Nothing where all is quiet.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { useIncidents } from '../live/live-context.tsx';
import { useReplay } from '../replay/replay-context.tsx';
import { usePermission } from '../session/plant-context.tsx';

export function IncidentCount(): ReactNode {
  const { t } = useWords();
  const mayRead = usePermission('incidents.read');
  const incidents = useIncidents();
  const { leave } = useReplay();
  const drills = incidents.filter((incident) => incident.isDrill).length;
  const real = incidents.length - drills;
  if (!mayRead || incidents.length === 0) return null;
  return (
    <Link to="/incidents" onClick={leave} className="incident-count" data-testid="incident-count">
      {real > 0 && (
        <b className="number" data-real="" data-testid="incident-count-real">
          {t('incidents.header', { count: real })}
        </b>
      )}
      {drills > 0 && (
        <span className="number" data-testid="incident-count-drills">
          {t('incidents.headerDrills', { count: drills })}
        </span>
      )}
    </Link>
  );
}
