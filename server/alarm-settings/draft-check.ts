// What would come of a draft if it were in force now: errors that forbid it, conflicts with what others changed meanwhile, findings that it brings and settles. Pure.
import {
  type AlarmSettings,
  type AlarmSettingsPatch,
  differencesOf,
  isSameSetting,
  settingsOf,
} from '../../domain/alarm-settings/alarm-settings.ts';
import { applyAlarmSettings } from '../../domain/alarm-settings/apply-alarm-settings.ts';
import type { Finding } from '../../domain/alarm-settings/finding.ts';
import { compareFindings, findingsOf } from '../../domain/alarm-settings/rationalisation.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { DraftRow } from './draft-machine.ts';
import type { Override } from './version-log.ts';

export interface DraftConflict {
  readonly alarmId: string;
  /** Null where the plant file no longer has the alarm. */
  readonly field: keyof AlarmSettings | null;
  readonly current: AlarmSettings[keyof AlarmSettings];
}

export interface DraftCheck {
  /** The plant as it would be; of use only without errors and conflicts. */
  readonly candidate: Plant;
  /** Approved settings, this draft's or older ones, that would not fit. */
  readonly setAsideAlarmIds: readonly string[];
  /** Set aside before at a point of the draft: from its approval on, given up. */
  readonly supersededAlarmIds: readonly string[];
  readonly errors: readonly Finding[];
  readonly conflicts: readonly DraftConflict[];
  readonly introduced: readonly Finding[];
  readonly settled: readonly Finding[];
}

export interface SettingsInForce {
  readonly plantOfFile: Plant;
  /** With the settings in force. */
  readonly plant: Plant;
  readonly overrides: ReadonlyMap<string, Override>;
  /** Alarms whose approved settings do not fit the plant file and are not in force. */
  readonly setAsideAlarmIds: readonly string[];
}

/** [AS1] Rows of what is wanted, from what is in force; nothing where it is in force already. */
export function draftRows(wanted: ReadonlyMap<string, AlarmSettingsPatch>, plant: Plant): readonly DraftRow[] {
  return [...wanted].flatMap(([alarmId, patch]): DraftRow[] => {
    const alarm = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
    if (alarm === undefined) return [];
    const differences = differencesOf(settingsOf(alarm), patch);
    return differences.length === 0 ? [] : [{ alarmId, differences }];
  });
}

export function checkDraft(rows: readonly DraftRow[], inForce: SettingsInForce): DraftCheck {
  const { plantOfFile, plant, overrides } = inForce;
  const alarmOf = (alarmId: string) => plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
  const conflicts = rows.flatMap(({ alarmId, differences }): DraftConflict[] => {
    const alarm = alarmOf(alarmId);
    if (alarm === undefined) return [{ alarmId, field: null, current: null }];
    const settings = settingsOf(alarm);
    return differences
      .filter(({ field, from }) => !isSameSetting(settings[field], from))
      .map(({ field }) => ({ alarmId, field, current: settings[field] }));
  });

  const touchedIds = new Set(rows.map(({ alarmId }) => alarmId));
  const touchedPoints = new Set(rows.map(({ alarmId }) => alarmOf(alarmId)?.pointIndex ?? -1));
  const isTouched = (alarmId: string | null) =>
    alarmId !== null && (touchedIds.has(alarmId) || touchedPoints.has(alarmOf(alarmId)?.pointIndex ?? -2));

  // What was set aside at a point must not come back by itself because a draft makes room for it: the draft is all that changes.
  const supersededAlarmIds = inForce.setAsideAlarmIds.filter(isTouched);
  const wanted = new Map(
    [...overrides].filter(([alarmId]) => !supersededAlarmIds.includes(alarmId)).map(([alarmId, { patch }]) => [alarmId, patch]),
  );
  for (const { alarmId, differences } of rows)
    wanted.set(alarmId, { ...wanted.get(alarmId), ...Object.fromEntries(differences.map(({ field, to }) => [field, to])) });
  const applied = applyAlarmSettings(plantOfFile, wanted);

  // Settings that were set aside before, at other points, are not this draft's fault.
  const errors = applied.errors.filter((error) => isTouched(error.alarmId));

  const compared = compareFindings(findingsOf(plant, touchedIds), findingsOf(applied.plant, touchedIds));
  return {
    candidate: applied.plant,
    setAsideAlarmIds: applied.setAsideAlarmIds,
    supersededAlarmIds,
    errors,
    conflicts,
    introduced: [...errors, ...compared.introduced],
    settled: errors.length > 0 ? [] : compared.settled,
  };
}
