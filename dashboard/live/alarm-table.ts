// Every alarm that is not normal, as the server last said. A snapshot replaces all; a patch or the answer to an action counts only if it is newer.
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { Observable } from './observable.ts';

export class AlarmTable {
  /** By alarm id: a new occurrence of the same alarm takes the place of the old one. */
  readonly #alarms = new Map<string, AlarmView>();
  /** Versions of alarms that went back to normal, so that a late answer does not bring them back. */
  readonly #gone = new Map<string, number>();
  readonly list = new Observable<readonly AlarmView[]>([]);

  get(alarmId: string): AlarmView | undefined {
    return this.#alarms.get(alarmId);
  }

  replace(alarms: readonly AlarmView[]): void {
    this.#alarms.clear();
    this.#gone.clear();
    for (const alarm of alarms) if (alarm.state !== 'normal') this.#alarms.set(alarm.alarmId, alarm);
    this.#publish();
  }

  apply(alarms: readonly AlarmView[]): void {
    let isChanged = false;
    for (const alarm of alarms) {
      const heldVersion = this.#alarms.get(alarm.alarmId)?.version ?? this.#gone.get(alarm.alarmId) ?? -1;
      if (alarm.version < heldVersion) continue;
      if (alarm.state === 'normal') {
        this.#alarms.delete(alarm.alarmId);
        this.#gone.set(alarm.alarmId, alarm.version);
      } else {
        if (alarm.version === heldVersion && this.#gone.has(alarm.alarmId)) continue;
        this.#gone.delete(alarm.alarmId);
        this.#alarms.set(alarm.alarmId, alarm);
      }
      isChanged = true;
    }
    if (isChanged) this.#publish();
  }

  #publish(): void {
    this.list.set([...this.#alarms.values()]);
  }
}
