// Whether a device is connected, in words; and milliseconds as the device list writes them.
import type { ReactNode } from 'react';
import type { EngineeringDevice } from '../../domain/api/engineering-api.ts';
import { useWords, type WordKey } from '../language/language.ts';

export function connectionOf(device: EngineeringDevice): 'connected' | 'connecting' | 'failed' | 'disconnected' | 'unknown' {
  return device.status === null || !device.isCollectorLive ? 'unknown' : device.status.connection;
}

export const ms = (value: number): string => (value >= 100 ? String(Math.round(value)) : value.toFixed(1));

export function ConnectionText({ device }: { readonly device: EngineeringDevice }): ReactNode {
  const { t } = useWords();
  const connection = connectionOf(device);
  const reason = connection === 'failed' ? (device.status?.reason ?? null) : null;
  return (
    <span className="device-connection" data-connection={connection}>
      {connection === 'connected' ? '✓' : connection === 'failed' ? '✕' : '…'} {t(`engineering.connection.${connection}`)}
      {reason !== null && <span className="muted small"> {t(`engineering.reason.${reason}` as WordKey)}</span>}
    </span>
  );
}
