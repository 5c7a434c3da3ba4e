// A station for those who drive there: where it is, its alarms, and its live values, the important ones first.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { PointView } from '../../../domain/api/plant-api.ts';
import { isSetAside, orderAlarms } from '../../alarms/alarm-order.ts';
import { useWords } from '../../language/language.ts';
import { useSubscription } from '../../live/live-context.tsx';
import { useStation } from '../../session/plant-context.tsx';
import { ReadingText } from '../../values/reading-text.tsx';
import { PhoneAlarmRow } from '../alarms/phone-alarm-row.tsx';
import { usePhoneAlarms } from '../alarms/use-phone-alarms.ts';
import { fetchPoints, fetchStation } from '../phone-requests.ts';

export function PhoneStationScreen({ stationId }: { readonly stationId: string }): ReactNode {
  const { t, text } = useWords();
  const station = useStation(stationId);
  if (station === undefined) return <p className="phone-empty">{t('phone.station.notFound')}</p>;
  return (
    <article>
      <h1 className="phone-title">{text(station.name)}</h1>
      <StationPlace stationId={stationId} />
      <StationValues stationId={stationId} />
      <StationAlarms stationId={stationId} />
    </article>
  );
}

/** `geo:` opens the phone's own map; the numbers stand beside it for phones that have none. */
export function StationPlace({ stationId }: { readonly stationId: string }): ReactNode {
  const { t, text } = useWords();
  const station = useStation(stationId);
  const detail = useQuery({ queryKey: ['station', stationId], queryFn: () => fetchStation(stationId), staleTime: 60_000 });
  const position = station?.position ?? null;
  const address = detail.data?.address ?? null;
  if (station === undefined || (position === null && address === null)) return null;
  return (
    <div className="phone-panel">
      {address !== null && <p className="no-margin">{text(address)}</p>}
      {position !== null && (
        <>
          <a className="phone-button" href={geoLink(position.latitude, position.longitude, text(station.name))} data-testid="map-link">
            {t('phone.station.map')}
          </a>
          <p className="phone-hint number">
            {t('phone.station.position')} {position.latitude.toFixed(5)}, {position.longitude.toFixed(5)}
          </p>
        </>
      )}
    </div>
  );
}

export function geoLink(latitude: number, longitude: number, name: string): string {
  return `geo:${latitude},${longitude}?q=${latitude},${longitude}(${encodeURIComponent(name)})`;
}

export function StationValues({ stationId }: { readonly stationId: string }): ReactNode {
  const { t } = useWords();
  const station = useStation(stationId);
  useSubscription([stationId], []);
  const points = useQuery({ queryKey: ['points', stationId], queryFn: () => fetchPoints(stationId), staleTime: 60_000 });
  if (points.data === undefined) return null;
  const keyIds = station?.keyPointIds ?? [];
  const keyPoints = keyIds.flatMap((id) => points.data.find((point) => point.id === id) ?? []);
  return (
    <section className="phone-panel" aria-labelledby="values-title">
      <h2 id="values-title">{t('phone.station.values')}</h2>
      <PointLines points={keyPoints} />
      <details className="phone-details">
        <summary>{t('phone.station.allValues', { count: points.data.length })}</summary>
        <PointLines points={points.data} />
      </details>
    </section>
  );
}

function PointLines({ points }: { readonly points: readonly PointView[] }): ReactNode {
  const { text } = useWords();
  return (
    <dl className="phone-facts">
      {points.map((point) => (
        <div className="phone-fact" key={point.id} data-testid="point-line">
          <dt>
            {text(point.name)} <small>{point.tag}</small>
          </dt>
          <dd className="number">
            <ReadingText point={point} showsReason />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function StationAlarms({ stationId }: { readonly stationId: string }): ReactNode {
  const { t } = useWords();
  const { items: alarms, isUnknown } = usePhoneAlarms();
  const rows = orderAlarms(alarms.filter((alarm) => alarm.stationId === stationId && !isSetAside(alarm)));
  return (
    <section aria-labelledby="station-alarms-title">
      <h2 className="phone-subtitle" id="station-alarms-title">
        {t('phone.station.alarms')}
      </h2>
      {rows.length === 0 && <p className="phone-empty">{t(isUnknown ? 'phone.alarms.unknown' : 'phone.alarms.none')}</p>}
      <ul className="phone-list">
        {rows.map(({ alarm, eclipsed }) => (
          <li key={alarm.alarmId}>
            <PhoneAlarmRow alarm={alarm} lesser={eclipsed.length} showsStation={false} />
          </li>
        ))}
      </ul>
    </section>
  );
}
