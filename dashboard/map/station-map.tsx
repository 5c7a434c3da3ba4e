// The stations on a map of installed tiles. Loaded only where somebody looks at it; where the browser cannot draw it, `onFailed` is told and the schematic
// takes its place. Stations are ordinary buttons over the picture: reached by Tab, named for a reader.
import { useNavigate } from '@tanstack/react-router';
import { addProtocol, Map as MapLibreMap, Marker, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { PMTiles, Protocol, TileType } from 'pmtiles';
import { type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { createPortal } from 'react-dom';
import { z } from 'zod';
import type { MapView } from '../../domain/api/maps-api.ts';
import type { StationSummary } from '../../domain/api/plant-api.ts';
import { type AlarmSummary, noAlarms } from '../alarms/alarm-order.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { useWords } from '../language/language.ts';
import { shownTheme } from '../look/theme.ts';
import { boundsOf, type MapColours, mapStyle, type TileContent } from './map-style.ts';
import './map.css';

// The policy of the server allows workers from its own files only, no blobs.
setWorkerUrl(workerUrl);
const protocol = new Protocol();
addProtocol('pmtiles', protocol.tile);

/** More names than this would cover each other: only those with an alarm are written out. */
const mostNames = 40;
const metadataSchema = z.object({ vector_layers: z.array(z.object({ id: z.string() })).default([]) });

async function contentOf(tiles: PMTiles): Promise<TileContent> {
  const { tileType } = await tiles.getHeader();
  if (tileType !== TileType.Mvt) return { kind: 'raster' };
  const { vector_layers } = metadataSchema.parse(await tiles.getMetadata());
  return { kind: 'vector', layerIds: vector_layers.map((layer) => layer.id) };
}

function colours(): MapColours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return { page: of('page'), surface: of('surface'), line: of('line'), strong: of('line-strong'), water: of('sunken') };
}

export interface StationMapProps {
  readonly map: MapView;
  readonly stations: readonly StationSummary[];
  readonly byStation: ReadonlyMap<string, AlarmSummary>;
  readonly onFailed: () => void;
}

export function StationMap({ map: { name: mapName, attribution }, stations, byStation, onFailed }: StationMapProps): ReactNode {
  const { t, text } = useWords();
  const theme = useSyncExternalStore(shownTheme.subscribe, shownTheme.get);
  const holder = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapLibreMap | null>(null);
  const placed = useMemo(() => stations.filter((station) => station.position !== null), [stations]);
  const placeKey = placed.map(({ id, position }) => `${id} ${position?.latitude} ${position?.longitude}`).join('\n');
  const unplaced = stations.filter((station) => station.position === null);
  const failed = useRef(onFailed);
  failed.current = onFailed;
  const firstBounds = useRef(boundsOf(placed.flatMap(({ position }) => position ?? [])));
  firstBounds.current = boundsOf(placed.flatMap(({ position }) => position ?? []));

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the document of the theme
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    let made: MapLibreMap | null = null;
    let isOver = false;
    const url = `${location.origin}/api/maps/${encodeURIComponent(mapName)}`;
    const tiles = protocol.get(url) ?? new PMTiles(url);
    protocol.add(tiles);
    contentOf(tiles).then(
      (content) => {
        if (isOver) return;
        try {
          const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
          made = new MapLibreMap({
            container: element,
            style: mapStyle(`pmtiles://${url}`, content, colours()),
            attributionControl: false,
            dragRotate: false,
            pitchWithRotate: false,
            fadeDuration: calm ? 0 : 200,
            ...(firstBounds.current === null ? {} : { bounds: firstBounds.current, fitBoundsOptions: { padding: 48, maxZoom: 14 } }),
          });
          made.touchZoomRotate.disableRotation();
          setMap(made);
        } catch {
          // No WebGL here.
          failed.current();
        }
      },
      () => {
        if (!isOver) failed.current();
      },
    );
    return () => {
      isOver = true;
      setMap(null);
      made?.remove();
    };
  }, [mapName, theme]);

  const fit = (): void => {
    const bounds = firstBounds.current;
    if (bounds !== null) map?.fitBounds(bounds, { padding: 48, maxZoom: 14, animate: false });
  };
  return (
    <div className="map" data-testid="map" data-ready={map !== null || undefined}>
      <section className="map-canvas" ref={holder} aria-label={t('overview.mapLabel')} />
      {map !== null && (
        <MarkerLayer key={placeKey} map={map} stations={placed} byStation={byStation} showsNames={placed.length <= mostNames} />
      )}
      <div className="map-buttons">
        <button type="button" className="button" aria-label={t('overview.zoomIn')} onClick={() => map?.zoomIn({ animate: false })}>
          +
        </button>
        <button type="button" className="button" aria-label={t('overview.zoomOut')} onClick={() => map?.zoomOut({ animate: false })}>
          −
        </button>
        <button type="button" className="button" onClick={fit}>
          {t('overview.zoomAll')}
        </button>
      </div>
      {attribution !== null && (
        <p className="map-attribution small no-margin" data-testid="map-attribution">
          {text(attribution)}
        </p>
      )}
      {unplaced.length > 0 && unplaced.length < 20 && (
        <p className="map-rest small no-margin">
          {t('overview.mapNoPosition', { names: unplaced.map((station) => text(station.name)).join(' · ') })}
        </p>
      )}
    </div>
  );
}

function MarkerLayer({
  map,
  stations,
  byStation,
  showsNames,
}: {
  readonly map: MapLibreMap;
  readonly stations: readonly StationSummary[];
  readonly byStation: ReadonlyMap<string, AlarmSummary>;
  readonly showsNames: boolean;
}): ReactNode {
  const [elements] = useState(() => new Map(stations.map((station) => [station.id, document.createElement('div')])));
  const [positions] = useState(() => new Map(stations.map((station) => [station.id, station.position])));
  useEffect(() => {
    const markers = [...elements].flatMap(([id, element]) => {
      const position = positions.get(id);
      if (position === undefined || position === null) return [];
      return [new Marker({ element, anchor: 'left', offset: [-9, 0] }).setLngLat([position.longitude, position.latitude]).addTo(map)];
    });
    return () => {
      for (const marker of markers) marker.remove();
    };
  }, [map, elements, positions]);
  return stations.map((station) => {
    const element = elements.get(station.id);
    const summary = byStation.get(station.id) ?? noAlarms;
    // Who has an alarm stands over who has none.
    if (element !== undefined) element.style.zIndex = summary.worstPriority === null ? '1' : '2';
    return (
      element !== undefined &&
      createPortal(
        <StationMarker station={station} summary={summary} showsName={showsNames || summary.worstPriority !== null} />,
        element,
        station.id,
      )
    );
  });
}

function StationMarker({
  station,
  summary,
  showsName,
}: {
  readonly station: StationSummary;
  readonly summary: AlarmSummary;
  readonly showsName: boolean;
}): ReactNode {
  const { t, text } = useWords();
  const navigate = useNavigate();
  const name = text(station.name);
  return (
    <button
      type="button"
      className="map-station"
      data-hue={summary.worstPriority ?? undefined}
      data-testid={`map-${station.id}`}
      title={name}
      onClick={() => void navigate({ to: '/stations/$stationId', params: { stationId: station.id } })}
    >
      {summary.worstPriority === null ? (
        <span className="map-dot" aria-hidden="true" />
      ) : (
        <PriorityMark priority={summary.worstPriority} flash={summary.isWorstUnacknowledged ? 'fast' : 'none'} size={20} />
      )}
      <span className={showsName ? 'map-name' : 'visually-hidden'}>{name}</span>
      {summary.worstPriority === null && <span className="visually-hidden">{t('overview.normal')}</span>}
    </button>
  );
}
