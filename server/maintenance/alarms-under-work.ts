// What running work asks of the alarms, compared with what they are: pure, by level, so that a restart or changed settings heal by themselves (MT7).
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { type AlarmChange, type KnownAlarm, serverActor } from '../alarms/alarm-change.ts';
import { causeOf, stateOf } from '../alarms/alarm-record.ts';

/** `maintenanceOf`: id of the maintenance that is to suppress the alarm, or null. MT8, MT9, MT10. */
export function suppressionChanges(
  known: readonly KnownAlarm[],
  maintenanceOf: (alarm: KnownAlarm) => string | null,
  nowMs: number,
): AlarmChange[] {
  return known.flatMap((alarm): AlarmChange[] => {
    const { definition, record } = alarm;
    const held = causeOf(record, 'maintenance')?.maintenanceId ?? null;
    const wanted = maintenanceOf(alarm);
    if (held === wanted || (held === null && stateOf(record) === 'normal')) return [];
    const common = { definition, actor: serverActor, detail: {} };
    if (wanted === null) return [{ ...common, event: { kind: 'unsuppress', atMs: nowMs, cause: 'maintenance' } }];
    return [{ ...common, event: { kind: 'suppress', atMs: nowMs, cause: { kind: 'maintenance', maintenanceId: wanted } } }];
  });
}

/** MT14. */
export function changesAfterTest(known: readonly KnownAlarm[], plant: Plant, window: WorkWindow, nowMs: number): AlarmChange[] {
  if (window.kind !== 'test') return [];
  const pointIndex = plant.pointIndexById.get(window.pointId);
  return known
    .filter(({ definition, record }) => definition.pointIndex === pointIndex && record.isTest && stateOf(record) === 'acknowledged')
    .map(({ definition }) => ({
      definition,
      actor: serverActor,
      detail: { afterTest: window.id },
      event: { kind: 'reannounce', atMs: nowMs },
    }));
}
