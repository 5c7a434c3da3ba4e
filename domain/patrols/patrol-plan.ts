// The rounds and labels of each station, made of the plant file. A round passes the places that the station has; one that would pass none is a fault.
import type { PathPart, PlantIssues } from '../plant/plant-issues.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import type { PatrolPoint } from './patrol.ts';
import type { PatrolKind, PatrolSettings } from './patrol-settings.ts';

/** Something that carries a label of its own. */
export interface PatrolPlace {
  readonly stationId: string;
  readonly placeId: string;
  readonly name: LocalizedText;
  readonly hint: LocalizedText | null;
}

/** One round of one station. */
export interface PatrolRound {
  readonly id: string;
  readonly stationId: string;
  readonly kind: PatrolKind;
  readonly name: LocalizedText;
  readonly times: readonly string[];
  readonly weekdays: readonly number[] | null;
  readonly monthDays: readonly number[] | null;
  readonly withinMs: number;
  readonly warnBeforeMs: number;
  readonly lateForMs: number;
  readonly points: readonly PatrolPoint[];
}

export interface PatrolPlan {
  readonly places: readonly PatrolPlace[];
  readonly rounds: readonly PatrolRound[];
}

interface Where {
  readonly stations?: readonly string[] | undefined;
  readonly stationTypes?: readonly string[] | undefined;
}
interface SomeStation {
  readonly id: string;
  readonly type: string;
}

const isAt = ({ stations, stationTypes }: Where, station: SomeStation): boolean =>
  (stations === undefined && stationTypes === undefined) ||
  stations?.includes(station.id) === true ||
  stationTypes?.includes(station.type) === true;

export function compilePatrols(settings: PatrolSettings, stations: readonly SomeStation[], issues: PlantIssues): PatrolPlan {
  checkNames(settings, stations, issues);
  return {
    places: stations.flatMap((station) =>
      settings.places
        .filter((place) => isAt(place, station))
        .map(({ id, name, hint }) => ({ stationId: station.id, placeId: id, name, hint: hint ?? null })),
    ),
    rounds: stations.flatMap((station) =>
      settings.rounds.flatMap((round, index) => {
        if (!isAt(round, station)) return [];
        const points = pointsOf(round, settings, station);
        if (points.length === 0) issues.error(['patrols', 'rounds', index, 'points'], `round ${round.id} has no place at ${station.id}`);
        return [
          {
            id: round.id,
            stationId: station.id,
            kind: round.kind,
            name: round.name,
            times: round.times,
            weekdays: round.weekdays ?? null,
            monthDays: round.monthDays ?? null,
            withinMs: round.within,
            warnBeforeMs: round.warnBefore,
            lateForMs: round.lateFor,
            points,
          },
        ];
      }),
    ),
  };
}

function pointsOf(round: PatrolSettings['rounds'][number], { places }: PatrolSettings, station: SomeStation): PatrolPoint[] {
  return round.points.flatMap((stop) => {
    const place = places.find(({ id }) => id === stop.place);
    if (place === undefined || !isAt(place, station)) return [];
    return [
      {
        placeId: place.id,
        name: place.name,
        hint: place.hint ?? null,
        needsPhoto: stop.photo,
        items: stop.items.map(({ id, text, reading }) => ({
          id,
          text,
          reading: reading === undefined ? null : { unit: reading.unit, min: reading.min ?? null, max: reading.max ?? null },
        })),
      },
    ];
  });
}

function checkNames(settings: PatrolSettings, stations: readonly SomeStation[], issues: PlantIssues): void {
  const known = new Set(stations.map(({ id }) => id));
  const unique = (ids: readonly string[], path: readonly PathPart[], what: string) =>
    ids.forEach((id, index) => {
      if (ids.indexOf(id) !== index) issues.error([...path, index], `${what} ${id} is defined twice`);
    });
  const checkWhere = ({ stations: named }: Where, path: readonly PathPart[]) =>
    named?.forEach((id, position) => {
      if (!known.has(id)) issues.error([...path, 'stations', position], `station ${id} is not defined`);
    });
  unique(
    settings.places.map(({ id }) => id),
    ['patrols', 'places'],
    'place',
  );
  unique(
    settings.rounds.map(({ id }) => id),
    ['patrols', 'rounds'],
    'round',
  );
  settings.places.forEach((place, index) => {
    checkWhere(place, ['patrols', 'places', index]);
  });
  settings.rounds.forEach((round, index) => {
    const path = ['patrols', 'rounds', index];
    checkWhere(round, path);
    if (round.weekdays !== undefined && round.monthDays !== undefined)
      issues.error([...path, 'monthDays'], 'give weekdays or monthDays, not both');
    if (round.within < 60_000) issues.error([...path, 'within'], 'nobody walks a round in less than a minute');
    if (round.warnBefore > round.within) issues.error([...path, 'warnBefore'], 'the warning would come before the round begins');
    unique(
      round.points.map(({ place }) => place),
      [...path, 'points'],
      'place',
    );
    round.points.forEach((stop, position) => {
      if (!settings.places.some(({ id }) => id === stop.place))
        issues.error([...path, 'points', position, 'place'], `place ${stop.place} is not in patrols.places`);
      unique(
        stop.items.map(({ id }) => id),
        [...path, 'points', position, 'items'],
        'item',
      );
      stop.items.forEach(({ reading }, itemIndex) => {
        if (reading?.min !== undefined && reading.max !== undefined && reading.min > reading.max)
          issues.error([...path, 'points', position, 'items', itemIndex, 'reading', 'max'], 'max is below min');
      });
    });
  });
}
