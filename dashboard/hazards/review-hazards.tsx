// The hazards that an incident's review names: each with the button that enters it in the ledger, or with its number where it is there already.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { fetchHazardsOfIncident } from './hazard-requests.ts';
import { ReportHazardDialog } from './report-hazard-dialog.tsx';

export function ReviewHazards({
  incident,
  hazards,
}: {
  readonly incident: { readonly id: string; readonly stationIds: readonly string[] };
  /** As the review says them, one a line. */
  readonly hazards: readonly string[];
}): ReactNode {
  const { t } = useWords();
  const mayReport = usePermission('hazards.report');
  const [asking, setAsking] = useState<string | null>(null);
  const known = useQuery({
    queryKey: ['hazards', 'incident', incident.id],
    queryFn: ({ signal }) => fetchHazardsOfIncident(incident.id, signal),
  });
  return (
    <>
      <ul className="review-hazards" data-testid="review-hazard-list">
        {hazards.map((words) => {
          const entered = known.data?.find(({ description }) => description === words);
          return (
            <li key={words}>
              {words}{' '}
              {entered !== undefined ? (
                <Link to="/hazards/$hazardId" params={{ hazardId: entered.id }} className="number">
                  {entered.number}
                </Link>
              ) : (
                mayReport &&
                known.data !== undefined && (
                  <button
                    type="button"
                    className="button button-small"
                    aria-label={`${t('hazards.report')}: ${words}`}
                    onClick={() => setAsking(words)}
                    data-testid="hazard-from-review"
                  >
                    {t('hazards.report')}
                  </button>
                )
              )}
            </li>
          );
        })}
      </ul>
      {asking !== null && (
        <ReportHazardDialog
          incident={{ id: incident.id, stationId: incident.stationIds[0] ?? '', words: asking }}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}
