// Alarm records as people see them: with the definition's words and the marks of MARKS.md.
import { type AlarmDefinition, type LimitAlarm, limitKinds } from '../../domain/alarms/alarm-definition.ts';
import { isSetAside } from '../../domain/alarms/alarm-state.ts';
import { priorityNumber } from '../../domain/alarms/priority.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmDefinitionView } from '../../domain/api/plant-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { KnownAlarm } from './alarm-change.ts';
import { type AlarmMarks, staleMs } from './alarm-marks.ts';
import { type AlarmRecord, stateOf } from './alarm-record.ts';

/** How often the list is looked through for alarms that have become stale. */
const staleCheckMs = 10_000;

/** The alarms of now (`AlarmStore`) or of a past moment. */
export interface KnownAlarms {
  find(id: string): KnownAlarm | null;
  all(): readonly KnownAlarm[];
}

export class AlarmViews {
  readonly #plant: Plant;
  readonly #store: KnownAlarms;
  readonly #marks: AlarmMarks;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #knownStale = new Set<string>();
  #staleCheckedAtMs = Number.NEGATIVE_INFINITY;

  constructor(plant: Plant, store: KnownAlarms, marks: AlarmMarks, clock: Pick<Clock, 'nowMs'>) {
    this.#plant = plant;
    this.#store = store;
    this.#marks = marks;
    this.#clock = clock;
  }

  /** Other alarms whose view changes with this one: what it eclipses, or no longer does. */
  othersChangedBy(definition: AlarmDefinition): readonly string[] {
    if (!isLimit(definition)) return [];
    return this.#limitsOf(definition)
      .filter((other) => mayEclipse(definition, other))
      .map((other) => other.id);
  }

  /** Alarms whose marks changed since the last call without an event of their own: by another alarm's raise, or by time. */
  takeChanged(): ReadonlySet<string> {
    const nowMs = this.#clock.nowMs();
    const changed = new Set(this.#marks.takeChanged(nowMs));
    if (nowMs - this.#staleCheckedAtMs < staleCheckMs) return changed;
    this.#staleCheckedAtMs = nowMs;
    for (const { definition, record } of this.#store.all()) {
      if (isStale(record, nowMs) === this.#knownStale.has(definition.id)) continue;
      if (!this.#knownStale.delete(definition.id)) this.#knownStale.add(definition.id);
      changed.add(definition.id);
    }
    return changed;
  }

  view(definition: AlarmDefinition, record: AlarmRecord): AlarmView {
    const point = definition.pointIndex === null ? undefined : this.#plant.points[definition.pointIndex];
    const nowMs = this.#clock.nowMs();
    const marks = this.#marks.of(definition.id, record.occurrenceId, nowMs);
    const eclipsedBy = this.#eclipsedBy(definition, record.isTest);
    return {
      id: record.occurrenceId ?? definition.id,
      alarmId: definition.id,
      stationId: this.#plant.stations[definition.stationIndex]?.id ?? '',
      pointId: point?.id ?? null,
      deviceId: definition.deviceIndex === null ? null : (this.#plant.devices[definition.deviceIndex]?.id ?? null),
      kind: definition.kind,
      priority: definition.priority,
      class: definition.class,
      message: definition.message,
      unit: point?.unit ?? '',
      digits: point?.digits ?? 2,
      setpoint: 'setpoint' in definition ? definition.setpoint : null,
      state: stateOf(record),
      isConditionTrue: record.isConditionTrue,
      version: record.version,
      raisedAtMs: record.raisedAtMs,
      clearedAtMs: record.clearedAtMs,
      valueAtRaise: record.valueAtRaise,
      acknowledgedAtMs: record.acknowledgedAtMs,
      acknowledgedBy: record.acknowledgedBy,
      comment: record.comment,
      shelved: record.shelved,
      suppressedBy: [...record.suppressedBy],
      outOfService: record.outOfService,
      responseTimeMs: definition.responseTimeMs,
      isEclipsed: eclipsedBy !== null,
      eclipsedByAlarmId: eclipsedBy?.id ?? null,
      ...marks,
      isStale: isStale(record, nowMs),
      raiseCount: record.raiseCount,
      isTest: record.isTest,
    };
  }

  /** The furthest-out alarm that explains this one (MK8): in the list this one is folded under it, in the journal never. */
  #eclipsedBy(definition: AlarmDefinition, isTest: boolean): LimitAlarm | null {
    if (!isLimit(definition)) return null;
    let furthest: LimitAlarm | null = null;
    for (const other of this.#limitsOf(definition)) {
      if (!mayEclipse(other, definition) || (furthest !== null && !isFurtherOut(other, furthest))) continue;
      const record = this.#store.find(other.id)?.record;
      if (record?.isConditionTrue !== true || isSetAside(stateOf(record)) || (record.isTest && !isTest)) continue;
      furthest = other;
    }
    return furthest;
  }

  #limitsOf(definition: LimitAlarm): readonly LimitAlarm[] {
    return (this.#plant.points[definition.pointIndex]?.alarmIndexes ?? []).flatMap((index) => {
      const other = this.#plant.alarms[index];
      return other !== undefined && isLimit(other) ? [other] : [];
    });
  }
}

function isLimit(definition: AlarmDefinition): definition is LimitAlarm {
  return limitKinds.some((kind) => kind === definition.kind);
}

function isHighSide(definition: LimitAlarm): boolean {
  return definition.kind === 'high' || definition.kind === 'highHigh';
}

function isFurtherOut(one: LimitAlarm, other: LimitAlarm): boolean {
  return isHighSide(one) ? one.setpoint > other.setpoint : one.setpoint < other.setpoint;
}

function mayEclipse(worse: LimitAlarm, lesser: LimitAlarm): boolean {
  return (
    worse.index !== lesser.index &&
    isHighSide(worse) === isHighSide(lesser) &&
    isFurtherOut(worse, lesser) &&
    priorityNumber[worse.priority] <= priorityNumber[lesser.priority] &&
    (lesser.class !== 'safety' || worse.class === 'safety')
  );
}

function isStale(record: AlarmRecord, nowMs: number): boolean {
  return record.isConditionTrue && record.raisedAtMs !== null && nowMs - record.raisedAtMs > staleMs && !isSetAside(stateOf(record));
}

export function definitionView(plant: Plant, definition: AlarmDefinition): AlarmDefinitionView {
  return {
    id: definition.id,
    stationId: plant.stations[definition.stationIndex]?.id ?? '',
    pointId: definition.pointIndex === null ? null : (plant.points[definition.pointIndex]?.id ?? null),
    deviceId: definition.deviceIndex === null ? null : (plant.devices[definition.deviceIndex]?.id ?? null),
    kind: definition.kind,
    priority: definition.priority,
    class: definition.class,
    message: definition.message,
    cause: definition.cause,
    consequence: definition.consequence,
    response: definition.response,
    responseTimeMs: definition.responseTimeMs,
    setpoint: 'setpoint' in definition ? definition.setpoint : null,
    deadband: 'deadband' in definition ? definition.deadband : null,
    onDelayMs: definition.onDelayMs,
    offDelayMs: definition.offDelayMs,
    isLatching: definition.isLatching,
  };
}
