// The map in our own greys: ground, water, roads, buildings; no colour and no letters, so that only the stations stand out and no font is fetched.
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';

export interface MapColours {
  readonly page: string;
  readonly surface: string;
  readonly line: string;
  readonly strong: string;
  readonly water: string;
}

export type TileContent = { readonly kind: 'vector'; readonly layerIds: readonly string[] } | { readonly kind: 'raster' };

const source = 'tiles';

/** Names of the two schemas in use, Protomaps and OpenMapTiles. A layer of another name is drawn as thin lines rather than left out. */
const groundLayers: ReadonlySet<string> = new Set(['earth', 'landcover', 'landuse', 'park', 'natural']);
const waterLayers: ReadonlySet<string> = new Set(['water', 'waterway', 'ocean']);
const roadLayers: ReadonlySet<string> = new Set(['roads', 'transportation', 'transit']);
const buildingLayers: ReadonlySet<string> = new Set(['buildings', 'building']);
const boundaryLayers: ReadonlySet<string> = new Set(['boundaries', 'boundary']);
/** Only carry names, which this map has none of. */
const wordLayers: ReadonlySet<string> = new Set([
  'places',
  'place',
  'pois',
  'poi',
  'transportation_name',
  'water_name',
  'mountain_peak',
  'housenumber',
  'aerodrome_label',
]);

function layersFor(id: string, colours: MapColours): LayerSpecification[] {
  const at = { source, 'source-layer': id } as const;
  const polygons = ['==', ['geometry-type'], 'Polygon'] as ['==', ['geometry-type'], string];
  const lines = ['==', ['geometry-type'], 'LineString'] as ['==', ['geometry-type'], string];
  const line = (width: number, colour: string): LayerSpecification => ({
    id: `${id}-line`,
    type: 'line',
    ...at,
    filter: lines,
    paint: { 'line-color': colour, 'line-width': width },
  });
  const fill = (colour: string): LayerSpecification => ({
    id: `${id}-fill`,
    type: 'fill',
    ...at,
    filter: polygons,
    paint: { 'fill-color': colour },
  });
  if (wordLayers.has(id)) return [];
  if (groundLayers.has(id)) return [fill(colours.surface)];
  if (waterLayers.has(id)) return [fill(colours.water), line(1, colours.water)];
  if (roadLayers.has(id)) return [line(1.2, colours.line)];
  if (buildingLayers.has(id)) return [{ ...fill(colours.line), minzoom: 14 } as LayerSpecification];
  if (boundaryLayers.has(id)) return [line(0.8, colours.strong)];
  return [line(0.6, colours.line)];
}

const order = [groundLayers, waterLayers, buildingLayers, roadLayers, boundaryLayers];

export function mapStyle(url: string, content: TileContent, colours: MapColours): StyleSpecification {
  const background: LayerSpecification = { id: 'background', type: 'background', paint: { 'background-color': colours.page } };
  if (content.kind === 'raster') {
    return {
      version: 8,
      sources: { [source]: { type: 'raster', url, tileSize: 256 } },
      layers: [background, { id: 'raster', type: 'raster', source, paint: { 'raster-saturation': -1, 'raster-opacity': 0.6 } }],
    };
  }
  const rank = (id: string): number => {
    const found = order.findIndex((names) => names.has(id));
    return found === -1 ? order.length : found;
  };
  const ids = [...content.layerIds].sort((one, other) => rank(one) - rank(other));
  return {
    version: 8,
    sources: { [source]: { type: 'vector', url } },
    layers: [background, ...ids.flatMap((id) => layersFor(id, colours))],
  };
}

/** West, south, east, north around all stations, with room; a single station gets its surroundings. */
export function boundsOf(
  positions: readonly { readonly latitude: number; readonly longitude: number }[],
): [number, number, number, number] | null {
  if (positions.length === 0) return null;
  const latitudes = positions.map((position) => position.latitude);
  const longitudes = positions.map((position) => position.longitude);
  const least = 0.02;
  const widen = (low: number, high: number): [number, number] => {
    const margin = Math.max((high - low) * 0.08, (least - (high - low)) / 2, 0);
    return [low - margin, high + margin];
  };
  const [south, north] = widen(Math.min(...latitudes), Math.max(...latitudes));
  const [west, east] = widen(Math.min(...longitudes), Math.max(...longitudes));
  return [west, south, east, north];
}
