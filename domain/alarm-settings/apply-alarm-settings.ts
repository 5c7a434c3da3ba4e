// The plant in force: the plant file with approved alarm settings on top. Pure, so that server and collector, which both do it, come to the same.
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import type { Plant } from '../plant/plant.ts';
import { type AlarmSettingsOverrides, detectionFields, fieldsOf, settingsOf, withSettings } from './alarm-settings.ts';
import type { Finding } from './finding.ts';
import { settingErrors } from './setting-errors.ts';

export interface AppliedAlarmSettings {
  /** `plant` with its alarms' settings replaced; points, devices and every index are the same. */
  readonly plant: Plant;
  /** What must not be in force, and why. Empty where everything was applied; else all settings of the point concerned stay as the plant file says. */
  readonly errors: readonly Finding[];
  /** Alarms whose settings were left as the plant file says. */
  readonly setAsideAlarmIds: readonly string[];
  /** Settings for alarms that the plant file does not have. */
  readonly unknownAlarmIds: readonly string[];
}

export function applyAlarmSettings(plant: Plant, overrides: AlarmSettingsOverrides): AppliedAlarmSettings {
  const alarms: AlarmDefinition[] = [...plant.alarms];
  const unknownAlarmIds: string[] = [];
  const touchedPoints = new Set<number>();
  const touchedAlone: AlarmDefinition[] = [];
  for (const [alarmId, patch] of overrides) {
    const alarm = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
    if (alarm === undefined) {
      unknownAlarmIds.push(alarmId);
      continue;
    }
    alarms[alarm.index] = withSettings(alarm, patch, plant.alarmManagement);
    if (alarm.pointIndex === null) touchedAlone.push(alarm);
    else touchedPoints.add(alarm.pointIndex);
  }

  const errors: Finding[] = [];
  const setAsideAlarmIds: string[] = [];
  const check = (indexes: readonly number[], pointIndex: number | null): void => {
    const group = indexes.flatMap((index) => alarms[index] ?? []);
    const found = settingErrors(group, pointIndex === null ? null : (plant.points[pointIndex] ?? null), plant.alarmManagement);
    if (found.length === 0) return;
    errors.push(...found);
    for (const { index, id } of group) {
      const fromFile = plant.alarms[index];
      if (fromFile === undefined || !overrides.has(id)) continue;
      alarms[index] = fromFile;
      setAsideAlarmIds.push(id);
    }
  };
  for (const point of touchedPoints) check(plant.points[point]?.alarmIndexes ?? [], point);
  for (const alarm of touchedAlone) check([alarm.index], null);
  return { plant: { ...plant, alarms }, errors, setAsideAlarmIds, unknownAlarmIds };
}

/** Alarms that detection has to look at anew: what it goes by differs. */
export function touchedAlarmIndexes(before: readonly AlarmDefinition[], after: readonly AlarmDefinition[]): readonly number[] {
  return after.flatMap((alarm, index) => {
    const old = before[index];
    if (old === undefined || old === alarm) return [];
    const [was, is] = [settingsOf(old), settingsOf(alarm)];
    return fieldsOf(alarm).some((field) => (detectionFields as readonly string[]).includes(field) && was[field] !== is[field])
      ? [index]
      : [];
  });
}
