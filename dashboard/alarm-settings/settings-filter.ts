// Which rows of the settings table are wanted. Pure.
import type { FindingCode } from '../../domain/alarm-settings/finding.ts';
import type { AlarmKind } from '../../domain/alarms/alarm-definition.ts';
import type { AlarmClass, AlarmPriority } from '../../domain/alarms/priority.ts';
import type { AlarmSettingsRow, FindingView } from '../../domain/api/alarm-settings-api.ts';

export interface SettingsFilter {
  readonly text: string;
  readonly stationId: string | null;
  readonly priority: AlarmPriority | null;
  readonly class: AlarmClass | null;
  readonly kind: AlarmKind | null;
  readonly finding: FindingCode | 'any' | null;
  readonly isOnlyApproved: boolean;
}

export const noFilter: SettingsFilter = {
  text: '',
  stationId: null,
  priority: null,
  class: null,
  kind: null,
  finding: null,
  isOnlyApproved: false,
};

export function findingsByAlarm(findings: readonly FindingView[]): ReadonlyMap<string, readonly FindingView[]> {
  return Map.groupBy(
    findings.filter(({ alarmId }) => alarmId !== null),
    ({ alarmId }) => alarmId ?? '',
  );
}

export function filterSettings(
  rows: readonly AlarmSettingsRow[],
  filter: SettingsFilter,
  findings: ReadonlyMap<string, readonly FindingView[]>,
): readonly AlarmSettingsRow[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return rows.filter((row) => {
    if (filter.stationId !== null && row.stationId !== filter.stationId) return false;
    if (filter.priority !== null && row.priority !== filter.priority) return false;
    if (filter.class !== null && row.settings.class !== filter.class) return false;
    if (filter.kind !== null && row.kind !== filter.kind) return false;
    if (filter.isOnlyApproved && row.approvedFields.length === 0) return false;
    const found = findings.get(row.alarmId) ?? [];
    if (filter.finding === 'any' && found.length === 0) return false;
    if (filter.finding !== null && filter.finding !== 'any' && !found.some(({ code }) => code === filter.finding)) return false;
    if (words.length === 0) return true;
    const text =
      `${row.alarmId} ${row.name?.zh ?? ''} ${row.name?.en ?? ''} ${row.settings.message.zh} ${row.settings.message.en}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
