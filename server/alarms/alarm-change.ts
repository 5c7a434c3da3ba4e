// One event on one alarm, with who caused it and what the journal says beside it: what every writer of alarms hands to the alarm store.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { LifecycleEvent } from './alarm-machine.ts';
import type { AlarmRecord } from './alarm-record.ts';

export interface AlarmChange {
  readonly definition: AlarmDefinition;
  readonly event: LifecycleEvent;
  readonly actor: JournalActor;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface KnownAlarm {
  readonly definition: AlarmDefinition;
  readonly record: AlarmRecord;
}

/** What goes on at the place of an alarm, decided elsewhere: work at the station, a test of the point. */
export interface AlarmCircumstances {
  /** Id of the maintenance that suppresses this alarm now, or null. */
  maintenanceOf(definition: AlarmDefinition): string | null;
  /** True where the point of the alarm was under test at that moment of the plant's time. */
  isTestAt(definition: AlarmDefinition, atMs: number): boolean;
}

export const ordinaryCircumstances: AlarmCircumstances = { maintenanceOf: () => null, isTestAt: () => false };

export const serverActor: JournalActor = { kind: 'system', part: 'server' };
