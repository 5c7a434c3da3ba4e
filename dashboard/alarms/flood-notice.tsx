// Says that there is a flood, and lets the person choose whether the list is grouped by station. His choice lasts until the flood ends or the next begins.
import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';
import { useFlood, useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';

export interface Grouping {
  readonly isGrouped: boolean;
  readonly choose: (isGrouped: boolean) => void;
}

export function useGrouping(): Grouping {
  const floodSinceMs = useFlood()?.sinceMs ?? null;
  const [choice, setChoice] = useState<{ readonly isGrouped: boolean; readonly floodSinceMs: number | null } | null>(null);
  const isGrouped = choice !== null && choice.floodSinceMs === floodSinceMs ? choice.isGrouped : floodSinceMs !== null;
  return { isGrouped, choose: (wanted) => setChoice({ isGrouped: wanted, floodSinceMs }) };
}

export function FloodNotice({ isGrouped }: { readonly isGrouped: boolean }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const flood = useFlood();
  const { serverNowMs } = useLiveClient();
  return (
    <div role="status" className="flood-status">
      {flood !== null && (
        <p className="notice flood-notice" data-testid="flood-notice">
          <b>{t('alarms.flood.title')}</b>{' '}
          {t('alarms.flood.numbers', {
            time: formatRecent(flood.sinceMs, serverNowMs(), zone),
            count: flood.inLastTenMinutes,
            all: flood.announced,
          })}{' '}
          <span className="muted">{isGrouped ? t('alarms.flood.grouped') : t('alarms.flood.notGrouped')}</span>
        </p>
      )}
    </div>
  );
}
