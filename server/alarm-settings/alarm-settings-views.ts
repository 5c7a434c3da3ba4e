// Alarm settings as people see them over HTTP, limited to the stations that a person may see.
import { differencesOf, fieldsOf, settingsOf } from '../../domain/alarm-settings/alarm-settings.ts';
import { computePriority } from '../../domain/alarm-settings/priority-matrix.ts';
import { distributionOf } from '../../domain/alarm-settings/rationalisation.ts';
import { settingUnitOf } from '../../domain/alarm-settings/sheet-columns.ts';
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type {
  AlarmSettingsRow,
  AlarmSettingsTableView,
  DraftSummary,
  DraftView,
  SettingsVersionView,
  VersionChanges,
} from '../../domain/api/alarm-settings-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AlarmSettingsBook } from './alarm-settings-book.ts';
import type { CollectorSettings } from './collector-settings.ts';
import type { Draft } from './draft-machine.ts';
import type { KeptChange, SettingsVersion } from './version-log.ts';

export type MaySeeStation = (stationId: string) => boolean;

export function stationIdOfAlarm(plant: Plant, alarmId: string): string {
  const alarm = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
  return plant.stations[alarm?.stationIndex ?? -1]?.id ?? alarmId.slice(0, alarmId.indexOf('.'));
}

/** All of the table but its rows and findings, which are many: `table-text.ts` adds them. */
export function tableHead(
  book: AlarmSettingsBook,
  collectors: CollectorSettings,
  maySee: MaySeeStation,
): Omit<AlarmSettingsTableView, 'rows' | 'findings'> {
  const { plant } = book;
  const { consequenceClasses, timeToRespondMs, priorityMatrix } = plant.alarmManagement;
  return {
    version: versionView(book.version),
    distribution: distributionOf(plant.alarms.filter((alarm) => maySee(plant.stations[alarm.stationIndex]?.id ?? ''))),
    management: {
      consequenceClasses: [...consequenceClasses],
      timeToRespondMs: [...timeToRespondMs],
      priorityMatrix: Object.fromEntries(Object.entries(priorityMatrix).map(([id, row]) => [id, [...row]])),
    },
    collectors: collectors.states().map((state) => ({
      ...state,
      setAsideAlarmIds: state.setAsideAlarmIds.filter((id) => maySee(stationIdOfAlarm(plant, id))),
    })),
  };
}

export function rowView({ plant, plantOfFile }: AlarmSettingsBook, alarm: AlarmDefinition): AlarmSettingsRow {
  const point = plant.points[alarm.pointIndex ?? -1];
  const settings = settingsOf(alarm);
  const inFile = plantOfFile.alarms[alarm.index] ?? alarm;
  const approved = differencesOf(settingsOf(inFile), settings);
  return {
    alarmId: alarm.id,
    stationId: plant.stations[alarm.stationIndex]?.id ?? '',
    name: nameOf(plant, alarm),
    tag: point?.tag ?? null,
    kind: alarm.kind,
    unit: settingUnitOf(alarm, plant),
    digits: point?.digits ?? 2,
    range: point?.range ?? null,
    fields: [...fieldsOf(alarm)],
    settings,
    priority: alarm.priority,
    computedPriority: computePriority(plant.alarmManagement, alarm),
    approvedFields: approved.map(({ field }) => field),
    fileSettings: Object.fromEntries(approved.map(({ field, from }) => [field, from])),
  };
}

function nameOf(plant: Plant, alarm: AlarmDefinition | undefined): AlarmSettingsRow['name'] {
  return plant.points[alarm?.pointIndex ?? -1]?.name ?? plant.devices[alarm?.deviceIndex ?? -1]?.name ?? null;
}

export function versionView(version: SettingsVersion): SettingsVersionView {
  return { ...version };
}

export function draftSummary(draft: Draft): DraftSummary {
  const { rows, ...facts } = draft;
  return { ...facts, alarmCount: rows.length, differenceCount: rows.reduce((sum, row) => sum + row.differences.length, 0) };
}

export function draftView(book: AlarmSettingsBook, draft: Draft): DraftView {
  const { plant } = book;
  const isDecided = draft.state !== 'open' && draft.state !== 'submitted';
  const check = isDecided ? null : book.check(draft);
  return {
    ...draftSummary(draft),
    rows: draft.rows.map(({ alarmId, differences }) => {
      const alarm = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
      return {
        alarmId,
        stationId: stationIdOfAlarm(plant, alarmId),
        name: nameOf(plant, alarm),
        kind: alarm?.kind ?? null,
        unit: alarm === undefined ? '' : settingUnitOf(alarm, plant),
        differences: differences.map(({ field, from, to }) => ({ field, from, to })),
      };
    }),
    conflicts: [...(check?.conflicts ?? [])],
    introduced: [...(check?.introduced ?? [])],
    settled: [...(check?.settled ?? [])],
  };
}

export function versionChanges(
  plant: Plant,
  version: SettingsVersion,
  changes: readonly KeptChange[],
  maySee: MaySeeStation,
): VersionChanges {
  return {
    version: versionView(version),
    changes: changes
      .filter((change) => maySee(stationIdOfAlarm(plant, change.alarmId)) && (change.kind !== 'changed' || change.differences.length > 0))
      .map((change) =>
        change.kind === 'changed'
          ? {
              kind: 'changed',
              alarmId: change.alarmId,
              differences: change.differences.map(({ field, from, to }) => ({ field, from, to })),
            }
          : { kind: change.kind, alarmId: change.alarmId },
      ),
  };
}
