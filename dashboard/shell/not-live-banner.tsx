// Full width, at once, and with the time: this page does not show the plant as it is.
import type { ReactNode } from 'react';
import { exhaustive } from '../../domain/exhaustive.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient, useLiveness } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';

export function NotLiveBanner(): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const liveness = useLiveness();
  const { serverNowMs } = useLiveClient();
  const time = (timeMs: number): string => formatRecent(timeMs, serverNowMs(), zone);
  switch (liveness.kind) {
    case 'live':
    case 'connecting':
      return null;
    case 'serverLost':
      return <Banner title={t('banner.server', { time: time(liveness.sinceMs) })} hint={t('banner.serverHint')} />;
    case 'collectorLost':
      return liveness.sinceMs === null ? (
        <Banner title={t('banner.noCollector')} hint={t('banner.collectorHint')} />
      ) : (
        <Banner
          title={t('banner.collector', { time: time(liveness.sinceMs), ids: liveness.collectorIds.join(', ') })}
          hint={t(liveness.isBlind ? 'banner.collectorHint' : 'banner.collectorSomeHint')}
        />
      );
    default:
      return exhaustive(liveness, 'liveness');
  }
}

function Banner({ title, hint }: { readonly title: string; readonly hint: string }): ReactNode {
  return (
    <div className="not-live" role="alert" data-testid="not-live">
      <strong>{title}</strong>
      <span>{hint}</span>
    </div>
  );
}
