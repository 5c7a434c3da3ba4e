// The devices of one station and whether they answer.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { StationView } from '../../domain/api/plant-api.ts';
import { deviceConnectionStates } from '../../domain/messages/collector-status.ts';
import { useWords } from '../language/language.ts';
import { areValuesBelievable } from '../live/live-client.ts';
import { useLiveness } from '../live/live-context.tsx';

export function StationDevices({ devices }: { readonly devices: StationView['devices'] }): ReactNode {
  const { t, text } = useWords();
  const isBelievable = areValuesBelievable(useLiveness());
  return (
    <section className="panel" aria-label={t('station.devices')}>
      <div className="panel-head">
        <h2>{t('station.devices')}</h2>
      </div>
      <ul className="devices">
        {devices.map((device) => {
          const state = deviceConnectionStates.find((candidate) => candidate === device.connection);
          return (
            <li key={device.id} data-connection={isBelievable ? device.connection : 'unknown'} data-testid={`device-${device.id}`}>
              <span className="device-light" aria-hidden="true" />
              <span className="device-name">
                {device.protocol === 'camera' ? (
                  <Link to="/video/$cameraId" params={{ cameraId: device.id }}>
                    {text(device.name)}
                  </Link>
                ) : (
                  <span>{text(device.name)}</span>
                )}
                <span className="muted small">
                  {device.id} · {device.protocol === 'camera' ? t('video.device') : device.protocol}
                </span>
              </span>
              <span className="device-state small">
                {!isBelievable || device.connection === 'unknown'
                  ? t('quality.unknown')
                  : state === undefined
                    ? device.connection
                    : t(`station.connection.${state}`)}
                {device.reason !== null && <span className="muted"> · {device.reason}</span>}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
