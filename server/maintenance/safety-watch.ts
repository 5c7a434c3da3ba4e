// What maintenance may not hide: safety alarms, and whatever says that one of them has gone blind (MT9).
import type { AlarmDefinition, AlarmKind } from '../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../domain/plant/plant.ts';

/** Alarms about the measurement rather than about what is measured. */
const blindnessKinds: readonly AlarmKind[] = ['stale', 'frozen', 'instrumentFault'];

/** True for alarms that are announced although the station is in maintenance. Made anew when the definitions in force change. */
export class SafetyWatch {
  readonly #plant: Plant;
  #alarms: readonly AlarmDefinition[] | null = null;
  #spared: ReadonlySet<number> = new Set();

  constructor(plant: Plant) {
    this.#plant = plant;
  }

  isSpared(definition: AlarmDefinition): boolean {
    const { alarms } = this.#plant;
    if (alarms !== this.#alarms) {
      this.#alarms = alarms;
      this.#spared = sparedAlarms(this.#plant);
    }
    return this.#spared.has(definition.index);
  }
}

function sparedAlarms(plant: Plant): ReadonlySet<number> {
  const safety = plant.alarms.filter((alarm) => alarm.class === 'safety');
  const points = new Set(safety.flatMap(pointsOf));
  const devices = new Set([...points].flatMap((point) => plant.points[point]?.deviceIndex ?? []));
  const blindness = plant.alarms.filter(
    (alarm) =>
      (alarm.kind === 'commFail' && devices.has(alarm.deviceIndex)) ||
      (alarm.pointIndex !== null && points.has(alarm.pointIndex) && blindnessKinds.includes(alarm.kind)),
  );
  return new Set([...safety, ...blindness].map((alarm) => alarm.index));
}

/** Every point that the alarm is judged by. */
function pointsOf(alarm: AlarmDefinition): readonly number[] {
  switch (alarm.kind) {
    case 'vote':
      return alarm.memberPointIndexes;
    case 'expression':
      return alarm.variables.map((variable) => variable.pointIndex);
    case 'deviation':
      return alarm.reference.kind === 'point' ? [alarm.pointIndex, alarm.reference.pointIndex] : [alarm.pointIndex];
    default:
      return alarm.pointIndex === null ? [] : [alarm.pointIndex];
  }
}
