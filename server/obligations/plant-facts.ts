// What of the plant obligations rest on: which points are detectors and cut-offs, which alarms guard them, what is missing, how old the plans are.
import { createHash } from 'node:crypto';
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import { type PlanView, planFor } from '../../domain/incidents/response-plan.ts';
import { isLaxer } from '../../domain/obligations/laxer-alarm.ts';
import type { ObservationRecord, StationFacts } from '../../domain/obligations/records.ts';
import type { Plant, Point, Station } from '../../domain/plant/plant.ts';
import type { PointRole, StationType } from '../../domain/plant/plant-kinds.ts';

const detectorRoles: readonly PointRole[] = ['gasDetector'];
const cutOffRoles: readonly PointRole[] = ['slamShut', 'relief'];
const pressureRoles: readonly PointRole[] = ['inletPressure', 'outletPressure', 'pressure', 'tankPressure', 'compressorDischarge'];
const guardedRoles: readonly PointRole[] = ['outletPressure'];
const withCutOff: readonly StationType[] = ['gate', 'regulating', 'district'];

export function factsOf(plant: Plant, station: Station): StationFacts {
  const points = pointsOf(plant, station);
  const detectors = points.filter((point) => detectorRoles.includes(point.role)).map(({ id }) => id);
  const alarms = plant.alarms.filter((alarm) => alarm.stationIndex === station.index);
  const detectorPoints = new Set(
    points.filter(({ role }) => role === 'gasDetector' || role === 'gasDetectorState').map(({ index }) => index),
  );
  const pressurePoints = new Set(points.filter(({ role }) => pressureRoles.includes(role)).map(({ index }) => index));
  return {
    id: station.id,
    detectors,
    detectorAlarms: alarms.filter((alarm) => pointsOfAlarm(alarm).some((index) => detectorPoints.has(index))).map(({ id }) => id),
    pressureAlarms: alarms
      .filter((alarm) => isOverPressure(alarm) && pointsOfAlarm(alarm).some((index) => pressurePoints.has(index)))
      .map(({ id }) => id),
    cutOffs: points.filter(({ role }) => cutOffRoles.includes(role)).map(({ id }) => id),
  };
}

export type Seen = Pick<ObservationRecord, 'kind' | 'subject'>;

/** What is to be seen of the station in this plant; its beginning and end are for the caller to keep. */
/** `plantOfFile`: as the plant file says, without what was approved on top of it. */
export function seenOf(plant: Plant, station: Station, plantOfFile: Plant): Seen[] {
  const points = pointsOf(plant, station);
  const alarms = plant.alarms.filter((alarm) => alarm.stationIndex === station.index);
  const isGuarded = (point: Point, kinds: (alarm: AlarmDefinition) => boolean) =>
    alarms.some((alarm) => kinds(alarm) && pointsOfAlarm(alarm).includes(point.index));
  const seen: Seen[] = [];
  for (const point of points) {
    if (detectorRoles.includes(point.role) && !isGuarded(point, isGasAlarm)) seen.push({ kind: 'detectorWithoutAlarm', subject: point.id });
    if (guardedRoles.includes(point.role) && point.kind === 'analog' && !isGuarded(point, isOverPressure))
      seen.push({ kind: 'pressureWithoutAlarm', subject: point.id });
  }
  if (withCutOff.includes(station.type) && !points.some(({ role }) => cutOffRoles.includes(role)))
    seen.push({ kind: 'noCutOff', subject: '' });
  for (const alarm of alarms) {
    const ofFile = plantOfFile.alarms[plantOfFile.alarmIndexById.get(alarm.id) ?? -1];
    if (ofFile !== undefined && isLaxer(alarm, ofFile)) seen.push({ kind: 'levelRelaxed', subject: alarm.id });
  }
  const plan = planFor(plant.responsePlans, station, null);
  seen.push({ kind: 'plan', subject: plan.planIds.length === 0 ? '-' : (plan.revised ?? '') });
  // Where there is no plan at all, that is what is missing.
  seen.push({ kind: 'contacts', subject: plan.planIds.length === 0 ? '' : contactsDigest(plan.contacts) });
  return seen;
}

/** `-` where there are none. */
export function contactsDigest(contacts: PlanView['contacts']): string {
  if (contacts.length === 0) return '-';
  const told = contacts.map(({ name, role, phone }) => [name.zh, role.zh, phone]);
  return createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 32);
}

function pointsOf(plant: Plant, station: Station): Point[] {
  return station.pointIndexes.flatMap((index) => plant.points[index] ?? []);
}

function isGasAlarm(alarm: AlarmDefinition): boolean {
  return (
    alarm.kind === 'high' || alarm.kind === 'highHigh' || alarm.kind === 'vote' || alarm.kind === 'expression' || alarm.kind === 'state'
  );
}

function isOverPressure(alarm: AlarmDefinition): boolean {
  return alarm.kind === 'high' || alarm.kind === 'highHigh' || alarm.kind === 'deviation' || alarm.kind === 'expression';
}

function pointsOfAlarm(alarm: AlarmDefinition): readonly number[] {
  if (alarm.kind === 'vote') return alarm.memberPointIndexes;
  if (alarm.kind === 'expression') return alarm.variables.map(({ pointIndex }) => pointIndex);
  return alarm.pointIndex === null ? [] : [alarm.pointIndex];
}
