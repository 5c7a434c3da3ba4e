// How a device's scans went in the last hours: a bar a minute, and the figures of the one pointed at.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { EngineeringDevice, ScanMinute } from '../../domain/api/engineering-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatMinute } from '../time/plant-time.ts';
import { ms } from './connection-text.tsx';
import { fetchScans } from './engineering-requests.ts';

const shownMinutes = 181;
const height = 90;

export function ScanChart({ device }: { readonly device: EngineeringDevice }): ReactNode {
  const { t } = useWords();
  const scans = useQuery({
    queryKey: ['engineering', 'scans', device.id],
    queryFn: ({ signal }) => fetchScans(device.id, signal),
    refetchInterval: 10_000,
  });
  if (device.protocol === 'opcua') return <p className="empty">{t('engineering.scans.notForOpcua')}</p>;
  if (scans.data === undefined)
    return <p className="empty">{scans.isError ? t('common.failed', { reason: scans.error.message }) : t('common.loading')}</p>;
  return scans.data.length === 0 ? <p className="empty">{t('engineering.scans.none')}</p> : <Bars minutes={scans.data} />;
}

function Bars({ minutes }: { readonly minutes: readonly ScanMinute[] }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const [pointed, setPointed] = useState<ScanMinute | null>(null);
  const highest = Math.max(1, ...minutes.map(({ durationP99Ms }) => durationP99Ms));
  const lastAtMs = minutes.at(-1)?.atMs ?? 0;
  const told = pointed ?? minutes.at(-1) ?? null;
  return (
    <figure className="scan-chart">
      <svg viewBox={`0 0 ${shownMinutes * 4} ${height}`} preserveAspectRatio="none" role="img" aria-label={t('engineering.scans.caption')}>
        {minutes.map((minute) => {
          const x = (shownMinutes - 1 - (lastAtMs - minute.atMs) / 60_000) * 4;
          const tall = Math.max(2, (minute.durationP99Ms / highest) * (height - 4));
          const isTroubled = minute.errors > 0 || minute.scansMissed > 0 || minute.connectedShare < 1;
          return (
            <rect
              key={minute.atMs}
              x={x}
              y={height - tall}
              width={3}
              height={tall}
              data-troubled={isTroubled || undefined}
              onPointerEnter={() => setPointed(minute)}
              onPointerLeave={() => setPointed(null)}
            />
          );
        })}
      </svg>
      <figcaption className="muted small">{t('engineering.scans.caption')}</figcaption>
      {told !== null && (
        <p className="no-margin number">
          {t('engineering.scans.minute', {
            time: formatMinute(told.atMs, zone),
            scans: told.scans,
            p50: ms(told.durationP50Ms),
            p99: ms(told.durationP99Ms),
            late: ms(told.startLatenessP99Ms),
            missed: told.scansMissed,
            errors: told.errors,
          })}
        </p>
      )}
    </figure>
  );
}
