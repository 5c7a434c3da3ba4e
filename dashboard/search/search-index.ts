// Finds stations and points by name in either language, tag, id, or pinyin (whole or initials). The pinyin table is fetched on first use.
import { useEffect, useMemo, useState } from 'react';
import type { PointView, StationSummary } from '../../domain/api/plant-api.ts';
import { usePlant } from '../session/plant-context.tsx';
import { useAllPoints } from '../values/all-points.ts';

export type SearchEntry =
  | { readonly kind: 'station'; readonly id: string; readonly station: StationSummary; readonly haystack: string }
  | {
      readonly kind: 'point';
      readonly id: string;
      readonly point: PointView;
      readonly station: StationSummary | undefined;
      readonly haystack: string;
    };

/** Turns Chinese into its sounds: `dongjiaomenzhan djmz`. */
export type Pinyin = (chinese: string) => string;

export async function loadPinyin(): Promise<Pinyin> {
  const { pinyin } = await import('pinyin-pro');
  const known = new Map<string, string>();
  return (chinese) => {
    let sounds = known.get(chinese);
    if (sounds === undefined) {
      const syllables = pinyin(chinese, { toneType: 'none', type: 'array', nonZh: 'removed' });
      sounds = `${syllables.join('')} ${syllables.map((syllable) => syllable[0] ?? '').join('')}`.toLowerCase();
      known.set(chinese, sounds);
    }
    return sounds;
  };
}

export function buildSearchIndex(stations: readonly StationSummary[], points: readonly PointView[], pinyin: Pinyin | null): SearchEntry[] {
  const words = (...texts: readonly string[]): string => texts.join(' ').toLowerCase();
  const sounds = (text: string): string => pinyin?.(text) ?? '';
  const stationById = new Map(stations.map((station) => [station.id, station]));
  return [
    ...stations.map(
      (station): SearchEntry => ({
        kind: 'station',
        id: station.id,
        station,
        haystack: words(station.id, station.name.zh, station.name.en, sounds(station.name.zh)),
      }),
    ),
    ...points.map((point): SearchEntry => {
      const station = stationById.get(point.stationId);
      return {
        kind: 'point',
        id: point.id,
        point,
        station,
        haystack: words(
          point.id,
          point.tag,
          point.name.zh,
          point.name.en,
          sounds(point.name.zh),
          station?.name.zh ?? '',
          station?.name.en ?? '',
          sounds(station?.name.zh ?? ''),
        ),
      };
    }),
  ];
}

/** Every word must be found somewhere in the entry. Stations come first, otherwise the order of the plant file. */
export function searchIn(index: readonly SearchEntry[], wanted: string, maximum: number): SearchEntry[] {
  const needles = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found: SearchEntry[] = [];
  for (const entry of index) {
    if (!needles.every((needle) => entry.haystack.includes(needle))) continue;
    found.push(entry);
    if (found.length >= maximum) break;
  }
  return found;
}

export function useSearchIndex(): readonly SearchEntry[] {
  const { stations } = usePlant();
  const points = useAllPoints();
  const [pinyin, setPinyin] = useState<{ readonly of: Pinyin } | null>(null);
  useEffect(() => {
    let isWanted = true;
    loadPinyin().then(
      (of) => {
        if (isWanted) setPinyin({ of });
      },
      // Without the table the search still goes by name and tag.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, []);
  return useMemo(() => buildSearchIndex(stations, points.data ?? [], pinyin?.of ?? null), [stations, points.data, pinyin]);
}
