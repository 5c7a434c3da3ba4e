// Alarm records as people see them: with the definition's words, and marks that only the whole list can tell (eclipsed, first-out, chattering).
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmDefinitionView } from '../../domain/api/plant-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AlarmRecord } from './alarm-machine.ts';
import { stateOf } from './alarm-machine.ts';
import type { AlarmStore } from './alarm-store.ts';

/** ISA-18.2: three raises or more within a minute are chattering. */
const chatterRaises = 3;
const chatterWindowMs = 60_000;
/** The first alarm of a burst at a station: nothing rose there in the 30 s before. */
const burstMs = 30_000;

export class AlarmViews {
  readonly #plant: Plant;
  readonly #store: AlarmStore;
  readonly #raises = new Map<string, number[]>();
  readonly #lastRaiseAtStation = new Map<number, number>();
  readonly #firstOut = new Set<string>();

  constructor(plant: Plant, store: AlarmStore) {
    this.#plant = plant;
    this.#store = store;
  }

  /** Takes note of a change; returns ids of other alarms whose view changed by it (eclipsed or no longer). */
  note(definition: AlarmDefinition, record: AlarmRecord): readonly string[] {
    if (record.isConditionTrue && record.raisedAtMs !== null && record.occurrenceId !== null) {
      const raises = this.#raises.get(definition.id) ?? [];
      if (raises.at(-1) !== record.raisedAtMs) {
        raises.push(record.raisedAtMs);
        this.#raises.set(definition.id, raises.slice(-chatterRaises));
        const before = this.#lastRaiseAtStation.get(definition.stationIndex) ?? Number.NEGATIVE_INFINITY;
        if (record.raisedAtMs - before > burstMs) this.#firstOut.add(record.occurrenceId);
        this.#lastRaiseAtStation.set(definition.stationIndex, Math.max(before, record.raisedAtMs));
        if (this.#firstOut.size > 10_000) this.#firstOut.clear();
      }
    }
    const other = this.#lesserOf(definition);
    return other === null ? [] : [other.id];
  }

  view(definition: AlarmDefinition, record: AlarmRecord): AlarmView {
    const point = definition.pointIndex === null ? undefined : this.#plant.points[definition.pointIndex];
    const raises = this.#raises.get(definition.id) ?? [];
    const [oldest] = raises;
    const newest = raises.at(-1);
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
      shelvedUntilMs: record.shelvedUntilMs,
      suppressedByAlarmId: record.suppressedByAlarmId,
      responseTimeMs: definition.responseTimeMs,
      isEclipsed: this.#isEclipsed(definition),
      isFirstOut: record.occurrenceId !== null && this.#firstOut.has(record.occurrenceId),
      isChattering: raises.length >= chatterRaises && newest !== undefined && oldest !== undefined && newest - oldest <= chatterWindowMs,
      raiseCount: record.raiseCount,
      isTest: false,
    };
  }

  /** HH active hides H of the same point, LL hides L: in the list only. */
  #isEclipsed(definition: AlarmDefinition): boolean {
    if (definition.kind !== 'high' && definition.kind !== 'low') return false;
    const worse = this.#sibling(definition, definition.kind === 'high' ? 'highHigh' : 'lowLow');
    return worse !== null && this.#store.find(worse.id)?.record.isConditionTrue === true;
  }

  #lesserOf(definition: AlarmDefinition): AlarmDefinition | null {
    if (definition.kind !== 'highHigh' && definition.kind !== 'lowLow') return null;
    return this.#sibling(definition, definition.kind === 'highHigh' ? 'high' : 'low');
  }

  #sibling(definition: AlarmDefinition, kind: AlarmDefinition['kind']): AlarmDefinition | null {
    if (definition.pointIndex === null) return null;
    for (const index of this.#plant.points[definition.pointIndex]?.alarmIndexes ?? []) {
      const other = this.#plant.alarms[index];
      if (other?.kind === kind) return other;
    }
    return null;
  }
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
