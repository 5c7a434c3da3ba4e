// Versions of the alarm settings as a list of changes: what a version changed, and all settings of any version by replaying them.
import type { Plant } from '../plant/plant.ts';
import { type AlarmSettings, alarmSettingFields, differencesOf, type SettingDifference, settingsOf } from './alarm-settings.ts';

export type AlarmSettingsTable = ReadonlyMap<string, AlarmSettings>;

export type SettingsChange =
  | { readonly kind: 'added'; readonly alarmId: string; readonly settings: AlarmSettings }
  | { readonly kind: 'removed'; readonly alarmId: string; readonly settings: AlarmSettings }
  | { readonly kind: 'changed'; readonly alarmId: string; readonly differences: readonly SettingDifference[] };

export function settingsTableOf(plant: Plant): AlarmSettingsTable {
  return new Map(plant.alarms.map((alarm) => [alarm.id, settingsOf(alarm)]));
}

/** What makes `after` of `before`, in the order of `after`. */
export function changesBetween(before: AlarmSettingsTable, after: AlarmSettingsTable): readonly SettingsChange[] {
  const changes: SettingsChange[] = [];
  for (const [alarmId, settings] of after) {
    const old = before.get(alarmId);
    if (old === undefined) {
      changes.push({ kind: 'added', alarmId, settings });
      continue;
    }
    const differences = differencesOf(old, settings);
    if (differences.length > 0) changes.push({ kind: 'changed', alarmId, differences });
  }
  for (const [alarmId, settings] of before) if (!after.has(alarmId)) changes.push({ kind: 'removed', alarmId, settings });
  return changes;
}

/** Changes of all versions up to the wanted one, oldest first. */
export function replay(changes: Iterable<SettingsChange>): Map<string, AlarmSettings> {
  const table = new Map<string, AlarmSettings>();
  for (const change of changes) {
    if (change.kind === 'removed') table.delete(change.alarmId);
    else if (change.kind === 'added') table.set(change.alarmId, change.settings);
    else {
      const before = table.get(change.alarmId);
      if (before !== undefined) table.set(change.alarmId, withDifferences(before, change.differences));
    }
  }
  return table;
}

function withDifferences(settings: AlarmSettings, differences: readonly SettingDifference[]): AlarmSettings {
  const changed = Object.fromEntries(differences.map(({ field, to }) => [field, to]));
  return Object.fromEntries(
    alarmSettingFields.map((field) => [field, field in changed ? changed[field] : settings[field]]),
  ) as AlarmSettings;
}
