// Full width, with the time: what is on the screen is old. The phone goes on; what is done is kept.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { useLiveClient, useLiveness } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { usePhoneAlarms } from './alarms/use-phone-alarms.ts';

export function NotLiveBand(): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const liveness = useLiveness();
  const { serverNowMs } = useLiveClient();
  const { asOfMs } = usePhoneAlarms();
  const time = (timeMs: number): string => formatRecent(timeMs, serverNowMs(), zone);
  if (liveness.kind === 'live' || liveness.kind === 'connecting') return null;
  if (liveness.kind === 'serverLost') {
    // An app that was opened without network has heard nothing yet: it is as old as what it remembers.
    const sinceMs = asOfMs ?? liveness.sinceMs;
    return <Band title={t('phone.band.server', { time: time(sinceMs) })} hint={t('phone.band.serverHint')} />;
  }
  const title = liveness.sinceMs === null ? t('phone.band.noCollector') : t('phone.band.collector', { time: time(liveness.sinceMs) });
  return <Band title={title} hint={t('phone.band.collectorHint')} />;
}

function Band({ title, hint }: { readonly title: string; readonly hint: string }): ReactNode {
  return (
    <div className="phone-band phone-not-live" role="alert" data-testid="not-live">
      <strong>{title}</strong>
      <span>{hint}</span>
    </div>
  );
}
