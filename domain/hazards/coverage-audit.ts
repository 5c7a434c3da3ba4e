// Holds a plant against a coverage pack and names what is missing: an instrument, an alarm, a protection of a unit. Pure; opens nothing.
import { exhaustive } from '../exhaustive.ts';
import type { Plant, Point, Station } from '../plant/plant.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import type { CoveragePack, Requirement } from './coverage-pack.ts';

export interface CoverageGap {
  readonly stationId: string;
  readonly requirement: Requirement;
  /** The point or unit it is missing at; null where the station has none at all. */
  readonly subject: string | null;
  readonly pointId: string | null;
  readonly missing: LocalizedText;
}

export function auditCoverage(plant: Plant, pack: CoveragePack): readonly CoverageGap[] {
  return plant.stations.flatMap((station) =>
    pack.requirements
      .filter(({ stationTypes }) => stationTypes.includes(station.type))
      .flatMap((requirement) => gapsOf(plant, station, requirement)),
  );
}

function gapsOf(plant: Plant, station: Station, requirement: Requirement): readonly CoverageGap[] {
  const { needs } = requirement;
  const points = station.pointIndexes.flatMap((index) => plant.points[index] ?? []);
  const gap = (subject: string | null, pointId: string | null, missing: LocalizedText): CoverageGap => ({
    stationId: station.id,
    requirement,
    subject,
    pointId,
    missing,
  });
  switch (needs.kind) {
    case 'instrument': {
      const found = points.filter(({ role }) => needs.roles.includes(role)).length;
      if (found >= needs.atLeast) return [];
      return [gap(null, null, { zh: `需要 ${needs.atLeast} 个，现有 ${found} 个`, en: `${needs.atLeast} needed, ${found} there` })];
    }
    case 'alarm':
      return points
        .filter((point) => needs.roles.includes(point.role) && (needs.unit === undefined || point.unit === needs.unit))
        .flatMap((point) => {
          const missing = missingAlarm(plant, point, needs);
          return missing === null ? [] : [gap(point.id, point.id, missing)];
        });
    case 'perUnit': {
      const units = new Set(points.filter(({ role }) => needs.unitOf.includes(role)).map(({ unitOf }) => unitOf ?? ''));
      return [...units]
        .filter((unit) => !points.some((point) => (point.unitOf ?? '') === unit && needs.roles.includes(point.role)))
        .map((unit) => gap(unit, null, { zh: `${unit === '' ? '本站' : unit} 没有`, en: `none at ${unit === '' ? 'the station' : unit}` }));
    }
    default:
      return exhaustive(needs, 'kind of requirement');
  }
}

/** A limit counts only where it is not set too high. */
function missingAlarm(plant: Plant, point: Point, needs: Extract<Requirement['needs'], { kind: 'alarm' }>): LocalizedText | null {
  const alarms = point.alarmIndexes
    .flatMap((index) => plant.alarms[index] ?? [])
    .filter(({ kind, pointIndex }) => needs.alarms.includes(kind) && pointIndex === point.index);
  if (alarms.length === 0) return { zh: `${point.tag} 没有该报警`, en: `${point.tag} has no such alarm` };
  const { mostSetpoint } = needs;
  if (mostSetpoint === undefined) return null;
  const setpoints = alarms.flatMap((alarm) => ('setpoint' in alarm ? [alarm.setpoint] : []));
  const lowest = Math.min(...setpoints);
  return lowest <= mostSetpoint
    ? null
    : {
        zh: `${point.tag} 设定值 ${lowest} 高于 ${mostSetpoint} ${needs.unit ?? ''}`.trim(),
        en: `${point.tag} is set at ${lowest}, above ${mostSetpoint} ${needs.unit ?? ''}`.trim(),
      };
}
