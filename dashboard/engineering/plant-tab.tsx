// The plant file: what is in force and what is found at it; blocks for new stations and devices; the check of anything that is pasted. Nothing is changed here.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import { AddDevicePanel } from './add-device-panel.tsx';
import { CheckPanel } from './check-panel.tsx';
import { CheckResult } from './check-result.tsx';
import { CopyStationPanel } from './copy-station-panel.tsx';
import { fetchPlantSource } from './engineering-requests.ts';

export function PlantTab(): ReactNode {
  const { t } = useWords();
  const { session } = usePlant();
  const mayWork = usePermission('engineering.peek');
  const isLimited = session.stationIds !== null;
  return (
    <div className="plant-tab" data-testid="plant-tab">
      {mayWork && !isLimited && (
        <div className="plant-tools">
          <CheckPanel />
          <div className="plant-makers">
            <CopyStationPanel />
            <AddDevicePanel />
          </div>
        </div>
      )}
      {isLimited ? <p className="panel empty">{t('engineering.plant.limited')}</p> : <FileInForce />}
    </div>
  );
}

function FileInForce(): ReactNode {
  const { t } = useWords();
  const source = useQuery({ queryKey: ['engineering', 'plant'], queryFn: ({ signal }) => fetchPlantSource(signal), staleTime: 300_000 });
  return (
    <section className="panel" aria-label={t('engineering.plant.inForce')} data-testid="plant-file">
      <div className="panel-head">
        <h2>{t('engineering.plant.inForce')}</h2>
        {source.data !== undefined && (
          <span className="muted number">{t('engineering.plant.file', { file: source.data.file, version: source.data.version })}</span>
        )}
      </div>
      {source.isError && <p className="empty">{t('common.failed', { reason: source.error.message })}</p>}
      {source.isPending && <p className="empty">{t('common.loading')}</p>}
      {source.data !== undefined && (
        <div className="plant-file">
          <CheckResult check={source.data.check} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable) */}
          <pre className="plant-text" tabIndex={0}>
            {source.data.text}
          </pre>
        </div>
      )}
    </section>
  );
}
