// Every device with how it fares, and the chosen one beside.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { EngineeringDevice } from '../../domain/api/engineering-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { ConnectionText, connectionOf, ms } from './connection-text.tsx';
import { DevicePanel } from './device-panel.tsx';
import { fetchDevices } from './engineering-requests.ts';

const route = getRouteApi('/engineering');

export function DevicesTab(): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [filter, setFilter] = useState('');
  const [isOnlyTroubled, setIsOnlyTroubled] = useState(false);
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const devices = useQuery({ queryKey: ['engineering', 'devices'], queryFn: ({ signal }) => fetchDevices(signal), refetchInterval: 2_000 });
  const stationName = new Map(stations.map(({ id, name }) => [id, text(name)]));
  const shown = (devices.data ?? []).filter((device) => {
    if (isOnlyTroubled && connectionOf(device) === 'connected') return false;
    const words = `${device.id} ${text(device.name)} ${device.address} ${stationName.get(device.stationId) ?? ''}`.toLowerCase();
    return words.includes(wanted);
  });
  const chosen = devices.data?.find(({ id }) => id === search.device);
  return (
    <div className="engineering-columns">
      <section className="panel" aria-label={t('engineering.devices')}>
        <div className="panel-head">
          <input
            className="input"
            aria-label={t('engineering.filter')}
            placeholder={t('engineering.filter')}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <label className="check">
            <input type="checkbox" checked={isOnlyTroubled} onChange={(event) => setIsOnlyTroubled(event.target.checked)} />
            {t('engineering.onlyTroubled')}
          </label>
        </div>
        {devices.isError && <p className="empty">{t('common.failed', { reason: devices.error.message })}</p>}
        {devices.isPending && <p className="empty">{t('common.loading')}</p>}
        {devices.isSuccess && shown.length === 0 && <p className="empty">{t('engineering.noDevice')}</p>}
        {shown.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
          <section className="engineering-list" tabIndex={0} aria-label={t('engineering.devices')}>
            <table className="table number">
              <thead>
                <tr>
                  {(['device', 'connection', 'duration', 'lateness', 'missed', 'errors'] as const).map((name) => (
                    <th key={name} scope="col" className={name === 'device' || name === 'connection' ? undefined : 'cell-right'}>
                      {t(`engineering.column.${name}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((device) => (
                  <DeviceLine
                    key={device.id}
                    device={device}
                    station={stationName.get(device.stationId) ?? device.stationId}
                    isChosen={device.id === search.device}
                    onChoose={() => void navigate({ search: { ...search, device: device.id }, replace: true })}
                  />
                ))}
              </tbody>
            </table>
          </section>
        )}
      </section>
      {chosen === undefined ? <p className="panel empty">{t('engineering.choose')}</p> : <DevicePanel key={chosen.id} device={chosen} />}
    </div>
  );
}

function DeviceLine({
  device,
  station,
  isChosen,
  onChoose,
}: {
  readonly device: EngineeringDevice;
  readonly station: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}): ReactNode {
  const { t } = useWords();
  const { status } = device;
  const connection = connectionOf(device);
  const isScanned = device.protocol !== 'opcua' && status !== null;
  return (
    <tr data-testid={`device-${device.id}`} data-connection={connection} data-chosen={isChosen || undefined}>
      <th scope="row">
        <button type="button" className="device-choice" aria-pressed={isChosen} onClick={onChoose}>
          <b>{device.id}</b>
          <span className="muted small">{station}</span>
        </button>
      </th>
      <td>
        <ConnectionText device={device} />
      </td>
      <td className="cell-right">{isScanned ? `${ms(status.durationP50Ms)} / ${ms(status.durationP99Ms)}` : '—'}</td>
      <td className="cell-right">{isScanned ? ms(status.startLatenessP99Ms) : '—'}</td>
      <td className="cell-right">{isScanned ? status.scansMissed : '—'}</td>
      <td className="cell-right">
        {status === null ? '—' : errorCount(status)}
        <span className="visually-hidden"> {t('engineering.column.errors')}</span>
      </td>
    </tr>
  );
}

function errorCount({ errors, errorsByReason }: NonNullable<EngineeringDevice['status']>): number {
  return Math.max(
    errors,
    Object.values(errorsByReason ?? {}).reduce((sum, count) => sum + count, 0),
  );
}
